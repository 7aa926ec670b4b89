import { Counter, exponentialBuckets, Histogram, type Registry } from '@navarch/base';
import type { Plugin } from '../../plugin';

/** metrics counts and times all that the plugins behind it answer; metric names as CoreDNS has them. */
export function metrics(registry: Registry): Plugin {
  const registers = [registry];
  const requests = new Counter({
    name: 'coredns_dns_requests_total',
    help: 'Queries by protocol and type',
    labelNames: ['proto', 'type'],
    registers,
  });
  const responses = new Counter({
    name: 'coredns_dns_responses_total',
    help: 'Answers by rcode',
    labelNames: ['rcode'],
    registers,
  });
  const durations = new Histogram({
    name: 'coredns_dns_request_duration_seconds',
    help: 'Time to answer',
    buckets: exponentialBuckets(0.00025, 2, 16),
    registers,
  });
  return {
    name: 'metrics',
    async handle(query, next) {
      requests.inc({ proto: query.transport, type: query.type });
      const done = durations.startTimer();
      const answer = await next(query);
      done();
      responses.inc({ rcode: answer.rcode });
      return answer;
    },
  };
}
