import { expect, test } from '@jest/globals';
import { create, findTarget, update } from '../../../testing/create';
import { ask } from '../../../testing/findings';
import { endpointSlice } from './kind';

type Part = Readonly<Record<string, unknown>>;
const SLICES = '/apis/discovery.k8s.io/v1beta1/namespaces/n/endpointslices';

test.each<readonly [title: string, addressType: string, endpoint: Part, findings: unknown[]]>([
  ['addresses of this link', 'IPv6', { addresses: ['fe80::1'] }, []],
  ['names that end with a dot', 'FQDN', { addresses: ['a.b.'] }, []],
  [
    'names of one label',
    'FQDN',
    { addresses: ['a'] },
    ['endpoints[0].addresses[0]: Invalid value: "a": should be a domain with at least two segments separated by dots'],
  ],
  [
    'nodes among the labels',
    'IPv4',
    { addresses: ['1.2.3.4'], topology: { 'kubernetes.io/hostname': 'Odd!' } },
    [expect.stringMatching(/^endpoints\[0\]\.topology: Invalid value: "Odd!": a valid label/)],
  ],
])('v1.20 says of a slice: %s', (_title, addressType, endpoint, findings) => {
  expect(ask(SLICES).created({ addressType, endpoints: [endpoint] })).toEqual(findings);
});

test('today refuses addresses of this link', () => {
  const slice = { addressType: 'IPv6', endpoints: [{ addresses: ['fe80::1'] }] };
  expect(ask(SLICES, 33).created(slice)).toEqual([
    'endpoints[0].addresses[0]: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  ]);
});

test.each([
  [[{ name: '' }], '<unset>'],
  [[{ name: 'http' }, { port: 80 }, {}], 'http,80,*'],
  [[], '<unset>'],
])('the ports %j are shown as %s', (ports, shown) => {
  const slice = { metadata: {}, addressType: 'IPv4', endpoints: [], ports };
  expect(endpointSlice(20).columns!.cells(slice, { now: 0, emulated: 20 })[2]).toBe(shown);
});

const V1 = '/apis/discovery.k8s.io/v1/namespaces/n/endpointslices';
const slice = (endpoint: Part, more: Part = {}) => ({
  metadata: { name: 'x' },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['1.2.3.4'], ...endpoint }],
  ...more,
});

test('today looks at zones, and at addresses twice', () => {
  const hints = { forZones: [{ name: 'a' }, { name: 'a' }, { name: 'b c' }] };
  expect(ask(V1, 33).created(slice({ addresses: ['x'], hints }))).toEqual([
    'endpoints[0].addresses[0]: Invalid value: "x": must be a valid IPv4 address',
    'endpoints[0].addresses[0]: Invalid value: "x": must be a valid IP address',
    'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
    expect.stringMatching(/^endpoints\[0\]\.hints\.forZones\[2\]\.name: Invalid value: "b c": a valid label/),
  ]);
  const many = { forZones: Array.from({ length: 9 }, (_, i) => ({ name: `z${i}` })) };
  expect(ask(V1, 33).created(slice({ hints: many }))).toEqual([
    'endpoints[0].hints.forZones: Too many: 9: must have at most 8 items',
  ]);
});

test('hints for nodes are dropped, and the old labels, which v1 only shows', () => {
  const target = findTarget(V1, 33)!;
  const hints = { forZones: [{ name: 'a' }], forNodes: [{ name: 'b' }] };
  const { object } = create(target, slice({ hints, deprecatedTopology: { a: 'b' } }), 33);
  expect(object).toMatchObject({ endpoints: [{ addresses: ['1.2.3.4'], hints: { forZones: [{ name: 'a' }] } }] });
  expect(object).not.toHaveProperty('endpoints[0].hints.forNodes');
  expect(object).not.toHaveProperty('endpoints[0].deprecatedTopology');
  // What is dropped counts as a change all the same.
  expect(update(target, slice({ hints }), object, 33).object.metadata?.generation).toBe(2);
});

test('a node among the labels keeps its name in v1', () => {
  const labels = { 'kubernetes.io/hostname': 'n1', rack: '7' };
  const old = { ...slice({}), endpoints: [{ addresses: ['1.2.3.4'], deprecatedTopology: labels }] };
  const changed = { ...slice({}), endpoints: [{ addresses: ['1.2.3.5'], deprecatedTopology: labels }] };
  const { object } = update(findTarget(V1, 33)!, changed, old, 33);
  expect(object).toMatchObject({ endpoints: [{ nodeName: 'n1' }] });
  expect(object).not.toHaveProperty('endpoints[0].deprecatedTopology');
});

test('new slices of names warn', () => {
  const { kind } = findTarget(V1, 33)!;
  const warn = (object: Part, old?: Part) =>
    kind.strategy.warnings!(object as never, old as never, { emulated: 33 } as never);
  const named = slice({ addresses: ['a.b'] }, { addressType: 'FQDN' });
  expect(warn(named)).toEqual(['spec.addressType: FQDN endpoints are deprecated']);
  expect(warn(named, named)).toEqual([]);
  expect(warn(slice({ addresses: ['::ffff:1.2.3.4'] }, { addressType: 'IPv6' }))).toHaveLength(1);
});
