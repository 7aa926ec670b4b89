import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { CycleState, Framework } from '@navarch/scheduler-framework';
import { node, pod, snapshot } from '../../testkit';
import { interPodAffinity } from './inter-pod-affinity';

const framework = new Framework([interPodAffinity(namespace => ({ team: namespace === 'other' ? 'b' : 'a' }))]);
const term = (app: string, more: Partial<corev1.PodAffinityTerm> = {}): corev1.PodAffinityTerm => ({
  topologyKey: 'zone',
  labelSelector: { matchLabels: { app } },
  ...more,
});
const near = (...terms: corev1.PodAffinityTerm[]): Partial<corev1.PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const away = (...terms: corev1.PodAffinityTerm[]): Partial<corev1.PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const db = { labels: { app: 'db' } };

describe('required terms', () => {
  const cases = [
    { name: 'near a pod', incoming: pod({ spec: near(term('db')) }), onA: [pod(db)], fits: ['a'] },
    { name: 'near nobody', incoming: pod({ spec: near(term('db')) }), onA: [], fits: [] },
    { name: 'the first of a group', incoming: pod({ ...db, spec: near(term('db')) }), onA: [], fits: ['a', 'b'] },
    { name: 'away from a pod', incoming: pod({ spec: away(term('db')) }), onA: [pod(db)], fits: ['b', 'none'] },
    {
      name: 'an existing pod keeps away',
      incoming: pod(db),
      onA: [pod({ spec: away(term('db')) })],
      fits: ['b', 'none'],
    },
    {
      name: 'another namespace does not count',
      incoming: pod({ spec: away(term('db')) }),
      onA: [pod({ ...db, namespace: 'other' })],
      fits: ['a', 'b', 'none'],
    },
    {
      name: 'a named namespace counts',
      incoming: pod({ spec: away(term('db', { namespaces: ['other'] })) }),
      onA: [pod({ ...db, namespace: 'other' })],
      fits: ['b', 'none'],
    },
    {
      name: 'a selected namespace counts',
      incoming: pod({ spec: away(term('db', { namespaceSelector: { matchLabels: { team: 'b' } } })) }),
      onA: [pod({ ...db, namespace: 'other' })],
      fits: ['b', 'none'],
    },
  ];
  test.each(cases)('$name', ({ incoming, onA, fits }) => {
    const nodes = [node('a', { labels: { zone: 'a' }, pods: onA }), node('b', { labels: { zone: 'b' } }), node('none')];
    const state = new CycleState();
    framework.preFilter(state, incoming, snapshot(...nodes));
    expect(nodes.filter(n => !framework.filter(state, incoming, n)).map(n => n.name)).toEqual(fits);
  });
});

test('preferred terms score', () => {
  const nodes = [node('a', { labels: { zone: 'a' }, pods: [pod(db)] }), node('b', { labels: { zone: 'b' } })];
  const preferred = (kind: string) =>
    pod({
      spec: {
        affinity: {
          [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: term('db') }] },
        },
      },
    });
  expect(framework.score(new CycleState(), preferred('podAffinity'), nodes, snapshot(...nodes))).toEqual([200, 0]);
  expect(framework.score(new CycleState(), preferred('podAntiAffinity'), nodes, snapshot(...nodes))).toEqual([0, 200]);
});
