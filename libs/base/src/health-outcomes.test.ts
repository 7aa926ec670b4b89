import { expect, test } from '@jest/globals';
import { HealthOutcomes } from './health-outcomes';

test('checks are counted by endpoint, and the latest outcome is shown', async () => {
  const outcomes = new HealthOutcomes();
  outcomes.note('readyz', 'etcd', true);
  outcomes.note('readyz', 'etcd', false);
  outcomes.note('livez', 'ping', true);
  const lines = (await outcomes.registry.metrics()).split('\n').filter(line => line && !line.startsWith('#'));
  expect(lines).toEqual([
    'kubernetes_healthcheck{name="etcd",type="readyz"} 0',
    'kubernetes_healthcheck{name="ping",type="livez"} 1',
    'kubernetes_healthchecks_total{name="etcd",type="readyz",status="success"} 1',
    'kubernetes_healthchecks_total{name="etcd",type="readyz",status="error"} 1',
    'kubernetes_healthchecks_total{name="ping",type="livez",status="success"} 1',
  ]);
});
