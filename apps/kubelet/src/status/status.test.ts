import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { featuresOf } from '../features';
import { containerOf, podWith, runtimePodOf, sandboxOf, type State } from '../testkit/pods';
import type { ContainerFacts } from './container-statuses';
import { podStatus } from './pod-status';
import { statusPatch } from './status-patch';

const c = (name: string, more: Partial<corev1.Container> = {}): corev1.Container => ({ name, image: 'i', ...more });
const facts = (more: Partial<ContainerFacts> = {}): ContainerFacts => ({
  waiting: () => undefined,
  ready: () => true,
  started: () => true,
  ...more,
});
const NOW = Date.parse('2024-01-02T03:04:05Z');

interface Given {
  readonly spec: Partial<corev1.PodSpec>;
  readonly has?: readonly (readonly [string, State, number?])[];
  readonly facts?: ContainerFacts;
  readonly previous?: corev1.PodStatus;
  /** shown are the conditions of the API's pod. */
  readonly shown?: readonly corev1.PodCondition[];
  readonly stopping?: boolean;
  readonly sandboxes?: Parameters<typeof runtimePodOf>[1];
  readonly version?: string;
  readonly verdict?: Parameters<typeof podStatus>[0]['verdict'];
}

function statusOf({
  spec,
  has = [],
  previous = {},
  shown = [],
  stopping = false,
  version = 'v1.33.0',
  sandboxes,
  verdict,
  ...given
}: Given): corev1.PodStatus {
  const pod = { ...podWith(spec), status: { conditions: [...shown] } };
  const current = runtimePodOf(
    has.map(([name, state, at]) => containerOf(pod, name, state, at)),
    sandboxes,
  );
  return podStatus({
    pod,
    current,
    facts: given.facts ?? facts(),
    runtimeName: 'containerd',
    hostIPs: ['1.1.1.1'],
    previous,
    stopping,
    features: featuresOf(version),
    now: NOW,
    ...(verdict && { verdict }),
  });
}

const phases: (Given & { readonly name: string; readonly phase: string })[] = [
  { name: 'nothing yet', spec: {}, sandboxes: [], phase: 'Pending' },
  { name: 'runs', spec: {}, has: [['main', 'running']], phase: 'Running' },
  {
    name: 'one runs, one waits for its first start',
    spec: { containers: [c('a'), c('b')] },
    has: [['a', 'running']],
    phase: 'Pending',
  },
  { name: 'ended, will restart', spec: {}, has: [['main', 1]], phase: 'Running' },
  { name: 'ended well, never restarts', spec: { restartPolicy: 'Never' }, has: [['main', 0]], phase: 'Succeeded' },
  { name: 'failed, never restarts', spec: { restartPolicy: 'Never' }, has: [['main', 1]], phase: 'Failed' },
  { name: 'failed, restarts on failure', spec: { restartPolicy: 'OnFailure' }, has: [['main', 1]], phase: 'Running' },
  {
    name: 'one failed, one runs, never restarts',
    spec: { restartPolicy: 'Never', containers: [c('a'), c('b')] },
    has: [
      ['a', 1],
      ['b', 'running'],
    ],
    phase: 'Running',
  },
  {
    name: 'an init container runs',
    spec: { containers: [c('a')], initContainers: [c('i')] },
    has: [['i', 'running']],
    phase: 'Pending',
  },
  {
    name: 'an init container failed for good',
    spec: { restartPolicy: 'Never', containers: [c('a')], initContainers: [c('i')] },
    has: [['i', 1]],
    phase: 'Failed',
  },
  {
    name: 'an init container failed, again',
    spec: { containers: [c('a')], initContainers: [c('i')] },
    has: [['i', 1]],
    phase: 'Pending',
  },
  {
    name: 'a sidecar runs beside a finished job',
    spec: { restartPolicy: 'Never', containers: [c('a')], initContainers: [c('s', { restartPolicy: 'Always' })] },
    has: [
      ['s', 'running'],
      ['a', 0],
    ],
    phase: 'Succeeded',
  },
  { name: 'stopped by a deletion', spec: {}, has: [['main', 0]], stopping: true, phase: 'Succeeded' },
  { name: 'killed by a deletion', spec: {}, has: [['main', 137]], stopping: true, phase: 'Failed' },
  {
    name: 'a phase that ended stays',
    spec: {},
    has: [['main', 'running']],
    previous: { phase: 'Failed' },
    phase: 'Failed',
  },
  {
    name: 'the node’s verdict',
    spec: {},
    has: [['main', 'running']],
    verdict: { phase: 'Failed', reason: 'DeadlineExceeded', message: 'm' },
    phase: 'Failed',
  },
  {
    name: 'back-off between restarts',
    spec: {},
    has: [['main', 1]],
    facts: facts({ waiting: () => ({ reason: 'CrashLoopBackOff' }) }),
    phase: 'Running',
  },
  {
    name: 'image trouble before the first start',
    spec: {},
    facts: facts({ waiting: () => ({ reason: 'ErrImagePull' }) }),
    phase: 'Pending',
  },
];

