import type { Environment } from './environment';

/** Written is what expressions may use that are written now. */
export interface Written {
  /** release of the server: a Kubernetes 1.x. Newer libraries may not be written, though they run. */
  readonly release: number;
  /** stored are expressions that were written before, and may stay, whatever they use. */
  readonly stored?: ReadonlySet<string>;
}

/** environmentFor is the environment in which an expression is checked that is written. */
export function environmentFor(text: string, environment: Environment, { release, stored }: Written): Environment {
  return stored?.has(text) ? environment : environment.asOf(release);
}
