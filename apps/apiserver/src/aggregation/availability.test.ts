import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { isAvailable, withAvailability } from './api-service';
import { backendAvailability, PASSED, unavailable } from './availability';

const backend = { namespace: 'kube-system', name: 'metrics', port: 443 };
const service = (port: number, spec: object = {}): corev1.Service =>
  ({ spec: { type: 'ClusterIP', ports: [{ name: 'https', port }], ...spec } }) as corev1.Service;
const endpoints = (addresses: object[], name?: string): corev1.Endpoints =>
  ({ subsets: [{ addresses, ports: [{ port: 4443, ...(name && { name }) }] }] }) as corev1.Endpoints;

test.each([
  {
    name: 'no service',
    want: ['ServiceNotFound', 'service/metrics in "kube-system" is not present'],
  },
  {
    name: 'another port',
    service: service(80),
    want: ['ServicePortError', 'service/metrics in "kube-system" is not listening on port 443'],
  },
  {
    name: 'no endpoints',
    service: service(443),
    want: ['EndpointsNotFound', 'cannot find endpoints for service/metrics in "kube-system"'],
  },
  {
    name: 'no addresses',
    service: service(443),
    endpoints: endpoints([], 'https'),
    want: [
      'MissingEndpoints',
      'endpoints for service/metrics in "kube-system" have no addresses with port name "https"',
    ],
  },
  {
    name: 'addresses of another port',
    service: service(443),
    endpoints: endpoints([{ ip: '10.0.0.1' }]),
    want: [
      'MissingEndpoints',
      'endpoints for service/metrics in "kube-system" have no addresses with port name "https"',
    ],
  },
  { name: 'all is there', service: service(443), endpoints: endpoints([{ ip: '10.0.0.1' }], 'https') },
  { name: 'a name outside has no endpoints', service: service(80, { type: 'ExternalName' }) },
])('$name', ({ service: given, endpoints: known, want }) => {
  const found = backendAvailability(backend, given, known);
  expect(found && [found.reason, found.message]).toEqual(want);
});

test('the time of the condition is that of its status, not of its reason', () => {
  const [first, second] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)];
  const failed = withAvailability({}, unavailable('ServiceNotFound', 'gone'), first);
  expect(failed?.conditions?.[0]?.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
  const other = withAvailability({ status: failed }, unavailable('MissingEndpoints', 'none'), second);
  expect(other?.conditions?.[0]).toMatchObject({
    reason: 'MissingEndpoints',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  expect(withAvailability({ status: other }, unavailable('MissingEndpoints', 'none'), second)).toBeUndefined();
  const passed = withAvailability({ status: other }, PASSED, second);
  expect(passed?.conditions?.[0]?.lastTransitionTime).toBe('2026-01-02T00:00:00Z');
  expect([isAvailable({ status: other }), isAvailable({ status: passed })]).toEqual([false, true]);
});
