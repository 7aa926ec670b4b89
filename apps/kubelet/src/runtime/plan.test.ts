import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { containerOf, podWith, runtimePodOf, sandboxOf, type State } from '../testkit/pods';
import { planPod, type ProbeVerdicts } from './plan';

const c = (name: string, more: Partial<corev1.Container> = {}): corev1.Container => ({ name, image: 'i', ...more });
const side = (name: string) => c(name, { restartPolicy: 'Always' });
const healthy: ProbeVerdicts = { started: () => true, unhealthy: () => undefined };
const verdicts = (more: Partial<ProbeVerdicts>): ProbeVerdicts => ({ ...healthy, ...more });

interface Case {
  readonly name: string;
  readonly spec: Partial<corev1.PodSpec>;
  readonly has?: readonly [string, State][];
  readonly sandboxes?: Parameters<typeof runtimePodOf>[1];
  readonly probes?: ProbeVerdicts;
  readonly start?: readonly string[];
  readonly kill?: readonly string[];
  readonly createSandbox?: boolean;
  readonly killPod?: boolean;
  readonly finished?: boolean;
}

const cases: Case[] = [
  {
    name: 'a new pod gets a sandbox and its containers',
    spec: { containers: [c('a'), c('b')] },
    sandboxes: [],
    createSandbox: true,
    start: ['a', 'b'],
  },
  {
    name: 'a new pod with init containers begins with the first',
    spec: { containers: [c('a')], initContainers: [c('i'), c('j')] },
    sandboxes: [],
    createSandbox: true,
    start: ['i'],
  },
  { name: 'nothing to do while all runs', spec: { containers: [c('a')] }, has: [['a', 'running']] },
  { name: 'Always starts what ended well', spec: { containers: [c('a')] }, has: [['a', 0]], start: ['a'] },
  {
    name: 'OnFailure starts what failed',
    spec: { restartPolicy: 'OnFailure', containers: [c('a'), c('b')] },
    has: [
      ['a', 1],
      ['b', 0],
    ],
    start: ['a'],
  },
  {
    name: 'OnFailure is finished when all ended well',
    spec: { restartPolicy: 'OnFailure', containers: [c('a')] },
    has: [['a', 0]],
    killPod: true,
    finished: true,
  },
  {
    name: 'Never is finished when all ended',
    spec: { restartPolicy: 'Never', containers: [c('a')] },
    has: [['a', 1]],
    killPod: true,
    finished: true,
  },
  {
    name: 'Never goes on while one runs',
    spec: { restartPolicy: 'Never', containers: [c('a'), c('b')] },
    has: [
      ['a', 1],
      ['b', 'running'],
    ],
  },
  {
    name: 'what was created and never started is started anew',
    spec: { restartPolicy: 'Never', containers: [c('a')] },
    has: [['a', 'created']],
    start: ['a'],
  },
  {
    name: 'waits for a running init container',
    spec: { containers: [c('a')], initContainers: [c('i')] },
    has: [['i', 'running']],
  },
  {
    name: 'goes on after an init container',
    spec: { containers: [c('a')], initContainers: [c('i'), c('j')] },
    has: [['i', 0]],
    start: ['j'],
  },
  {
    name: 'starts main containers after the last init container',
    spec: { containers: [c('a'), c('b')], initContainers: [c('i')] },
    has: [['i', 0]],
    start: ['a', 'b'],
  },
  {
    name: 'starts a failed init container again',
    spec: { containers: [c('a')], initContainers: [c('i')] },
    has: [['i', 1]],
    start: ['i'],
  },
  {
    name: 'a failed init container ends a pod that never restarts',
    spec: { restartPolicy: 'Never', containers: [c('a')], initContainers: [c('i')] },
    has: [['i', 1]],
    killPod: true,
    finished: true,
  },
  {
    name: 'collected init containers are not run again',
    spec: { containers: [c('a')], initContainers: [c('i')] },
    has: [['a', 'running']],
  },
  {
    name: 'a sidecar that has started lets the next begin',
    spec: { containers: [c('a')], initContainers: [side('s'), c('i')] },
    has: [['s', 'running']],
    start: ['i'],
  },
  {
    name: 'a sidecar that has not started holds the rest',
    spec: { containers: [c('a')], initContainers: [side('s')] },
    has: [['s', 'running']],
    probes: verdicts({ started: () => false }),
  },
  {
    name: 'a sidecar that ended is started again beside main containers',
    spec: { containers: [c('a')], initContainers: [side('s')] },
    has: [
      ['s', 1],
      ['a', 'running'],
    ],
    start: ['s'],
  },
  {
    name: 'sidecars do not keep a finished job alive',
    spec: { restartPolicy: 'Never', containers: [c('a')], initContainers: [side('s')] },
    has: [
      ['s', 'running'],
      ['a', 0],
    ],
    killPod: true,
    finished: true,
  },
  {
    name: 'a failed liveness probe kills and restarts',
    spec: { containers: [c('a'), c('b')] },
    has: [
      ['a', 'running'],
      ['b', 'running'],
    ],
    probes: verdicts({ unhealthy: id => (id === 'a-1' ? 'liveness' : undefined) }),
    kill: ['a'],
    start: ['a'],
  },
  {
    name: 'a failed liveness probe only kills where nothing restarts',
    spec: { restartPolicy: 'Never', containers: [c('a')] },
    has: [['a', 'running']],
    probes: verdicts({ unhealthy: () => 'liveness' }),
    kill: ['a'],
  },
  {
    name: 'a dead sandbox takes the pod with it',
    spec: { containers: [c('a')] },
    has: [['a', 'running']],
    sandboxes: [sandboxOf('SANDBOX_NOTREADY')],
    killPod: true,
    createSandbox: true,
    start: ['a'],
  },
  {
    name: 'a dead sandbox of a pod that never restarts ends it',
    spec: { restartPolicy: 'Never', containers: [c('a')] },
    has: [['a', 137]],
    sandboxes: [sandboxOf('SANDBOX_NOTREADY')],
    killPod: true,
    finished: true,
  },
  {
    name: 'a job that ended gets no new sandbox',
    spec: { restartPolicy: 'OnFailure', containers: [c('a')] },
    has: [['a', 0]],
    sandboxes: [sandboxOf('SANDBOX_NOTREADY')],
    killPod: true,
    finished: true,
  },
  {
    name: 'a pod that changed to the host network gets a new sandbox',
    spec: { hostNetwork: true, containers: [c('a')] },
    has: [['a', 'running']],
    killPod: true,
    createSandbox: true,
    start: ['a'],
  },
  {
    name: 'an ephemeral container is started once',
    spec: { containers: [c('a')], ephemeralContainers: [c('e')] },
    has: [['a', 'running']],
    start: ['e'],
  },
  {
    name: 'an ephemeral container that ended stays so',
    spec: { containers: [c('a')], ephemeralContainers: [c('e')] },
    has: [
      ['a', 'running'],
      ['e', 0],
    ],
  },
];

