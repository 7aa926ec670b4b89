import { expect, test } from '@jest/globals';
import { endpointPortOrder, slicePortOrder } from './port-order';
import { releaseOf } from './release';

const DNS = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  { name: 'metrics', port: 9153, protocol: 'TCP' },
];

test('the ports of the cluster DNS stand as they do in every cluster', () => {
  expect(endpointPortOrder(DNS).map(({ name }) => name)).toEqual(['dns-tcp', 'dns', 'metrics']);
});

test('the order of a slice does not depend on how the ports were written', () => {
  for (const minor of [20, 33]) {
    const sorted = slicePortOrder(DNS, releaseOf(minor));
    expect(slicePortOrder([...DNS].reverse(), releaseOf(minor))).toEqual(sorted);
  }
});
