import { describe, expect, test } from '@jest/globals';
import { endpoint, servicePort } from '../testkit';
import type { ServicePort } from '../services/service-port';
import { restoreInput } from './restore';
import { rulesFor } from './rules';

const OPTIONS = { clusterCIDR: '10.244.0.0/16', masqueradeAll: false, masqueradeBit: 14 };
/** plain renders a table's rules without comments, chain hashes shortened to their kind. */
function plain(ports: ServicePort[], table: 'nat' | 'filter', chain: RegExp): string[] {
  return [...rulesFor(ports, OPTIONS)[table]]
    .filter(([name]) => chain.test(name))
    .flatMap(([, rules]) => rules)
    .map(rule =>
      rule.replace(/-m comment --comment "[^"]*" ?/g, '').replace(/(KUBE-(?:SVC|SVL|EXT|SEP|FW))-[A-Z2-7]{16}/g, '$1'),
    );
}
const two = [endpoint('10.244.0.2', { local: true }), endpoint('10.244.1.2')];

describe('rulesFor', () => {
  const cases: { name: string; port: Partial<ServicePort>; table?: 'filter'; chain: RegExp; want: string[] }[] = [
    {
      name: 'a cluster IP leads to its chain; only traffic from outside the pods is masqueraded',
      port: { endpoints: two },
      chain: /SERVICES|SVC/,
      want: [
        '-d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j KUBE-SVC',
        '-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
        '! -s 10.244.0.0/16 -d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ',
        '-m statistic --mode random --probability 0.5000000000 -j KUBE-SEP',
        '-j KUBE-SEP',
      ],
    },
    {
      name: 'an endpoint that reaches itself through the service is masqueraded',
      port: { endpoints: [endpoint('10.244.0.2')] },
      chain: /SEP/,
      want: ['-s 10.244.0.2/32 -j KUBE-MARK-MASQ', '-p tcp -m tcp -j DNAT --to-destination 10.244.0.2:8080'],
    },
    {
      name: 'no endpoints: refused at once',
      port: {},
      table: 'filter',
      chain: /^KUBE-SERVICES/,
      want: ['-d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset'],
    },
    {
      name: 'a node port is masqueraded',
      port: { nodePort: 31000, endpoints: two },
      chain: /NODEPORTS|EXT/,
      want: ['-p tcp -m tcp --dport 31000 -j KUBE-EXT', '-j KUBE-MARK-MASQ', '-j KUBE-SVC'],
    },
    {
      name: 'a node port of the Local policy keeps the client address and stays on the node',
      port: { nodePort: 31000, externalLocal: true, endpoints: two },
      chain: /EXT|SVL/,
      want: [
        '-s 10.244.0.0/16 -j KUBE-SVC',
        '-m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
        '-m addrtype --src-type LOCAL -j KUBE-SVC',
        '-j KUBE-SVL',
        '-j KUBE-SEP',
      ],
    },
    {
      name: 'a node port without local endpoints drops under the Local policy',
      port: { nodePort: 31000, externalLocal: true, endpoints: [endpoint('10.244.1.2')] },
      table: 'filter',
      chain: /EXTERNAL/,
      want: ['-m addrtype --dst-type LOCAL -p tcp -m tcp --dport 31000 -j DROP'],
    },
    {
      name: 'affinity looks for recent clients first',
      port: { affinitySeconds: 60, endpoints: [endpoint('10.244.0.2')] },
      chain: /SVC|SEP/,
      want: [
        '! -s 10.244.0.0/16 -d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ',
        '-m recent --name KUBE-SEP --rcheck --seconds 60 --reap -j KUBE-SEP',
        '-j KUBE-SEP',
        '-s 10.244.0.2/32 -j KUBE-MARK-MASQ',
        '-p tcp -m recent --name KUBE-SEP --set -m tcp -j DNAT --to-destination 10.244.0.2:8080',
      ],
    },
    {
      name: 'source ranges of a load balancer are a firewall',
      port: { loadBalancerIPs: ['192.0.2.9'], loadBalancerSourceRanges: ['192.0.2.0/28'], endpoints: two },
      table: 'filter',
      chain: /FIREWALL/,
      want: ['-d 192.0.2.9/32 -p tcp -m tcp --dport 80 -j DROP'],
    },
  ];
  test.each(cases)('$name', ({ port, table, chain, want }) => {
    expect(plain([servicePort(port)], table ?? 'nat', chain)).toEqual(want);
  });

  test('chances are even over any number of endpoints', () => {
    const rules = plain(
      [servicePort({ endpoints: [1, 2, 3, 4].map(i => endpoint(`10.244.0.${i}`)) })],
      'nat',
      /SVC/,
    ).slice(1);
    const chances = rules.map(rule => Number(/probability (\S+)/.exec(rule)?.[1] ?? 1));
    let left = 1;
    const shares = chances.map(chance => {
      const share = left * chance;
      left -= share;
      return share;
    });
    for (const share of shares) expect(share).toBeCloseTo(0.25, 6);
  });
});

describe('restoreInput', () => {
  const one = rulesFor([servicePort({ endpoints: [endpoint('10.244.0.2')] })], OPTIONS);
  const both = rulesFor([servicePort({ endpoints: two })], OPTIONS);
  const none = rulesFor([], OPTIONS);

  test('says nothing when nothing changed', () => {
    expect(restoreInput(one, rulesFor([servicePort({ endpoints: [endpoint('10.244.0.2')] })], OPTIONS))).toBe('');
  });
  test('an added endpoint touches the service chain and its own', () => {
    const chains = [...restoreInput(one, both).matchAll(/^:(KUBE-\w+)/gm)].map(match => match[1]);
    expect(chains).toEqual(['KUBE-SVC', 'KUBE-SEP']);
  });
  test('a deleted service leaves no chain of its own', () => {
    const input = restoreInput(both, none);
    expect(input.match(/^-X KUBE-(SVC|SEP)-/gm)).toHaveLength(3);
    expect(input.startsWith('*nat\n')).toBe(true);
  });
  test('a first write removes what a predecessor left', () => {
    const input = restoreInput(undefined, none, { nat: ['KUBE-SEP-AAAAAAAAAAAAAAAA', 'DOCKER', 'KUBE-SERVICES'] });
    expect(input.match(/^-X .*/gm)).toEqual(['-X KUBE-SEP-AAAAAAAAAAAAAAAA']);
  });
});
