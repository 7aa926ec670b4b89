import { expect, test } from '@jest/globals';
import { Registry } from '@navarch/base';
import { RequestMetrics, type Answered } from './request-metrics';

const answered = (code: number, seconds: number | undefined): Answered => ({
  ...{ code, seconds, dryRun: false, waitedSeconds: 0, bytes: undefined },
});

test('requests are counted by code, and their durations whatever the code', async () => {
  const registry = new Registry();
  const metrics = new RequestMetrics(registry, 33);
  const target = { group: 'apps', version: 'v1', resource: 'deployments', subresource: '' };
  const create = { verb: 'POST', scope: 'namespace', component: 'apiserver', ...target };
  metrics.done(create, answered(201, 0.004));
  metrics.done(create, answered(409, 0.3));
  metrics.done(create, { ...answered(201, 0.004), dryRun: true });
  metrics.done({ ...create, verb: 'WATCH' }, answered(200, undefined));
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

test.each([
  [33, 'apiserver_request_sli_duration_seconds'],
  [25, 'apiserver_request_slo_duration_seconds'],
  [20, undefined],
])('at 1.%d a read tells its size, and as %s what it took without its waiting', async (minor, name) => {
  const registry = new Registry();
  const metrics = new RequestMetrics(registry, minor);
  const target = {
    group: '',
    version: 'v1',
    resource: 'pods',
    subresource: '',
    scope: 'cluster',
    component: 'apiserver',
  };
  metrics.done({ ...target, verb: 'LIST' }, { ...answered(200, 3), waitedSeconds: 2.5, bytes: 5000 });
  metrics.done({ ...target, verb: 'PUT' }, { ...answered(200, 1), bytes: 5000 });
  const text = await registry.metrics();
  const labels =
    'verb="LIST",group="",version="v1",resource="pods",subresource="",scope="cluster",component="apiserver"';
  const has = (series: string) => text.split('\n').some(line => sorted(line) === sorted(series));
  expect(has(`apiserver_response_sizes_sum{${labels}} 5000`)).toBe(true);
  expect(text.match(/^apiserver_response_sizes_count/gm)).toHaveLength(1);
  if (name) expect(has(`${name}_sum{${labels}} 0.5`)).toBe(true);
  else expect(text).not.toMatch(/sl[io]_duration/);
});

/** sorted brings a line's labels into order. */
const sorted = (line: string) =>
  line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').sort().join(',')}}`);