describe('podStatus', () => {
  test.each(phases)('phase when $name: $phase', ({ phase, ...given }) => expect(statusOf(given).phase).toBe(phase));

  test('tells what a running pod is', () => {
    expect(
      statusOf({
        spec: { containers: [c('b'), c('a')] },
        has: [
          ['a', 'running'],
          ['b', 'running'],
        ],
      }),
    ).toEqual({
      phase: 'Running',
      conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
        type => ({ type, status: 'True', lastTransitionTime: '2024-01-02T03:04:05Z' }),
      ),
      hostIP: '1.1.1.1',
      hostIPs: [{ ip: '1.1.1.1' }],
      podIP: '10.244.0.5',
      podIPs: [{ ip: '10.244.0.5' }],
      startTime: '2024-01-02T03:04:05Z',
      qosClass: 'BestEffort',
      containerStatuses: ['a', 'b'].map(name => ({
        name,
        state: { running: { startedAt: '1970-01-01T00:00:01Z' } },
        lastState: {},
        ready: true,
        started: true,
        restartCount: 0,
        image: 'i',
        imageID: 'sha256:1',
        containerID: `containerd://${name}-1`,
      })),
    });
  });

  test('says why it is not ready, and since when it is so', () => {
    const previous = {
      conditions: [
        { type: 'Ready', status: 'False', lastTransitionTime: 'before' },
        { type: 'Gone', status: 'True' },
      ],
    };
    const { conditions } = statusOf({
      spec: { containers: [c('a'), c('b')] },
      has: [
        ['a', 'running'],
        ['b', 'running'],
      ],
      facts: facts({ ready: id => id === 'a-1' }),
      previous,
      shown: [{ type: 'Custom', status: 'True' }],
    });
    expect(conditions?.find(x => x.type === 'Ready')).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [b]',
      lastTransitionTime: 'before',
    });
    expect(conditions?.slice(-2).map(({ type }) => type)).toEqual(['PodScheduled', 'Custom']);
  });

  test('readiness gates hold it back', () => {
    const spec = { readinessGates: [{ conditionType: 'x/a' }, { conditionType: 'x/b' }] };
    const { conditions } = statusOf({
      spec,
      has: [['main', 'running']],
      shown: [{ type: 'x/a', status: 'False' }],
    });
    expect(conditions?.find(x => x.type === 'Ready')).toMatchObject({
      reason: 'ReadinessGatesNotReady',
      message:
        'the status of pod readiness gate "x/a" is not "True", but False, corresponding condition of pod readiness gate "x/b" does not exist.',
    });
    expect(conditions?.find(x => x.type === 'ContainersReady')?.status).toBe('True');
  });

  test('containers of a pod with init containers wait for those', () => {
    const s = statusOf({ spec: { containers: [c('a')], initContainers: [c('i')] }, has: [['i', 'running']] });
    expect(s.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(s.conditions?.find(x => x.type === 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [i]',
    });
  });

  test('a restarted container shows how it ended before', () => {
    const [status] = statusOf({
      spec: {},
      has: [
        ['main', 3, 1],
        ['main', 'running', 5],
      ],
    }).containerStatuses!;
    expect(status).toMatchObject({
      state: { running: {} },
      lastState: {
        terminated: {
          exitCode: 3,
          reason: 'Error',
          startedAt: '1970-01-01T00:00:01Z',
          finishedAt: '1970-01-01T00:00:02Z',
          containerID: 'containerd://main-1',
        },
      },
    });
  });

  test('in back-off the last end is the last state', () => {
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s …' };
    const [status] = statusOf({
      spec: {},
      has: [['main', 1]],
      facts: facts({ waiting: () => waiting }),
    }).containerStatuses!;
    expect(status).toMatchObject({
      state: { waiting },
      lastState: { terminated: { exitCode: 1 } },
      ready: false,
      started: false,
    });
  });

  test('keeps the record of an address after the sandbox has gone', () => {
    const previous = { podIP: '10.244.0.9', podIPs: [{ ip: '10.244.0.9' }], startTime: 's' };
    expect(
      statusOf({
        spec: { restartPolicy: 'Never' },
        has: [['main', 0]],
        sandboxes: [sandboxOf('SANDBOX_NOTREADY')],
        previous,
      }),
    ).toMatchObject({ podIP: '10.244.0.9', startTime: 's' });
  });

  test('an older release tells less', () => {
    const old = statusOf({ spec: {}, has: [['main', 'running']], version: 'v1.20.0' });
    expect(old.conditions?.map(({ type }) => type)).toEqual([
      'Initialized',
      'Ready',
      'ContainersReady',
      'PodScheduled',
    ]);
    expect([old.hostIP, old.hostIPs]).toEqual(['1.1.1.1', undefined]);
  });

  test('on the host network its address is the node’s', () => {
    expect(statusOf({ spec: { hostNetwork: true }, has: [['main', 'running']] }).podIPs).toEqual([{ ip: '1.1.1.1' }]);
  });
});

describe('statusPatch', () => {
  const ready = {
    type: 'Ready',
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'm',
    lastTransitionTime: 't1',
  };
  test('is nothing between equals, absent and null alike', () => {
    expect(
      statusPatch(
        { phase: 'Running', conditions: [{ ...ready, lastProbeTime: null as unknown as undefined }] },
        { phase: 'Running', conditions: [ready] },
      ),
    ).toBeUndefined();
  });
  test('has what changed, and null for what is gone', () => {
    expect(statusPatch({ phase: 'Pending', reason: 'x' }, { phase: 'Running' })).toEqual({
      phase: 'Running',
      reason: null,
    });
  });
  test('has only own conditions that changed, without their old reasons', () => {
    const after = { type: 'Ready', status: 'True', lastTransitionTime: 't2' };
    expect(
      statusPatch(
        { conditions: [ready, { type: 'Other', status: 'True' }] },
        { conditions: [after, { type: 'Other', status: 'False' }] },
      ),
    ).toEqual({ conditions: [{ ...after, reason: null, message: null }] });
  });
  test('takes away an address that is gone', () => {
    expect(statusPatch({ podIPs: [{ ip: 'a' }] }, { podIPs: [{ ip: 'b' }] })).toEqual({
      podIPs: [{ ip: 'b' }, { ip: 'a', $patch: 'delete' }],
    });
  });
});
