import { expect, test } from '@jest/globals';
import { Registry } from '@navarch/base';
import { RequestMetrics } from './request-metrics';

test('requests are counted by code, and their durations whatever the code', async () => {
  const registry = new Registry();
  const metrics = new RequestMetrics(registry);
  const target = { group: 'apps', version: 'v1', resource: 'deployments', subresource: '' };
  const create = { verb: 'POST', scope: 'namespace', component: 'apiserver', ...target };
  metrics.done(create, false, 201, 0.004);
  metrics.done(create, false, 409, 0.3);
  metrics.done(create, true, 201, 0.004);
  metrics.done({ ...create, verb: 'WATCH' }, false, 200, undefined);
  const lines = (await registry.metrics()).split('\n').filter(line => !line.startsWith('#'));
  const series = (name: string, rest: string) =>
    lines.filter(line => line.startsWith(`${name}{`) && line.includes(rest)).map(line => line.split(' ').at(-1));
  expect(series('apiserver_request_total', '"POST"')).toEqual(['1', '1', '1']);
  expect(series('apiserver_request_total', 'dry_run="All"')).toEqual(['1']);
  expect(series('apiserver_request_total', 'code="409"')).toEqual(['1']);
  expect(series('apiserver_request_total', '"WATCH"')).toEqual(['1']);
  expect(series('apiserver_request_duration_seconds_count', '"POST"')).toEqual(['2', '1']);
  expect(series('apiserver_request_duration_seconds_bucket', 'dry_run="",le="0.2"')).toEqual(['1']);
  expect(series('apiserver_request_duration_seconds_count', '"WATCH"')).toEqual([]);
});
