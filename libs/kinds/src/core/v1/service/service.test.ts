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
        `spec.ports: Invalid value: []core.ServicePort{${goPort('p1', 'TCP', 1)}, ${goPort('p2', 'UDP', 2)}}: may not contain more than 1 protocol when type is 'LoadBalancer'`,
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

  test('a balancer that carried several protocols may go on to, and is told of others last', () => {
    const ports = [port(1), port(2, { protocol: 'UDP' })];
    const balancer = (spec: Part) => service({ clusterIP: '10.96.0.9', type: 'LoadBalancer', ...spec });
    const several = service({ clusterIP: '10.96.0.9', type: 'NodePort', ports });
    expect(ask(SERVICES).changed(several, balancer({ ports: [...ports].reverse() }))).toEqual([]);
    expect(ask(SERVICES).changed(old, balancer({ ports, externalTrafficPolicy: 'x' }))).toEqual([
      expect.stringMatching(/^spec.externalTrafficPolicy: /),
      expect.stringMatching(/may not contain more than 1 protocol when type is 'LoadBalancer'$/),
    ]);
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

describe('v1.33 says of a service', () => {
  const balancer = (spec: Part = {}, metadata: Part = {}) => service({ type: 'LoadBalancer', ...spec }, metadata);
  const only = "may only be used when `type` is 'LoadBalancer'";
  test.each<readonly [title: string, body: Part, findings: unknown[]]>([
    ['a balancer of two protocols', balancer({ ports: [port(1), port(2, { protocol: 'UDP' })] }), []],
    ["the kubelet's port", balancer({ ports: [{ port: 10250 }] }), []],
    ['addresses of its own', service({ externalIPs: ['10.1.2.3'], externalTrafficPolicy: 'Local' }), []],
    [
      'a policy inside the cluster, and a check',
      service({ externalTrafficPolicy: 'x', healthCheckNodePort: 70000 }),
      [
        'spec.externalTrafficPolicy: Invalid value: "x": may only be set for externally-accessible services',
        "spec.healthCheckNodePort: Invalid value: 70000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
    ],
    [
      'policies that there are not',
      service({ type: 'NodePort', externalTrafficPolicy: 'x', internalTrafficPolicy: 'y', trafficDistribution: 'z' }),
      [
        'spec.externalTrafficPolicy: Unsupported value: "x": supported values: "Cluster", "Local"',
        'spec.internalTrafficPolicy: Unsupported value: "y": supported values: "Cluster", "Local"',
        'spec.trafficDistribution: Unsupported value: "z": supported values: "PreferClose"',
      ],
    ],
    [
      'where traffic goes in words of the next release',
      service({ trafficDistribution: 'PreferSameNode' }),
      ['spec.trafficDistribution: Unsupported value: "PreferSameNode": supported values: "PreferClose"'],
    ],
    [
      'what is for balancers',
      service({ loadBalancerClass: 'a/b', allocateLoadBalancerNodePorts: true, loadBalancerSourceRanges: ['x'] }),
      [
        `spec.LoadBalancerSourceRanges: Forbidden: ${only}`,
        'spec.LoadBalancerSourceRanges[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
        `spec.allocateLoadBalancerNodePorts: Forbidden: ${only}`,
        `spec.loadBalancerClass: Forbidden: ${only}`,
      ],
    ],
    [
      'two annotations that do not agree',
      service(
        {},
        {
          annotations: {
            'service.kubernetes.io/topology-aware-hints': 'Auto',
            'service.kubernetes.io/topology-mode': 'Disabled',
          },
        },
      ),
      [
        'metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: "Disabled": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified',
      ],
    ],
  ])('%s', (_title, body, findings) => {
    expect(ask(SERVICES, 33).created(body)).toEqual(findings);
  });

  const old = {
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  };
  test.each<readonly [title: string, before: Part, after: Part, findings: string[]]>([
    ['what is left out', service(old), service({}), []],
    [
      'another family',
      service(old),
      service({ ...old, ipFamilies: ['IPv6'] }),
      [
        'spec.ipFamilies[0]: Invalid value: []core.IPFamily{"IPv6"}: may not change once set',
        'spec.clusterIPs[0]: Invalid value: "10.96.0.9": expected an IPv6 value as indicated by `ipFamilies[0]`',
      ],
    ],
    [
      'another class',
      balancer({ ...old, loadBalancerClass: 'a/b' }),
      balancer({ ...old, loadBalancerClass: 'a/c' }),
      ['spec.loadBalancerClass: Invalid value: "a/c": may not change once set'],
    ],
    [
      'another port for checks',
      balancer({ ...old, externalTrafficPolicy: 'Local', healthCheckNodePort: 30100 }),
      balancer({ ...old, externalTrafficPolicy: 'Local', healthCheckNodePort: 30200 }),
      ['spec.healthCheckNodePort: Forbidden: field is immutable'],
    ],
  ])('a change: %s', (_title, before, after, findings) => {
    expect(ask(SERVICES, 33).changed(before, after)).toEqual(findings);
  });

  test.each<readonly [title: string, type: string, ingress: Part[], findings: string[]]>([
    [
      'a service without balancer',
      'ClusterIP',
      [{ ip: '1.2.3.4' }],
      ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"],
    ],
    ['an address, which has a mode by default', 'LoadBalancer', [{ ip: '1.2.3.4' }, { hostname: 'a.b' }], []],
    [
      'modes',
      'LoadBalancer',
      [
        { ip: 'x', ipMode: 'y' },
        { hostname: 'a.b', ipMode: 'VIP' },
      ],
      [
        'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'status.loadBalancer.ingress[0].ipMode: Unsupported value: "y": supported values: "Proxy", "VIP"',
        'status.loadBalancer.ingress[1].ipMode: Forbidden: may not be specified when `ip` is not set',
      ],
    ],
  ])('where it is: %s', (_title, type, ingress, findings) => {
    const body = service({ ...old, type });
    const status = { loadBalancer: { ingress } };
    expect(ask(SERVICES, 33).changed(body, { ...body, status }, 'status')).toEqual(findings);
  });

  test('a balancer that says where it is has its mode filled in', () => {
    const target = findTarget(SERVICES, 33)!;
    const body = balancer(old, { name: 'x' });
    const { object } = create(target, body, 33);
    const status = { loadBalancer: { ingress: [{ ip: '1.2.3.4', ports: [{ port: 80, protocol: 'TCP' }] }] } };
    expect(update(target, { ...body, status }, object, 33, 'status').object).toMatchObject({
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4', ipMode: 'VIP', ports: [{ port: 80 }] }] } },
    });
  });

  test('what warns', () => {
    const { kind } = findTarget(SERVICES, 33)!;
    const warnings = (spec: Part, emulated = 33) =>
      kind.strategy.warnings!(service(spec) as never, undefined, { emulated } as never);
    expect(warnings({ type: 'ClusterIP', externalName: 'a.b', externalIPs: ['FD00::1'] })).toEqual([
      'spec.externalIPs[0]: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")',
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ]);
    expect(warnings({ type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.1/8'] })).toEqual([
      'spec.loadBalancerSourceRanges[0]: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
    ]);
    expect(warnings({ type: 'ClusterIP', externalName: 'a.b' }, 20)).toEqual([]);
  });
});
