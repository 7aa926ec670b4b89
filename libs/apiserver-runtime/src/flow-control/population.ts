import type { RequestInfo } from '../interfaces';

/** Population is how much there is of what a request is about, as the caches know without asking anybody. */
export interface Population {
  /** objects of its resource; undefined where that is not known. */
  objects(info: RequestInfo): number | undefined;
  /** watchers that a write to its object concerns. */
  watchers(info: RequestInfo): number;
}
