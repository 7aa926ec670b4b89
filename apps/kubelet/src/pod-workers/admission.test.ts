import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { podWith } from '../testkit/pods';
import { admitPod } from './admission';

const node: corev1.Node = {
  metadata: { name: 'n1', labels: { zone: 'a', cores: '8' } },
  spec: {
    taints: [
      { key: 'gone', effect: 'NoExecute', value: 'x' },
      { key: 'soft', effect: 'NoSchedule' },
    ],
  },
  status: { allocatable: { cpu: '2', memory: '1Gi', pods: '3' } },
};
const tolerations = [{ key: 'gone', operator: 'Exists' }];
const needs = (requests: Record<string, string>): corev1.PodSpec => ({
  tolerations,
  containers: [{ name: 'x', resources: { requests } }],
});
const port = (hostPort: number, hostIP?: string): corev1.PodSpec => ({
  tolerations,
  containers: [{ name: 'x', ports: [{ containerPort: 1, hostPort, hostIP }] }],
});
const affinity = (requirement: object): corev1.PodSpec => ({
  tolerations,
  containers: [{ name: 'x' }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [requirement as corev1.NodeSelectorTerm] },
    },
  },
});

type Row = [string, corev1.PodSpec, readonly corev1.PodSpec[], string | undefined, string | undefined];
/** withMessages fills rows up: Jest would pass its done callback in place of a missing column. */
const withMessages = (
  rows: readonly (readonly [string, corev1.PodSpec, readonly corev1.PodSpec[], string | undefined, string?])[],
): Row[] => rows.map(([name, spec, others, reason, message]) => [name, spec, others, reason, message]);

describe('admitPod', () => {
  test.each(
    withMessages([
      ['fits', needs({ cpu: '500m' }), [needs({ cpu: '1' })], undefined],
      [
        'too much cpu',
        needs({ cpu: '1500m' }),
        [needs({ cpu: '1' })],
        'OutOfcpu',
        "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
      ],
      ['too much memory', needs({ memory: '2Gi' }), [], 'OutOfmemory'],
      ['a resource the node has not', needs({ 'example.com/gpu': '1' }), [], 'OutOfexample.com/gpu'],
      [
        'too many pods',
        needs({}),
        [needs({}), needs({}), needs({})],
        'OutOfpods',
        "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
      ],
      [
        'a selector that does not match',
        { ...needs({}), nodeSelector: { zone: 'b' } },
        [],
        'NodeAffinity',
        'Predicate NodeAffinity failed',
      ],
      ['a selector that matches', { ...needs({}), nodeSelector: { zone: 'a' } }, [], undefined],
      ['affinity In', affinity({ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }), [], undefined],
      [
        'affinity NotIn',
        affinity({ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }),
        [],
        'NodeAffinity',
      ],
      ['affinity Gt', affinity({ matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['4'] }] }), [], undefined],
      [
        'affinity by name',
        affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }),
        [],
        'NodeAffinity',
      ],
      ['an empty term matches nothing', affinity({}), [], 'NodeAffinity'],
      ['a taint that evicts', { containers: [{ name: 'x' }] }, [], 'TaintToleration'],
      ['a host port that is taken', port(80), [port(80, '1.2.3.4')], 'NodePorts'],
      [
        'a kernel parameter that is not safe',
        { ...needs({}), securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } },
        [],
        'SysctlForbidden',
        'forbidden sysctl: "kernel.msgmax" not allowlisted',
      ],
      ['a host port on another address', port(80, '1.2.3.5'), [port(80, '1.2.3.4')], undefined],
    ]),
  )('%s', (_, spec, others, reason, message) => {
    const rejection = admitPod({ pod: podWith(spec), node, others: others.map(s => podWith(s)), sysctls: [] });
    expect(rejection?.reason).toBe(reason);
    if (message) expect(rejection?.message).toBe(message);
  });
  test('a node that is not known yet takes all', () =>
    expect(admitPod({ pod: podWith(needs({ cpu: '99' })), node: undefined, others: [], sysctls: [] })).toBeUndefined());
});
