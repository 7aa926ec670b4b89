import type { Route } from '@navarch/apiserver-runtime';
import type { Registry } from '@navarch/base';

/** metricsRoute serves the process's metrics. */
export function metricsRoute(metrics: Registry): Route {
  return {
    path: '/metrics',
    async handle() {
      return {
        status: 200,
        headers: { 'content-type': metrics.contentType, 'cache-control': 'no-cache, private' },
        body: Buffer.from(await metrics.metrics()),
      };
    },
  };
}
