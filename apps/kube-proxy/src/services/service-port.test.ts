import { describe, expect, test } from '@jest/globals';
import type { corev1, discoveryv1 } from '@navarch/api';
import { clusterEndpoints, localEndpoints, servicePorts } from './service-port';

const service = (spec: corev1.ServiceSpec, name = 'web'): corev1.Service => ({
  metadata: { namespace: 'default', name },
  spec: { clusterIP: '10.96.0.7', type: 'ClusterIP', ports: [{ port: 80 }], ...spec },
});
const slice = (endpoints: discoveryv1.Endpoint[], name = ''): discoveryv1.EndpointSlice => ({
  metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name, port: 8080, protocol: 'TCP' }],
  endpoints,
});

describe('servicePorts', () => {
  const skipped: { name: string; spec: corev1.ServiceSpec }[] = [
    { name: 'headless', spec: { clusterIP: 'None' } },
    { name: 'ExternalName', spec: { type: 'ExternalName', clusterIP: '' } },
    { name: 'not allocated yet', spec: { clusterIP: '' } },
  ];
  test.each(skipped)('$name has no rules', ({ spec }) => {
    expect(servicePorts([service(spec)], [], 'n1')).toEqual([]);
  });

  test.each([
    ['another proxy may be named for a service', { 'service.kubernetes.io/service-proxy-name': 'other' }],
    ['none may be wanted', { 'service.kubernetes.io/headless': '' }],
  ])('%s', (_, labels) => {
    const other = service({});
    other.metadata!.labels = labels;
    expect(servicePorts([other], [], 'n1')).toEqual([]);
  });

  test('endpoints of several slices come together once each, and know whether they are local', () => {
    const slices = [
      slice([{ addresses: ['10.244.0.2'], nodeName: 'n1' }]),
      slice([
        { addresses: ['10.244.1.2'], nodeName: 'n2' },
        { addresses: ['10.244.0.2'], nodeName: 'n1' },
      ]),
    ];
    const [port] = servicePorts([service({})], slices, 'n1');
    expect(port!.endpoints.map(e => [e.ip, e.port, e.local])).toEqual([
      ['10.244.0.2', 8080, true],
      ['10.244.1.2', 8080, false],
    ]);
  });

  test('addresses of odd forms come to rules in the usual one', () => {
    const odd = service({
      type: 'LoadBalancer',
      externalIPs: ['010.1.2.3', 'fd00::1', '::ffff:10.1.2.4'],
      loadBalancerSourceRanges: ['010.0.0.0/08', 'fd00::/64'],
    });
    const [port] = servicePorts([odd], [slice([{ addresses: ['010.244.0.2'] }])], 'n1');
    expect(port).toMatchObject({
      externalIPs: ['10.1.2.3', '10.1.2.4'],
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      endpoints: [{ ip: '10.244.0.2' }],
    });
  });

  test("a slice's port belongs to the service port of the same name", () => {
    const slices = [slice([{ addresses: ['10.244.0.2'] }], 'http')];
    const ports = servicePorts(
      [
        service({
          ports: [
            { name: 'http', port: 80 },
            { name: 'admin', port: 81 },
          ],
        }),
      ],
      slices,
      'n1',
    );
    expect(ports.map(p => [p.name, p.endpoints.length])).toEqual([
      ['default/web:admin', 0],
      ['default/web:http', 1],
    ]);
  });
});

describe('endpoints that take traffic', () => {
  const ready = { addresses: ['10.244.0.2'], nodeName: 'n1', conditions: { ready: true } };
  const ending = {
    addresses: ['10.244.0.3'],
    nodeName: 'n1',
    conditions: { ready: false, serving: true, terminating: true },
  };
  const remote = { addresses: ['10.244.1.2'], nodeName: 'n2', conditions: { ready: true } };
  const unready = { addresses: ['10.244.0.4'], nodeName: 'n1', conditions: { ready: false, serving: false } };
  const cases = [
    { name: 'the ready ones', endpoints: [ready, ending, unready], cluster: ['10.244.0.2'], local: ['10.244.0.2'] },
    {
      name: 'terminating ones where none is ready',
      endpoints: [ending, unready],
      cluster: ['10.244.0.3'],
      local: ['10.244.0.3'],
    },
    { name: 'Local counts its own only', endpoints: [ending, remote], cluster: ['10.244.1.2'], local: ['10.244.0.3'] },
    { name: 'none', endpoints: [unready], cluster: [], local: [] },
  ];
  test.each(cases)('$name', ({ endpoints, cluster, local }) => {
    const [port] = servicePorts([service({})], [slice(endpoints)], 'n1');
    expect(clusterEndpoints(port!).map(e => e.ip)).toEqual(cluster);
    expect(localEndpoints(port!).map(e => e.ip)).toEqual(local);
  });
});
