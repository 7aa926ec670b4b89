import type { Clock } from '@navarch/base';
import { reply, type Plugin, type Query, type Reply } from '../../plugin';
import { resolve, resolveReverse, type RecordOptions } from './records';
import type { InformerZone } from './zone';

/** KubernetesOptions: the zone's name, time to live in seconds, and whose state is served. */
export interface KubernetesOptions {
  readonly domain: string;
  readonly ttl: number;
  readonly zone: InformerZone;
  readonly clock: Clock;
}

/** kubernetes answers for the cluster domain, and for the reverse names of addresses it knows. Everything else goes on. */
export function kubernetes(options: KubernetesOptions): Plugin {
  const { domain, ttl, zone, clock } = options;
  const records = (): RecordOptions => ({ domain, ttl, serial: Math.floor(clock.now() / 1000) });
  return {
    name: 'kubernetes',
    ready() {
      if (!zone.synced) throw new Error('services and endpoints are not read yet');
    },
    async handle(query, next) {
      if (query.name.endsWith('.in-addr.arpa')) {
        const known = query.type === 'PTR' ? resolveReverse(zone, query.name, records()) : undefined;
        return known ?? next(query);
      }
      if (query.name !== domain && !query.name.endsWith(`.${domain}`)) return next(query);
      const found = resolve(zone, query.name, query.type, records());
      return follow(query, found, next);
    },
  };
}

/** follow completes an ExternalName's CNAME with the target's own records, as resolvers expect of a recursive server. */
async function follow(query: Query, found: Reply, next: (query: Query) => Promise<Reply>): Promise<Reply> {
  const [alias] = found.answers;
  if (alias?.type !== 'CNAME' || query.type === 'CNAME') return found;
  const target = alias.data.replace(/\.$/, '').toLowerCase();
  const beyond = await next({
    ...query,
    name: target,
    asked: target,
    question: { ...query.question, name: target },
  }).catch(() => reply('SERVFAIL'));
  return { ...found, answers: [alias, ...beyond.answers] };
}
