import { textResponse, type Route } from '@navarch/apiserver-runtime';
import { describe, HealthOutcomes, type HealthEndpoint, type Logger } from '@navarch/base';
import { byCheckOrder } from './known-checks';

const ENDPOINTS: readonly HealthEndpoint[] = ['healthz', 'livez', 'readyz'];

/** NOSNIFF keeps browsers from guessing at what a text is. */
const NOSNIFF = { 'x-content-type-options': 'nosniff' };

/** Check resolves when all is well, and rejects with why not. */
export type Check = () => Promise<void> | void;

/** Health is the apiserver's health: named checks, each part of some endpoints. */
export class Health {
  /** outcomes are how the checks of whole endpoints went. */
  readonly outcomes = new HealthOutcomes();
  private readonly checks = new Map<string, { readonly check: Check; readonly endpoints: readonly HealthEndpoint[] }>();

  private readonly byOrder: (a: string, b: string) => number;

  /** emulated is the release in whose order checks are listed. */
  constructor(
    private readonly log: Logger,
    emulated: number,
  ) {
    this.byOrder = byCheckOrder(emulated);
  }

  add(name: string, check: Check, endpoints: readonly HealthEndpoint[] = ENDPOINTS): void {
    this.checks.set(name, { check, endpoints });
  }

  /** pending adds a check that fails until the answered function is called. */
  pending(name: string, endpoints: readonly HealthEndpoint[] = ENDPOINTS): () => void {
    let done = false;
    this.add(
      name,
      () => {
        if (!done) throw new Error('not finished');
      },
      endpoints,
    );
    return () => {
      done = true;
    };
  }

  /** names lists the checks of an endpoint, in upstream's order. */
  names(endpoint: HealthEndpoint): string[] {
    const ours = [...this.checks].filter(([, { endpoints }]) => endpoints.includes(endpoint));
    return ours.map(([name]) => name).sort(this.byOrder);
  }

  /** answer runs an endpoint's checks, those excluded left out. The text tells of each if verbose or not well. */
  async answer(
    endpoint: HealthEndpoint,
    verbose: boolean,
    excluded: readonly string[],
  ): Promise<{ ok: boolean; body: string }> {
    const names = this.names(endpoint);
    const lines: string[] = [];
    const failed: string[] = [];
    for (const name of names) {
      if (excluded.includes(name)) {
        lines.push(`[+]${name} excluded: ok`);
        continue;
      }
      const error = await this.run(name);
      this.outcomes.note(endpoint, name, error === undefined);
      if (error === undefined) {
        lines.push(`[+]${name} ok`);
      } else {
        // The reason may tell strangers too much; it is in the log.
        lines.push(`[-]${name} failed: reason withheld`);
        failed.push(`${name}: ${error}`);
      }
    }
    const unknown = [...new Set(excluded)].filter(name => !names.includes(name)).sort();
    if (unknown.length)
      lines.push(
        `warn: some health checks cannot be excluded: no matches for ${unknown.map(name => JSON.stringify(name)).join(',')}`,
      );
    if (failed.length) this.log.v(2, `${endpoint} check failed`, { failed });
    const ok = !failed.length;
    return { ok, body: ok && !verbose ? 'ok' : `${lines.join('\n')}\n${endpoint} check ${ok ? 'passed' : 'failed'}\n` };
  }

  /** run runs one check; answers why it failed, undefined if it did not or there is none of that name. */
  async run(name: string): Promise<string | undefined> {
    try {
      await this.checks.get(name)?.check();
      return undefined;
    } catch (error) {
      return describe(error);
    }
  }

  /** routes are the endpoints themselves and, below each, its single checks. */
  routes(): Route[] {
    return ENDPOINTS.flatMap(endpoint => [
      {
        path: `/${endpoint}`,
        handle: async ({ query }) => {
          const { ok, body } = await this.answer(endpoint, query.has('verbose'), query.getAll('exclude'));
          return textResponse(ok ? 200 : 500, body, NOSNIFF);
        },
      } satisfies Route,
      ...this.names(endpoint).map(
        name =>
          ({
            path: `/${endpoint}/${name}`,
            handle: async () => {
              const error = await this.run(name);
              return error === undefined
                ? textResponse(200, 'ok')
                : textResponse(500, `internal server error: ${error}\n`, NOSNIFF);
            },
          }) satisfies Route,
      ),
    ]);
  }
}
