import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { requiredNodeMatch } from './node-selector';

const required = (...terms: corev1.NodeSelectorTerm[]): Partial<corev1.PodSpec> => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
});
const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

describe('requiredNodeMatch', () => {
  const labelled: corev1.Node = { metadata: { name: 'a', labels: { disk: 'ssd', cores: '8' } } };
  const cases: { name: string; spec: Partial<corev1.PodSpec>; want: boolean }[] = [
    { name: 'no wishes', spec: {}, want: true },
    { name: 'nodeSelector', spec: { nodeSelector: { disk: 'ssd' } }, want: true },
    { name: 'nodeSelector of another value', spec: { nodeSelector: { disk: 'hdd' } }, want: false },
    { name: 'a selector key every object inherits', spec: { nodeSelector: { constructor: 'x' } }, want: false },
    { name: 'In', spec: required(expression('disk', 'In', 'ssd', 'nvme')), want: true },
    { name: 'NotIn', spec: required(expression('disk', 'NotIn', 'ssd')), want: false },
    { name: 'NotIn of a missing label', spec: required(expression('zone', 'NotIn', 'z')), want: true },
    { name: 'Exists', spec: required(expression('zone', 'Exists')), want: false },
    { name: 'DoesNotExist', spec: required(expression('zone', 'DoesNotExist')), want: true },
    { name: 'Gt', spec: required(expression('cores', 'Gt', '4')), want: true },
    { name: 'Lt', spec: required(expression('cores', 'Lt', '4')), want: false },
    { name: 'Gt of what is no number', spec: required(expression('disk', 'Gt', '4')), want: false },
    {
      name: 'one term of several',
      spec: required(expression('zone', 'Exists'), expression('disk', 'Exists')),
      want: true,
    },
    { name: 'an empty term', spec: required({}), want: false },
    { name: 'no terms', spec: required(), want: false },
    {
      name: 'both selector and affinity',
      spec: { nodeSelector: { disk: 'ssd' }, ...required(expression('zone', 'Exists')) },
      want: false,
    },
    {
      name: 'by name',
      spec: required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }),
      want: true,
    },
  ];
  test.each(cases)('$name', ({ spec, want }) => {
    expect(requiredNodeMatch({ spec: { containers: [], ...spec } }, labelled)).toBe(want);
  });
});
