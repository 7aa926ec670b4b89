import { isOfExtensions } from './known-checks';

/** PATHS_UNTIL is the last release whose answer to an unknown path lists paths. */
const PATHS_UNTIL = 22;

const PLAIN = new Set(['/apis', '/apis/', '/healthz', '/livez', '/readyz', '/metrics', '/openapi/v2', '/version']);

/**
 * notFoundPaths are what a 404 for an unknown path lists: upstream's servers pass a request on until its innermost one, that of
 * custom resources, answers with its own paths. Later releases answer a bare page: undefined.
 */
export function notFoundPaths(emulated: number, all: readonly string[]): readonly string[] | undefined {
  if (emulated > PATHS_UNTIL) return undefined;
  return all.filter(path => {
    const check = /^\/(?:healthz|livez|readyz)\/(.*)$/.exec(path)?.[1];
    if (check !== undefined) return isOfExtensions(check);
    return PLAIN.has(path) || /^\/apis\/apiextensions\.k8s\.io(\/|$)/.test(path);
  });
}
