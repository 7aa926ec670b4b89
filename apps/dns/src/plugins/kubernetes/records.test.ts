import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { resolve, resolveReverse } from './records';
import { backendsOf, type Backend, type Zone } from './zone';

const service = (name: string, spec: corev1.ServiceSpec): corev1.Service => ({
  metadata: { namespace: 'default', name },
  spec,
});
const services = [
  service('nginx', { clusterIP: '10.96.0.7', ports: [{ name: 'http', port: 8078, protocol: 'TCP' }] }),
  service('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 3306 }] }),
  service('empty', { clusterIP: 'None' }),
  service('outside', { type: 'ExternalName', externalName: 'example.org' }),
];
const ports = [{ name: 'sql', protocol: 'TCP', port: 3306 }];
const backends: Backend[] = [
  { ip: '10.244.0.2', hostname: 'db-0', ports },
  { ip: '10.244.1.2', hostname: '10-244-1-2', ports },
];
const zone: Zone = {
  hasNamespace: namespace => namespace === 'default',
  service: (namespace, name) => services.find(s => namespace === 'default' && s.metadata!.name === name),
  backends: (_, name) => (name === 'db' ? backends : []),
  serviceAt: ip => services.find(s => s.spec!.clusterIP === ip),
  backendsAt: ip =>
    backends.filter(b => b.ip === ip).map(b => ({ namespace: 'default', service: 'db', hostname: b.hostname })),
};
const options = { domain: 'cluster.local', ttl: 5, serial: 1 };

/** show renders a reply compactly: rcode, then each answer's data. */
function show(name: string, type: string): string {
  const { rcode, answers } = resolve(zone, name, type, options);
  const data = answers.map(a =>
    a.type === 'SRV'
      ? `${a.data.port} ${a.data.target}`
      : a.type === 'SOA'
        ? a.data.mname
        : String((a as { data: unknown }).data),
  );
  return [rcode, ...data].join(' ');
}

describe('resolve', () => {
  const cases: [string, string, string][] = [
    ['nginx.default.svc.cluster.local', 'A', 'NOERROR 10.96.0.7'],
    ['nginx.default.svc.cluster.local', 'AAAA', 'NOERROR'],
    ['nginx.default.svc.cluster.local', 'SRV', 'NOERROR 8078 nginx.default.svc.cluster.local'],
    ['_http._tcp.nginx.default.svc.cluster.local', 'SRV', 'NOERROR 8078 nginx.default.svc.cluster.local'],
    ['_http._udp.nginx.default.svc.cluster.local', 'SRV', 'NXDOMAIN'],
    ['_nope._tcp.nginx.default.svc.cluster.local', 'SRV', 'NXDOMAIN'],
    ['nope.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['nginx.nowhere.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['nginx.default.svc.cluster.local.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['db.default.svc.cluster.local', 'A', 'NOERROR 10.244.0.2 10.244.1.2'],
    ['db-0.db.default.svc.cluster.local', 'A', 'NOERROR 10.244.0.2'],
    ['10-244-1-2.db.default.svc.cluster.local', 'A', 'NOERROR 10.244.1.2'],
    ['db-9.db.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    [
      '_sql._tcp.db.default.svc.cluster.local',
      'SRV',
      'NOERROR 3306 db-0.db.default.svc.cluster.local 3306 10-244-1-2.db.default.svc.cluster.local',
    ],
    ['empty.default.svc.cluster.local', 'A', 'NXDOMAIN'],
    ['outside.default.svc.cluster.local', 'A', 'NOERROR example.org'],
    ['outside.default.svc.cluster.local', 'CNAME', 'NOERROR example.org'],
    ['10-244-0-9.default.pod.cluster.local', 'A', 'NOERROR 10.244.0.9'],
    ['10-244-0.default.pod.cluster.local', 'A', 'NXDOMAIN'],
    ['10-244-0-9.nowhere.pod.cluster.local', 'A', 'NXDOMAIN'],
    ['default.svc.cluster.local', 'A', 'NOERROR'],
    ['svc.cluster.local', 'A', 'NOERROR'],
    ['cluster.local', 'SOA', 'NOERROR ns.dns.cluster.local'],
    ['cluster.local', 'NS', 'NOERROR ns.dns.cluster.local'],
    ['dns-version.cluster.local', 'TXT', 'NOERROR 1.1.0'],
    ['google.com.cluster.local', 'A', 'NXDOMAIN'],
  ];
  test.each(cases)('%s %s', (name, type, want) => {
    expect(show(name, type)).toBe(want);
  });

  test('what is not there comes with the SOA, which bounds how long that is remembered', () => {
    expect(resolve(zone, 'nope.default.svc.cluster.local', 'A', options).authorities[0]).toMatchObject({
      type: 'SOA',
      ttl: 5,
    });
  });

  test('SRV answers bring the addresses of their targets', () => {
    expect(resolve(zone, '_sql._tcp.db.default.svc.cluster.local', 'SRV', options).additionals).toHaveLength(2);
  });
});

test.each([
  ['7.0.96.10.in-addr.arpa', ['nginx.default.svc.cluster.local']],
  ['2.0.244.10.in-addr.arpa', ['db-0.db.default.svc.cluster.local']],
  ['9.9.9.10.in-addr.arpa', undefined],
])('resolveReverse(%s)', (name, want) => {
  expect(resolveReverse(zone, name, options)?.answers.map(a => (a as { data: unknown }).data)).toEqual(want);
});

test('backendsOf leaves out what is not ready', () => {
  const slice = {
    addressType: 'IPv4',
    ports: [{ name: 'sql', port: 3306 }],
    endpoints: [
      { addresses: ['10.0.0.1'], hostname: 'a' },
      { addresses: ['10.0.0.2'], conditions: { ready: false } },
      { addresses: ['10.0.0.3'] },
    ],
  };
  expect(backendsOf(slice).map(b => b.hostname)).toEqual(['a', '10-0-0-3']);
});
