import { describe, expect, test } from '@jest/globals';
import { findTarget } from '../../testing/create';
import { ask } from '../../testing/findings';

type Part = Readonly<Record<string, unknown>>;
const GROUP = '/apis/networking.k8s.io/v1';
const CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

describe('a network policy', () => {
  const path = `${GROUP}/namespaces/n/networkpolicies`;
  const policy = (rule: Part) => ({ spec: { podSelector: {}, ingress: [rule] } });
  const ports = 'spec.ingress[0].ports[0]';
  test.each<readonly [port: Part, findings: string[]]>([
    [{ port: 80, endPort: 90 }, []],
    [{ port: 80, endPort: 70 }, [`${ports}.endPort: Invalid value: 80: must be greater than or equal to \`port\``]],
    [{ endPort: 70 }, [`${ports}.endPort: Invalid value: 70: may not be specified when \`port\` is not specified`]],
    [
      { port: 'http', endPort: 70 },
      [`${ports}.endPort: Invalid value: 70: may not be specified when \`port\` is non-numeric`],
    ],
  ])('today: %j', (port, findings) => {
    expect(ask(path, 33).created(policy({ ports: [port] }))).toEqual(findings);
  });
  test('an end of ports is not known by v1.20, nor used by v1.21', () => {
    for (const emulated of [20, 21])
      expect(ask(path, emulated).created(policy({ ports: [{ port: 80, endPort: 70 }] }))).toEqual([]);
  });
  test('blocks', () => {
    const from = [{ ipBlock: { cidr: '10.0.0.0/8', except: ['x', '10.0.0.0/8'] } }];
    const at = 'spec.ingress[0].from[0].ipBlock.except';
    const wide = `${at}[1]: Invalid value: "10.0.0.0/8": must be a strict subset of \`cidr\``;
    expect(ask(path, 33).created(policy({ from }))).toEqual([`${at}[0]: Invalid value: "x": ${CIDR}`, wide]);
    expect(ask(path).created(policy({ from }))).toEqual([`${at}[0]: Invalid value: "x": not a valid CIDR`, wide]);
    const { kind } = findTarget(path, 33)!;
    const odd = { spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8' } }] }] } };
    expect(kind.strategy.warnings!(odd as never, undefined, { emulated: 33 } as never)).toEqual([
      'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
    ]);
  });
  test('values in expressions are looked at since 1.27', () => {
    const body = {
      spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b', 'no good'] }] } },
    };
    expect(ask(path, 26).created(body)).toEqual([]);
    expect(ask(path, 33).created(body)).toEqual([
      expect.stringMatching(
        /^spec\.podSelector\.matchExpressions\[0\]\.values\[1\]: Invalid value: "no good": a valid/,
      ),
    ]);
  });
});

describe('a class of ingresses', () => {
  const path = `${GROUP}/ingressclasses`;
  const parameters = (more: Part) => ({ spec: { controller: 'a.b/c', parameters: { kind: 'K', name: 'n', ...more } } });
  const at = 'spec.parameters';
  test.each<readonly [more: Part, findings: unknown[]]>([
    [{}, []],
    [{ scope: 'Namespace', namespace: 'x' }, []],
    [{ scope: 'Namespace' }, [`${at}.namespace: Required value: \`parameters.scope\` is set to 'Namespace'`]],
    [{ scope: 'Cluster', namespace: 'x' }, [`${at}.namespace: Forbidden: \`parameters.scope\` is set to 'Cluster'`]],
    [{ scope: 'x' }, [`${at}.scope: Unsupported value: "x": supported values: "Cluster", "Namespace"`]],
    [
      { scope: 'Namespace', namespace: 'A' },
      [expect.stringMatching(/^spec\.parameters\.namespace: Invalid value: "A": a lower/)],
    ],
  ])('%j', (more, findings) => {
    expect(ask(path, 33).created(parameters(more))).toEqual(findings);
    expect(ask(path, 20).created(parameters(more))).toEqual([]);
  });
});

describe('a range of service addresses', () => {
  const path = `${GROUP}/servicecidrs`;
  const range = (...cidrs: string[]) => ({ spec: { cidrs } });
  const families = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
  test.each<readonly [cidrs: string[], findings: string[]]>([
    [['10.0.0.0/24', 'fd00::/64'], []],
    [[], ['spec.cidrs: Required value: at least one CIDR required']],
    [
      ['10.0.0.0/24', '10.0.1.0/24'],
      [
        `spec.cidrs: Invalid value: networking.ServiceCIDRSpec{CIDRs:[]string{"10.0.0.0/24", "10.0.1.0/24"}}: ${families}`,
      ],
    ],
    [['10.0.0.1/24'], ['spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length']],
  ])('%j', (cidrs, findings) => {
    expect(ask(path, 33).created(range(...cidrs))).toEqual(findings);
  });
  test('is fixed', () => {
    expect(ask(path, 33).changed(range('10.0.0.0/24'), range('10.0.0.0/23'))).toEqual([
      'spec.cidrs: Invalid value: []string{"10.0.0.0/23"}: field is immutable',
    ]);
  });
});

describe('who holds an address', () => {
  const path = `${GROUP}/ipaddresses`;
  const held = (parentRef: Part | undefined, name = '10.0.0.1') => ({ metadata: { name }, spec: { parentRef } });
  const parent = { resource: 'services', namespace: 'default', name: 's' };
  test.each<readonly [body: ReturnType<typeof held>, findings: unknown[]]>([
    [held(parent), []],
    [held(undefined), ['spec.parentRef: Required value']],
    [
      held({ group: 'A', namespace: 'a/b' }),
      [
        expect.stringMatching(/^spec\.parentRef\.group: Invalid value: "A": a lowercase RFC 1123 subdomain/),
        'spec.parentRef.resource: Required value',
        'spec.parentRef.name: Required value',
        'spec.parentRef.namespace: Invalid value: "a/b": may not contain \'/\'',
      ],
    ],
    [held(parent, '010.0.0.1'), ['metadata.name: Invalid value: "010.0.0.1": must not have leading 0s']],
  ])('%j', (body, findings) => {
    expect(ask(path, 33).created(body)).toEqual(findings);
  });
  test('stays', () => {
    expect(ask(path, 33).changed(held(parent), held({ ...parent, name: 't' }))).toEqual([
      'spec.parentRef: Invalid value: networking.ParentReference{Group:"", Resource:"services", Namespace:"default", Name:"t"}: field is immutable',
    ]);
  });
});
