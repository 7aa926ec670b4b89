import { expect, test } from '@jest/globals';
import { Registry } from '@navarch/base';
import { allKinds } from '@navarch/kinds';
import { etcdDurations } from './etcd-durations';

test('requests to etcd are told apart by operation and type', async () => {
  const registry = new Registry();
  const observe = etcdDurations(allKinds(33), registry);
  observe('get', '/registry/pods/', 0.001);
  observe('create', '/registry/deployments/', 0.02);
  observe('create', '/registry/deployments/', 0.02);
  observe('list', '/registry/example.com/things/', 0.02);
  const text = await registry.metrics();
  for (const line of [
    'etcd_request_duration_seconds_count{operation="get",type="*core.Pod"} 1',
    'etcd_request_duration_seconds_count{operation="create",type="*apps.Deployment"} 2',
    'etcd_request_duration_seconds_count{operation="list",type="*unstructured.Unstructured"} 1',
  ])
    expect(text).toContain(line);
});
