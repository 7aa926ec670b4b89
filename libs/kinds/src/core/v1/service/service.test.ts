import { describe, expect, test } from '@jest/globals';
import { create, findTarget, update } from '../../../testing/create';
import { ask } from '../../../testing/findings';

const SERVICES = '/api/v1/namespaces/n/services';
type Part = Readonly<Record<string, unknown>>;
const service = (spec: Part, metadata: Part = {}) => ({ metadata, spec: { ports: [{ port: 80 }], ...spec } });
const port = (port: number, more: Part = {}) => ({ name: `p${port}`, port, ...more });
const goPort = (name: string, protocol: string, number: number) =>
  `core.ServicePort{Name:"${name}", Protocol:"${protocol}", AppProtocol:(*string)(nil), Port:${number}, TargetPort:intstr.IntOrString{Type:0, IntVal:${number}, StrVal:""}, NodePort:0}`;

describe('v1.20 says of a service', () => {
  test.each<readonly [title: string, body: Part, findings: unknown[]]>([
    [
      'sources in a service without balancer',
      service({ loadBalancerSourceRanges: ['10.0.0.0/8', 'x'] }),
      [
        "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
        'spec.LoadBalancerSourceRanges: Invalid value: "[10.0.0.0/8 x]": must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 ',
      ],
    ],
    [
      'sources in the annotation of long ago',
      service(
        { type: 'LoadBalancer' },
        { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': 'x' } },
      ),
      [
        expect.stringMatching(
          /^metadata.annotations\[service.beta.*\]: Invalid value: "x": must be a list of IP ranges/,
        ),
      ],
    ],
    [
      'a balancer of two protocols',
      service({ type: 'LoadBalancer', ports: [port(1), port(2, { protocol: 'UDP' })] }),
      [
        `spec.ports: Invalid value: []core.ServicePort{${goPort('p1', 'TCP', 1)}, ${goPort('p2', 'UDP', 2)}}: cannot create an external load balancer with mix protocols`,
      ],
    ],
    [
      'a name that is no domain',
      service({ type: 'ExternalName', externalName: 'A_.' }),
      [expect.stringContaining('spec.externalName: Invalid value: "A_": a lowercase RFC 1123 subdomain')],
    ],
    [
      'node ports inside the cluster, and twice',
      service({ ports: [port(1, { nodePort: 30001 }), port(2, { nodePort: 30001 })] }),
      [
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
        "spec.ports[1].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
        'spec.ports[1].nodePort: Duplicate value: 30001',
      ],
    ],
    [
      'a list of addresses without the first one',
      service({ clusterIPs: ['10.96.0.1'] }),
      ['spec.clusterIPs: Invalid value: []string{"10.96.0.1"}: must be empty when clusterIP is empty'],
    ],
    [
      'a port to be checked that is negative',
      service({ healthCheckNodePort: -1 }),
      ['spec.healthCheckNodePort: Invalid value: -1: HealthCheckNodePort must be not less than 0'],
    ],
    [
      'what depends on the type, when nothing else is wrong',
      service({ healthCheckNodePort: 30001, externalTrafficPolicy: 'Local', externalIPs: ['8.8.8.8'] }),
      [
        'spec.externalTrafficPolicy: Invalid value: "Local": ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service',
        'spec.healthCheckNodePort: Invalid value: 30001: HealthCheckNodePort can only be set on LoadBalancer service with ExternalTrafficPolicy=Local',
      ],
    ],
    [
      '… and not before',
      service({ healthCheckNodePort: 30001, externalTrafficPolicy: 'Local', ports: [] }),
      ['spec.ports: Required value'],
    ],
  ])('%s', (_title, body, findings) => {
    expect(ask(SERVICES).created(body)).toEqual(findings);
  });

  const old = service({ clusterIP: '10.96.0.9' });
  test.each<readonly [title: string, spec: Part, findings: string[]]>([
    ['the older field is enough', { clusterIP: '10.96.0.9' }, []],
    [
      'an address that is left out',
      {},
      ['spec.clusterIPs[0]: Invalid value: []string(nil): primary clusterIP can not be unset'],
    ],
    ['a service that is only a name', { type: 'ExternalName', externalName: 'a.b' }, []],
  ])('a change: %s', (_title, spec, findings) => {
    expect(ask(SERVICES).changed(old, service(spec))).toEqual(findings);
  });

  test('the port of a health check stays', () => {
    const local = (healthCheckNodePort?: number) =>
      service({ clusterIP: '10.96.0.9', type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort });
    expect(ask(SERVICES).changed(local(30_100), local(30_200))).toEqual([
      'spec.healthCheckNodePort: Invalid value: 30200: cannot change healthCheckNodePort on loadBalancer service with externalTraffic=Local during update',
    ]);
    expect(ask(SERVICES).changed(local(30_100), service({ clusterIP: '10.96.0.9' }))).toEqual([]);
  });

  test('where a balancer says that it is', () => {
    const status = { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '1.2.3.4' }] } };
    expect(ask(SERVICES).changed(old, { ...old, status }, 'status')).toEqual([
      'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
    ]);
  });
});

describe('fields of later releases', () => {
  const target = (emulated: number) => findTarget(SERVICES, emulated)!;
  test('were dropped by v1.20', () => {
    const spec = {
      clusterIP: '10.96.0.9',
      clusterIPs: ['10.96.0.9', 'fd00::9'],
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'PreferDualStack',
      allocateLoadBalancerNodePorts: false,
      topologyKeys: ['*'],
    };
    const { object, errors } = create(target(20), service(spec, { name: 'x' }), 20);
    expect(errors).toEqual([]);
    expect(object).toMatchObject({ spec: { clusterIPs: ['10.96.0.9'] } });
    for (const name of ['ipFamilies', 'ipFamilyPolicy', 'allocateLoadBalancerNodePorts', 'topologyKeys'])
      expect((object as { spec?: object }).spec).not.toHaveProperty(name);
  });
  test('are kept today', () => {
    const body = service({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }, { name: 'x' });
    const { object } = create(target(33), body, 33);
    expect(object).toMatchObject({ spec: { allocateLoadBalancerNodePorts: false, internalTrafficPolicy: 'Cluster' } });
  });
  test('addresses have to be of the families that are asked for', () => {
    expect(
      ask(SERVICES, 33).created(service({ clusterIP: 'fd00::9', clusterIPs: ['fd00::9'], ipFamilies: ['IPv4'] })),
    ).toEqual(['spec.clusterIPs[0]: Invalid value: "fd00::9": expected an IPv4 value as indicated by `ipFamilies[0]`']);
  });
  test('an update keeps what was allocated', () => {
    const { object: old } = create(target(33), service({ clusterIP: '10.96.0.9' }, { name: 'x' }), 33);
    const { object } = update(target(33), service({}, { name: 'x' }), old, 33);
    expect(object).toMatchObject({ spec: { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'] } });
  });
});