describe('planPod', () => {
  test.each(cases)(
    '$name',
    ({ name: _, spec, has = [], sandboxes, probes = healthy, start = [], kill = [], ...want }) => {
      const pod = podWith(spec);
      const current = runtimePodOf(
        has.map(([name, state]) => containerOf(pod, name, state)),
        sandboxes,
      );
      const plan = planPod(pod, current, probes);
      expect({
        start: plan.start.map(action => action.container.name),
        kill: plan.kill.map(action => action.container.name),
        createSandbox: plan.createSandbox,
        killPod: plan.killPod,
        finished: plan.finished,
      }).toEqual({ start, kill, createSandbox: false, killPod: false, finished: false, ...want });
    },
  );

  test('an image that changed restarts its container', () => {
    const before = podWith();
    const current = runtimePodOf([containerOf(before, 'main', 'running')]);
    const plan = planPod(podWith({ containers: [{ name: 'main', image: 'nginx:2' }] }), current, healthy);
    expect(plan.kill[0]).toMatchObject({
      why: 'changed',
      message: 'Container main definition changed, will be restarted',
    });
    expect(plan.start[0]).toMatchObject({ restartCount: 1 });
  });

  test('counts sandboxes and restarts on', () => {
    const pod = podWith();
    const ended = containerOf(pod, 'main', 1, 5, { annotations: { 'io.kubernetes.container.restartCount': '4' } });
    const plan = planPod(pod, runtimePodOf([ended], [sandboxOf('SANDBOX_NOTREADY', 2)]), healthy);
    expect([plan.attempt, plan.start[0]?.restartCount]).toEqual([3, 5]);
  });
});
