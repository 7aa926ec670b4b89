import { tooManyRequests } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Clock } from '@navarch/base';
import { isResource } from './refuse';

const PER_SECOND = 50;
const BURST = 100;
const MAX_NAMESPACES = 4_096;

/** EventRateLimit (off by default) takes 50 events a second from each namespace, 100 at once. */
export class EventRateLimit implements AdmissionPlugin {
  readonly name = 'EventRateLimit';
  /** buckets by namespace, the least recently used first; at most MAX_NAMESPACES. */
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly clock: Clock) {}

  handles(attributes: AdmissionAttributes): boolean {
    if (attributes.operation !== 'CREATE' && attributes.operation !== 'UPDATE') return false;
    return isResource(attributes, 'events') || isResource(attributes, 'events.events.k8s.io');
  }

  validate({ namespace, dryRun }: AdmissionAttributes): void {
    if (dryRun) return;
    const now = this.clock.now();
    const bucket = this.buckets.get(namespace) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + ((now - bucket.at) / 1000) * PER_SECOND);
    this.buckets.delete(namespace);
    this.buckets.set(namespace, { tokens: Math.max(0, tokens - 1), at: now });
    if (this.buckets.size > MAX_NAMESPACES) this.buckets.delete(this.buckets.keys().next().value!);
    if (tokens < 1) throw tooManyRequests(`limit reached on type Namespace for key ${namespace}`, 1);
  }
}
