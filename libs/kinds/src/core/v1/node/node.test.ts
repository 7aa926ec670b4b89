import { describe, expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

const NODES = '/api/v1/nodes';

describe('v1.33 speaks of the ranges of a node', () => {
  test('as of other blocks of addresses', () => {
    expect(ask(NODES, 33).created({ spec: { podCIDRs: ['x'] } })).toEqual([
      'spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ]);
  });
  test('and warns of odd forms', () => {
    expect(ask(NODES, 33).warned({ spec: { podCIDR: '10.0.0.1/24' } })).toEqual([
      'spec.podCIDRs[0]: CIDR value "10.0.0.1/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.1/32"?)',
    ]);
  });
});

describe('what a node says in vain', () => {
  const before = { spec: { externalID: 'a' } };
  test('is warned of', () => {
    expect(ask(NODES, 33).warned(before)).toEqual([
      'spec.externalID: this field is deprecated, and is unused by Kubernetes',
    ]);
    expect(ask(NODES).warned(before)).toEqual([]);
  });
  test('v1.33 names the field that may not change', () => {
    expect(ask(NODES, 33).changed(before, { spec: { externalID: 'b' } })).toEqual([
      'spec.externalID: Forbidden: may not be updated',
    ]);
  });
});

test('v1.33 lets the ranges of a node be given later, and nothing else is compared', () => {
  const after = { spec: { podCIDR: '10.0.0.0/24', providerID: 'p', unschedulable: true } };
  expect(ask(NODES, 33).changed({}, after)).toEqual([]);
});
