import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { create, findTarget } from '../../../testing/create';
import { isLatest } from './container-defaults';
import { qosClass } from './qos';
import { podDeletion } from './strategy';
import { summarize } from './summary';
import { podWarnings } from './warnings';

const status = (name: string, state: corev1.ContainerState, more: Partial<corev1.ContainerStatus> = {}) =>
  ({ name, state, ready: false, restartCount: 0, image: 'i', imageID: '', ...more }) as corev1.ContainerStatus;
const container = (name: string, more: Partial<corev1.Container> = {}): corev1.Container => ({
  name,
  image: 'i',
  ...more,
});
const running = { running: { startedAt: '2021-01-02T03:04:05Z' } };
const ended = (exitCode: number, reason?: string) =>
  ({ terminated: { exitCode, ...(reason && { reason }) } }) as corev1.ContainerState;

describe('summarize', () => {
  const main = [container('c')];
  const table: readonly (readonly [string, corev1.Pod, Partial<ReturnType<typeof summarize>>])[] = [
    [
      'pending',
      { spec: { containers: main }, status: { phase: 'Pending' } },
      { status: 'Pending', ready: 0, total: 1, restarts: 0 },
    ],
    [
      'gated',
      {
        spec: { containers: main },
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
        },
      },
      { status: 'SchedulingGated' },
    ],
    [
      'running',
      {
        spec: { containers: main },
        status: { phase: 'Running', containerStatuses: [status('c', running, { ready: true })] },
      },
      { status: 'Running', ready: 1 },
    ],
    [
      'waiting',
      {
        spec: { containers: main },
        status: { phase: 'Pending', containerStatuses: [status('c', { waiting: { reason: 'ImagePullBackOff' } })] },
      },
      { status: 'ImagePullBackOff' },
    ],
    [
      'ended without a reason',
      { spec: { containers: main }, status: { phase: 'Failed', containerStatuses: [status('c', ended(3))] } },
      { status: 'ExitCode:3' },
    ],
    [
      'one completed, one running and ready',
      {
        spec: { containers: [container('c'), container('d')] },
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [status('c', ended(0, 'Completed')), status('d', running, { ready: true })],
        },
      },
      { status: 'Running', ready: 1, total: 2 },
    ],
    [
      'one completed, one running, not ready',
      {
        spec: { containers: [container('c'), container('d')] },
        status: {
          phase: 'Running',
          containerStatuses: [status('c', ended(0, 'Completed')), status('d', running, { ready: true })],
        },
      },
      { status: 'NotReady' },
    ],
    [
      'init container fails',
      {
        spec: { containers: main, initContainers: [container('i')] },
        status: { phase: 'Pending', initContainerStatuses: [status('i', ended(1, 'Error'), { restartCount: 4 })] },
      },
      { status: 'Init:Error', restarts: 4 },
    ],
    [
      'second init container runs',
      {
        spec: { containers: main, initContainers: [container('i'), container('j')] },
        status: { phase: 'Pending', initContainerStatuses: [status('i', ended(0)), status('j', running)] },
      },
      { status: 'Init:1/2' },
    ],
    [
      'sidecar counts like a main container',
      {
        spec: { containers: main, initContainers: [container('s', { restartPolicy: 'Always' })] },
        status: {
          phase: 'Running',
          initContainerStatuses: [status('s', running, { ready: true, started: true, restartCount: 2 })],
          containerStatuses: [status('c', running, { ready: true })],
        },
      },
      { status: 'Running', ready: 2, total: 2, restarts: 2 },
    ],
    [
      'being deleted',
      {
        metadata: { deletionTimestamp: '2021-01-02T03:04:05Z' },
        spec: { containers: main },
        status: { phase: 'Running' },
      },
      { status: 'Terminating' },
    ],
    [
      'lost with its node',
      {
        metadata: { deletionTimestamp: '2021-01-02T03:04:05Z' },
        spec: { containers: main },
        status: { phase: 'Running', reason: 'NodeLost' },
      },
      { status: 'Unknown' },
    ],
    [
      'when it was last restarted',
      {
        spec: { containers: main },
        status: {
          phase: 'Running',
          containerStatuses: [
            status('c', running, {
              restartCount: 1,
              lastState: { terminated: { exitCode: 1, finishedAt: '2021-01-02T03:04:05Z' } } as corev1.ContainerState,
            }),
          ],
        },
      },
      { restarts: 1, lastRestart: '2021-01-02T03:04:05Z' },
    ],
  ];
  test.each(table)('%s', (_name, pod, wanted) => expect(summarize(pod)).toMatchObject(wanted));
});

