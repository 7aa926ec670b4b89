import { HealthOutcomes, type HealthEndpoint } from '@navarch/base';
import type { HealthChecks } from './interfaces';

interface Check {
  readonly name: string;
  readonly check: () => Promise<void> | void;
  readonly endpoints: readonly HealthEndpoint[];
}

/** HealthAnswer is what a health endpoint says, in upstream's texts. */
export interface HealthAnswer {
  readonly status: number;
  readonly text: string;
}

/** Health runs the checks of /healthz, /livez and /readyz. `ping` is always there. */
export class Health implements HealthChecks {
  /** outcomes are how the checks of whole endpoints went. */
  readonly outcomes = new HealthOutcomes();
  private readonly checks: Check[] = [
    { name: 'ping', check: () => undefined, endpoints: ['healthz', 'livez', 'readyz'] },
  ];

  add(name: string, check: () => Promise<void> | void, kinds?: readonly ('livez' | 'readyz')[]): void {
    this.checks.push({
      name,
      check,
      endpoints: kinds
        ? [...kinds, ...(kinds.includes('livez') ? (['healthz'] as const) : [])]
        : ['healthz', 'livez', 'readyz'],
    });
  }

  /** answer runs an endpoint's checks (or the single one named) except the excluded; why a check fails stays in the log. */
  async answer(
    endpoint: HealthEndpoint,
    options: { verbose?: boolean; exclude?: readonly string[]; only?: string } = {},
  ): Promise<HealthAnswer | undefined> {
    const asked = this.checks.filter(c => c.endpoints.includes(endpoint) && (!options.only || c.name === options.only));
    if (!asked.length) return undefined;
    const results = await Promise.all(
      asked.map(async c => ({ name: c.name, excluded: !!options.exclude?.includes(c.name), ok: await passes(c) })),
    );
    if (!options.only) for (const r of results) if (!r.excluded) this.outcomes.note(endpoint, r.name, r.ok);
    const failed = results.filter(r => !r.ok && !r.excluded);
    const lines = results.map(r =>
      r.excluded ? `[+]${r.name} excluded: ok` : r.ok ? `[+]${r.name} ok` : `[-]${r.name} failed: reason withheld`,
    );
    if (failed.length) return { status: 500, text: [...lines, `${endpoint} check failed`, ''].join('\n') };
    return { status: 200, text: options.verbose ? [...lines, `${endpoint} check passed`, ''].join('\n') : 'ok' };
  }
}

async function passes(check: Check): Promise<boolean> {
  try {
    await check.check();
    return true;
  } catch {
    return false;
  }
}
