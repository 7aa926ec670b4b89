import { Counter, Distributions, exponentialBuckets, type Registry } from '@navarch/base';

/** Result is how finding out who asks went; no credentials are a success too. */
export type Result = 'success' | 'failure';

/** KNOWN are the users that are counted by name; all others are one. */
const KNOWN: ReadonlySet<string> = new Set(['admin', 'client', 'kube_proxy', 'kubelet']);

/** AuthenticationMetrics count who asked, and what it took to find out. */
export class AuthenticationMetrics {
  private readonly users = new Map<string, number>();
  private readonly durations: Record<Result, { add(seconds: number): void; readonly count: number }>;

  constructor(registry: Registry) {
    const durations = new Distributions(registry, {
      name: 'authentication_duration_seconds',
      help: 'Authentication duration in seconds broken out by result.',
      labelNames: ['result'],
      buckets: exponentialBuckets(0.001, 2, 15),
    });
    this.durations = { success: durations.of('success'), failure: durations.of('failure') };
    const all = this.durations;
    new Counter({
      name: 'authentication_attempts',
      help: 'Counter of authenticated attempts.',
      labelNames: ['result'],
      registers: [registry],
      collect() {
        this.reset();
        for (const result of ['success', 'failure'] as const) this.inc({ result }, all[result].count);
      },
    });
    const { users } = this;
    new Counter({
      name: 'authenticated_user_requests',
      help: 'Counter of authenticated requests broken out by username.',
      labelNames: ['username'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [username, count] of users) this.inc({ username }, count);
      },
    });
  }

  succeeded(user: string, seconds: number): void {
    this.durations.success.add(seconds);
    const name = KNOWN.has(user) ? user : 'other';
    this.users.set(name, (this.users.get(name) ?? 0) + 1);
  }

  failed(seconds: number): void {
    this.durations.failure.add(seconds);
  }
}
