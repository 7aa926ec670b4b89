import { Registry } from './metrics';
import { exposeCounts, exposeLevels } from './distribution';

/** HealthEndpoint is what a check was run for. */
export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

/** Outcomes are how one check has gone at one endpoint so far. */
interface Outcomes {
  readonly labels: { readonly name: string; readonly type: HealthEndpoint };
  success: number;
  error: number;
  isWell: boolean;
}

/** HealthOutcomes remembers how health checks went: the metrics of `/metrics/slis`, by which availability is reckoned. */
export class HealthOutcomes {
  readonly registry = new Registry();
  private readonly all = new Map<string, Outcomes>();

  constructor() {
    const { registry, all } = this;
    const latest = { name: 'kubernetes_healthcheck', help: 'This metric records the result of a single healthcheck.' };
    exposeLevels(registry, latest, () => Array.from(all.values(), one => [one.labels, one.isWell ? 1 : 0]));
    const total = {
      name: 'kubernetes_healthchecks_total',
      help: 'This metric records the results of all healthcheck.',
    };
    exposeCounts(registry, total, () =>
      [...all.values()].flatMap(({ labels, success, error }) => [
        ...(success ? [[{ ...labels, status: 'success' }, success] as const] : []),
        ...(error ? [[{ ...labels, status: 'error' }, error] as const] : []),
      ]),
    );
  }

  /** note tells how a check went that an endpoint has run. */
  note(type: HealthEndpoint, name: string, isWell: boolean): void {
    const key = `${type} ${name}`;
    let outcomes = this.all.get(key);
    if (!outcomes) this.all.set(key, (outcomes = { labels: { name, type }, success: 0, error: 0, isWell }));
    outcomes[isWell ? 'success' : 'error']++;
    outcomes.isWell = isWell;
  }
}
