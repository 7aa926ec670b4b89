import { tooManyRequests } from '@navarch/apimachinery';
import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Clock } from '@navarch/base';
import { readDocument, type Fields } from '../config-files/fields';
import { isResource } from './refuse';

const DEFAULT_CACHE_SIZE = 4_096;

/** EventLimit takes so many events a second, and so many at once, of each thing of its type. */
export interface EventLimit {
  readonly type: 'Server' | 'Namespace' | 'User' | 'SourceAndObject';
  readonly qps: number;
  readonly burst: number;
  /** cacheSize is how many namespaces, users or sources are told apart. */
  readonly cacheSize: number;
}

const DEFAULT_LIMITS: readonly EventLimit[] = [
  { type: 'Namespace', qps: 50, burst: 100, cacheSize: DEFAULT_CACHE_SIZE },
];

/** readEventLimits reads the configuration of EventRateLimit. */
export function readEventLimits(fields: Fields): EventLimit[] {
  readDocument(fields, 'Configuration', 'eventratelimit.admission.k8s.io', ['v1alpha1']);
  const limits = fields.objects('limits').map(limit => {
    const positive = (name: string) => {
      const value = limit.number(name) ?? 0;
      return value > 0 ? value : limit.fail(name, 'must be positive');
    };
    const read: EventLimit = {
      type: limit.oneOf('type', ['Server', 'Namespace', 'User', 'SourceAndObject'] as const),
      qps: positive('qps'),
      burst: positive('burst'),
      cacheSize: limit.number('cacheSize') || DEFAULT_CACHE_SIZE,
    };
    limit.end();
    return read;
  });
  if (!limits.length) fields.fail('limits', 'must not be empty');
  return limits;
}

/** EventRateLimit (off by default) bounds how many events come in; without a configuration 50 a second and 100 at once from each namespace. */
export class EventRateLimit implements AdmissionPlugin {
  readonly name = 'EventRateLimit';
  private readonly buckets: readonly Buckets[];

  constructor(clock: Clock, limits: readonly EventLimit[] = DEFAULT_LIMITS) {
    this.buckets = limits.map(limit => new Buckets(limit, clock));
  }

  handles(attributes: AdmissionAttributes): boolean {
    if (attributes.operation !== 'CREATE' && attributes.operation !== 'UPDATE') return false;
    return isResource(attributes, 'events') || isResource(attributes, 'events.events.k8s.io');
  }

  validate(attributes: AdmissionAttributes): void {
    if (attributes.dryRun) return;
    // All are asked, so that one limit that is reached spares none of the others.
    const reached = this.buckets.flatMap(buckets => buckets.take(attributes) ?? []);
    if (!reached.length) return;
    throw tooManyRequests(reached.length === 1 ? reached[0]! : `[${reached.join(', ')}]`, 1);
  }
}

/** Buckets hold the tokens that one limit still gives out. */
class Buckets {
  /** known by key, the least recently used first; at most cacheSize. */
  private readonly known = new Map<string, { tokens: number; at: number }>();

  constructor(
    private readonly limit: EventLimit,
    private readonly clock: Clock,
  ) {}

  /** take answers why an event is too many; undefined if it is not. */
  take(attributes: AdmissionAttributes): string | undefined {
    const { type, qps, burst, cacheSize } = this.limit;
    const key = eventKey(type, attributes);
    const now = this.clock.now();
    const bucket = this.known.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * qps);
    this.known.delete(key);
    this.known.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    if (this.known.size > cacheSize) this.known.delete(this.known.keys().next().value!);
    return tokens < 1 ? `limit reached on type ${type} for key ${key}` : undefined;
  }
}

/** eventKey names what a limit of this type counts an event for. Pure. */
export function eventKey(type: EventLimit['type'], { namespace, user, object }: AdmissionAttributes): string {
  switch (type) {
    case 'Server':
      return '';
    case 'Namespace':
      return namespace;
    case 'User':
      return user.name;
    case 'SourceAndObject': {
      const { source = {}, involvedObject: about = {} } = object as corev1.Event;
      const parts = [source.component, source.host, about.kind, about.namespace, about.name];
      return [...parts, about.uid, about.apiVersion].map(part => part ?? '').join('');
    }
  }
}
