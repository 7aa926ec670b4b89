import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { serviceResolver } from './service-resolver';

const resolve = (spec: corev1.ServiceSpec | undefined, endpoints?: corev1.Endpoints) =>
  serviceResolver(
    () => ({ get: () => spec && { spec } }),
    () => ({ get: () => endpoints }),
  )('n', 's', 443);
const ports = [{ name: 'https', port: 443 }];

test('a service leads to one of its backends, one outside to its name', async () => {
  const endpoints = { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ name: 'https', port: 8443 }] }] };
  await expect(resolve({ clusterIP: '10.96.0.9', ports }, endpoints)).resolves.toEqual({
    host: '10.0.0.1',
    port: 8443,
  });
  await expect(resolve({ type: 'ExternalName', externalName: 'x.example' })).resolves.toMatchObject({
    host: 'x.example',
  });
});

test.each<[string, corev1.ServiceSpec | undefined, string]>([
  ['no service', undefined, 'service "s" not found'],
  ['a service without an address', { clusterIP: 'None', ports }, 'cannot route to service with ClusterIP "None"'],
  ['another port', { clusterIP: '10.96.0.9', ports: [{ port: 80 }] }, 'no service port 443 found for service "s"'],
  ['no backend', { clusterIP: '10.96.0.9', ports }, 'no endpoints available for service "s"'],
])('%s leads nowhere', (_, spec, why) => expect(resolve(spec)).rejects.toThrow(why));
