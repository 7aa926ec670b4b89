import { expect, test } from '@jest/globals';
import { Registry } from '@navarch/base';
import { WebhookMetrics, type WebhookCall } from './webhook-metrics';

test('calls are counted by how they went', async () => {
  const registry = new Registry();
  const metrics = new WebhookMetrics(registry);
  const call: WebhookCall = { name: 'w', operation: 'CREATE', type: 'admit' };
  metrics.allowed(call, 0.01);
  metrics.denied(call, 0.01, 403);
  metrics.failed(call, 0.01, false);
  metrics.failed(call, 0.01, true);
  const text = await registry.metrics();
  const prefix = 'apiserver_admission_webhook';
  for (const line of [
    `${prefix}_admission_duration_seconds_count{name="w",operation="CREATE",rejected="false",type="admit"} 2`,
    `${prefix}_admission_duration_seconds_count{name="w",operation="CREATE",rejected="true",type="admit"} 2`,
    `${prefix}_rejection_count{name="w",operation="CREATE",type="admit",error_type="no_error",rejection_code="403"} 1`,
    `${prefix}_rejection_count{name="w",operation="CREATE",type="admit",error_type="calling_webhook_error",rejection_code="0"} 1`,
    `${prefix}_fail_open_count{name="w",type="admit"} 1`,
  ])
    expect(text).toContain(line);
});
