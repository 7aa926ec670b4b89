import { describe, expect, test } from '@jest/globals';
import { node, pod, type NodeParts, type PodParts } from '../../testkit';
import { balance } from './balanced-allocation';
import { insufficientResources, leastAllocated } from './fit';

describe('insufficientResources', () => {
  const cases: { name: string; pod: PodParts; node: NodeParts; want: string[]; never?: boolean }[] = [
    { name: 'fits', pod: { requests: { cpu: '1', memory: '1Gi' } }, node: {}, want: [] },
    { name: 'exactly', pod: { requests: { cpu: '4' } }, node: {}, want: [] },
    {
      name: 'cpu taken by others',
      pod: { requests: { cpu: '2500m' } },
      node: { pods: [pod({ requests: { cpu: '2' } })] },
      want: ['Insufficient cpu'],
      never: false,
    },
    {
      name: 'more than the node has',
      pod: { requests: { memory: '64Gi' } },
      node: {},
      want: ['Insufficient memory'],
      never: true,
    },
    {
      name: 'an extended resource',
      pod: { requests: { 'example.com/gpu': '1' } },
      node: {},
      want: ['Insufficient example.com/gpu'],
      never: true,
    },
    {
      name: 'too many pods',
      pod: {},
      node: { allocatable: { pods: '1' }, pods: [pod()] },
      want: ['Too many pods'],
      never: false,
    },
    {
      name: 'everything at once',
      pod: { requests: { cpu: '9', memory: '64Gi' } },
      node: {},
      want: ['Insufficient cpu', 'Insufficient memory'],
      never: true,
    },
    {
      name: 'the greatest init container counts, sidecars add up',
      pod: { requests: { cpu: '1' }, init: [{ cpu: '3' }, { cpu: '1', sidecar: true }] },
      node: { allocatable: { cpu: '2' } },
      want: ['Insufficient cpu'],
      never: true,
    },
  ];
  test.each(cases)('$name', ({ pod: parts, node: nodeParts, want, never }) => {
    const lacking = insufficientResources(pod(parts), node('a', nodeParts));
    expect(lacking.map(l => l.reason)).toEqual(want);
    if (never !== undefined) expect(lacking.some(l => l.never)).toBe(never);
  });
});

test.each([
  ['empty', {}, { cpu: '2', memory: '4Gi' }, 50],
  ['half used', { pods: [pod({ requests: { cpu: '2', memory: '4Gi' } })] }, { cpu: '2', memory: '4Gi' }, 0],
  ['nothing asked counts a little', {}, {}, 97],
])('leastAllocated: %s', (_name, nodeParts, requests, want) => {
  expect(leastAllocated(pod({ requests }), node('a', nodeParts))).toBe(want);
});

test.each([
  [{ cpu: '2', memory: '4Gi' }, 100],
  [{ cpu: '4' }, 50],
  [{ cpu: '1', memory: '4Gi' }, 87],
])('balance %j', (requests, want) => {
  expect(balance(pod({ requests }), node('a'))).toBe(want);
});
