import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { CycleState } from '@navarch/scheduler-framework';
import { pod, snapshot } from '../../testkit';
import { nodeAffinity } from './node-affinity';

const required = (...terms: corev1.NodeSelectorTerm[]): Partial<corev1.PodSpec> => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
});
test('terms that name nodes narrow the search', () => {
  const byName = pod({ spec: required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }) });
  expect(nodeAffinity.preFilter!(new CycleState(), byName, snapshot())).toEqual({ nodes: new Set(['a']) });
});
