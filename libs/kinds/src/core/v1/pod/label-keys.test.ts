import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { ask } from '../../../testing/findings';
import { dropLabelKeys, mergeLabelKeys } from './label-keys';

const TERM = { topologyKey: 'zone' };
const pod = (term: Partial<corev1.PodAffinityTerm>): corev1.Pod => ({
  metadata: { name: 'a', labels: { app: 'web', tier: 'front' } },
  spec: {
    containers: [],
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...TERM, ...term }] } },
  },
});
const termOf = ({ spec }: corev1.Pod) =>
  spec!.affinity!.podAffinity!.requiredDuringSchedulingIgnoredDuringExecution![0]!;

test.each<[title: string, term: Partial<corev1.PodAffinityTerm>, expressions: unknown]>([
  [
    'the values of its labels',
    { labelSelector: { matchLabels: { x: 'y' } }, matchLabelKeys: ['app'], mismatchLabelKeys: ['tier'] },
    [
      { key: 'app', operator: 'In', values: ['web'] },
      { key: 'tier', operator: 'NotIn', values: ['front'] },
    ],
  ],
  [
    'behind what is there',
    { labelSelector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] }, matchLabelKeys: ['app'] },
    [
      { key: 'x', operator: 'Exists' },
      { key: 'app', operator: 'In', values: ['web'] },
    ],
  ],
  ['nothing for a label that it lacks', { labelSelector: {}, matchLabelKeys: ['other'] }, undefined],
])('the keys of a pod add to its selector %s', (_title, term, expressions) => {
  const merged = pod(term);
  mergeLabelKeys(merged);
  expect(termOf(merged).labelSelector!.matchExpressions).toEqual(expressions);
});

test('without a selector nothing is added; preferred terms of both kinds are looked at', () => {
  const bare = pod({ matchLabelKeys: ['app'] });
  mergeLabelKeys(bare);
  expect(termOf(bare).labelSelector).toBeUndefined();
  const podAffinityTerm = { ...TERM, labelSelector: {}, matchLabelKeys: ['app'] };
  const preferred: corev1.Pod = {
    metadata: { labels: { app: 'web' } },
    spec: {
      containers: [],
      affinity: {
        podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm }] },
      },
    },
  };
  mergeLabelKeys(preferred);
  expect(podAffinityTerm.labelSelector).toEqual({
    matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }],
  });
});

test('where they do nothing they are dropped, but from pods that have them', () => {
  const fresh = pod({ labelSelector: {}, matchLabelKeys: ['app'], mismatchLabelKeys: ['tier'] });
  dropLabelKeys(fresh.spec!, undefined);
  expect(termOf(fresh)).toEqual({ ...TERM, labelSelector: {} });
  const older = pod({ labelSelector: {}, matchLabelKeys: ['app'] });
  dropLabelKeys(older.spec!, pod({ labelSelector: {}, mismatchLabelKeys: ['app'] }).spec);
  expect(termOf(older).matchLabelKeys).toEqual(['app']);
});

test('a key is given once', () => {
  const at = 'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
  const findings = (term: Partial<corev1.PodAffinityTerm>) =>
    ask('/api/v1/namespaces/x/pods', 33).created({
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...TERM, ...term }] } },
      },
    });
  expect(findings({ labelSelector: {}, matchLabelKeys: ['app'] })).toEqual([]);
  expect(findings({ labelSelector: { matchLabels: { app: 'x' } }, matchLabelKeys: ['app'] })).toEqual([
    `${at}[0]: Invalid value: "app": exists in both matchLabelKeys and labelSelector`,
  ]);
  expect(findings({ labelSelector: {}, matchLabelKeys: ['none'], mismatchLabelKeys: ['none'] })).toEqual([
    `${at}.matchLabelKeys[0]: Invalid value: "none": exists in both matchLabelKeys and mismatchLabelKeys`,
  ]);
  expect(findings({ mismatchLabelKeys: ['app'] })).toEqual([
    `${at}.mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
  ]);
});