describe('qosClass', () => {
  const resources = (limits: Record<string, string>, requests: Record<string, string> = limits) => [
    container('c', { resources: { limits, requests } }),
  ];
  test.each([
    ['nothing asked for', [container('c')], 'BestEffort'],
    ['only a disk asked for', resources({ 'ephemeral-storage': '1Gi' }), 'BestEffort'],
    ['limits are requests', resources({ cpu: '1', memory: '1Gi' }), 'Guaranteed'],
    [
      'the same amounts written differently',
      resources({ cpu: '1', memory: '1Gi' }, { cpu: '1000m', memory: '1024Mi' }),
      'Guaranteed',
    ],
    ['memory is missing', resources({ cpu: '1' }), 'Burstable'],
    ['requests below limits', resources({ cpu: '1', memory: '1Gi' }, { cpu: '500m', memory: '1Gi' }), 'Burstable'],
  ] as const)('%s', (_name, containers, wanted) => expect(qosClass({ containers: [...containers] })).toBe(wanted));
});

describe('isLatest', () => {
  test.each([
    ['app', true],
    ['app:latest', true],
    ['host:5000/app', true],
    ['host:5000/app:v1', false],
    ['app:1.2', false],
    ['app@sha256:aa', false],
    ['app:latest@sha256:aa', false],
  ])('%s', (image, wanted) => expect(isLatest(image)).toBe(wanted));
});

describe('the grace period of a deletion', () => {
  const bound = (more: Partial<corev1.PodSpec> = {}, phase = 'Running'): corev1.Pod => ({
    spec: { containers: [], nodeName: 'n', ...more },
    status: { phase },
  });
  test.each([
    ['what the client asks for', bound({ terminationGracePeriodSeconds: 30 }), 5, 5],
    ['what the pod asks for', bound({ terminationGracePeriodSeconds: 7 }), undefined, 7],
    ['30 seconds unless said otherwise', bound(), undefined, 30],
    ['none when the client says so', bound(), 0, undefined],
    ['none without a node', { spec: { containers: [] } }, 5, undefined],
    ['none when the pod is over', bound({}, 'Succeeded'), undefined, undefined],
    ['a second for what makes no sense', bound({ terminationGracePeriodSeconds: -5 }), undefined, 1],
  ] as const)('%s', (_name, pod, requested, wanted) =>
    expect(podDeletion.gracePeriodSeconds(pod as corev1.Pod, requested, 33)).toBe(wanted),
  );
});

describe('pods by release', () => {
  const make = (emulated: number, spec: object) =>
    create(
      findTarget('/api/v1/namespaces/default/pods', emulated)!,
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec },
      emulated,
    );
  test('a generation since 1.33', () => {
    expect(make(33, { containers: [container('c')] }).object.metadata!.generation).toBe(1);
    expect(make(20, { containers: [container('c')] }).object.metadata!.generation).toBeUndefined();
  });
  test('sidecars are fine today', () => {
    const sidecar = container('s', { restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 1 } } });
    expect(make(33, { containers: [container('c')], initContainers: [sidecar] }).errors).toEqual([]);
  });
  test.each([
    [20, 'must be less than or equal to cpu limit'],
    [33, 'must be less than or equal to cpu limit of 1'],
  ])('the wording of 1.%d', (emulated, wanted) => {
    const resources = { limits: { cpu: '1' }, requests: { cpu: '2' } };
    expect(make(emulated, { containers: [container('c', { resources })] }).errors).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'spec.containers[0].resources.requests',
        message: `Invalid value: "2": ${wanted}`,
      },
    ]);
  });
});

describe('warnings', () => {
  const table: readonly (readonly [string, Partial<corev1.PodSpec>, string[]])[] = [
    ['nothing to say', { containers: [container('c')] }, []],
    [
      'an old label',
      { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } },
      ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ],
    [
      'a variable given twice',
      {
        containers: [
          container('c', {
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '2' },
            ],
          }),
        ],
      },
      ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      'a variable that extends itself',
      {
        containers: [
          container('c', {
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '$(A):2' },
            ],
          }),
        ],
      },
      [],
    ],
    [
      'a thousandth of a byte',
      { containers: [container('c', { resources: { limits: { memory: '100m' } } })] },
      ['spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer'],
    ],
    [
      'a port given twice',
      { containers: [container('c', { ports: [{ containerPort: 1 }, { containerPort: 1 }] })] },
      ['spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]'],
    ],
  ];
  test.each(table)('%s', (_name, spec, wanted) => {
    const pod = { spec: { containers: [], ...spec } };
    expect(podWarnings(pod, undefined, Path.at(), { emulated: 33 })).toEqual(wanted);
    expect(podWarnings(pod, pod, Path.at(), { emulated: 33 })).toEqual([]);
    expect(podWarnings(pod, undefined, Path.at(), { emulated: 20 })).toEqual([]);
  });
});
