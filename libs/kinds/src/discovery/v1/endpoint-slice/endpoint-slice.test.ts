import { expect, test } from '@jest/globals';
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
    'endpoints[0].addresses[0]: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16)',
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
