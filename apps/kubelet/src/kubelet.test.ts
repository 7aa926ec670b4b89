import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Nodes, Pods, type corev1 } from '@navarch/api';
import { silentLogger, systemClock } from '@navarch/base';
import { createInformerFactory } from '@navarch/client';
import { HollowRuntime } from '@navarch/cri';
import { eventually } from '@navarch/testing';
import { KUBELET_FLAGS, kubeletOptions, type KubeletFlagValues } from './flags';
import { Kubelet } from './kubelet';
import { FakeApi } from './testkit/fake-api';

const DEFAULTS = Object.fromEntries(
  Object.entries(KUBELET_FLAGS).map(([name, { default: value }]) => [name, value]),
) as unknown as KubeletFlagValues;

describe('the kubelet with a hollow runtime', () => {
  let dir: string;
  let api: FakeApi;
  let runtime: HollowRuntime;
  let kubelet: Kubelet;
  const ends = { informers: new AbortController() };

  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'kubelet-'));
    api = new FakeApi();
    runtime = new HollowRuntime({ podCidr: '10.244.7.0/24' });
    await start();
  });
  afterEach(async () => {
    await stop();
    runtime.close();
    await rm(dir, { recursive: true });
  });

  async function start(): Promise<void> {
    const options = {
      ...kubeletOptions(
        { ...DEFAULTS, 'hostname-override': 'node-1', 'container-runtime-endpoint': 'hollow://', 'max-pods': 300 },
        10250,
      ),
      rootDir: path.join(dir, 'kubelet'),
      podLogsDir: path.join(dir, 'pods'),
      statusUpdateMs: 10_000,
      statusReportMs: 300_000,
      relistMs: 15_000,
      syncMs: 60_000,
    };
    ends.informers = new AbortController();
    const factory = createInformerFactory(api);
    const informers = {
      informer: factory.informer.bind(factory),
      synced: factory.synced.bind(factory),
      start: () => factory.start(ends.informers.signal),
    };
    kubelet = await new Kubelet({
      client: api,
      informers,
      runtime,
      events: api,
      clock: systemClock,
      log: silentLogger,
      options,
    }).start();
  }
  async function stop(): Promise<void> {
    await kubelet.stop();
    ends.informers.abort();
  }

  const create = (name: string, spec: Partial<corev1.PodSpec> = {}) =>
    api.resource(Pods).create({
      metadata: { name, namespace: 'default' },
      spec: {
        nodeName: 'node-1',
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'any:1' }],
        ...spec,
      },
    });
  const status = async (name: string) => (await api.resource(Pods).get('default', name)).status ?? {};
  const running = (name: string) =>
    eventually(async () => {
      const found = await status(name);
      expect(found.phase).toBe('Running');
      return found;
    });
  const names = async () => (await api.resource(Pods).list('default')).items.map(pod => pod.metadata!.name!);

  test('runs, restarts and stops a pod', async () => {
    await create('web');
    const { podIP, containerStatuses } = await running('web');
    expect(podIP).toBe('10.244.7.2');
    const id = containerStatuses![0]!.containerID!.replace('hollow://', '');
    runtime.kill(id, 5);
    await eventually(async () =>
      expect((await status('web')).containerStatuses?.[0]).toMatchObject({
        restartCount: 1,
        lastState: { terminated: { exitCode: 5 } },
      }),
    );
    await api.resource(Pods).delete('default', 'web');
    await eventually(async () => expect(await names()).toEqual([]));
    await eventually(async () => expect(await runtime.listPodSandbox()).toEqual([]));
  });

  test('refuses what does not fit, and says why', async () => {
    await eventually(() => api.resource(Nodes).get('', 'node-1'));
    await create('huge', { containers: [{ name: 'main', image: 'any:1', resources: { requests: { cpu: '9999' } } }] });
    await eventually(async () => expect(await status('huge')).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu' }));
    expect((await status('huge')).message).toMatch(
      /^Pod was rejected: Node didn't have enough resource: cpu, requested: 9999000, used: 0, capacity: \d+$/,
    );
  });

  test('ends a pod past its deadline', async () => {
    await create('late', { activeDeadlineSeconds: 1 });
    await eventually(async () =>
      expect(await status('late')).toMatchObject({
        phase: 'Failed',
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      }),
    );
    expect(await runtime.listPodSandbox({ state: 'SANDBOX_READY' })).toEqual([]);
  });

  test('writes a status again that somebody else has changed', async () => {
    await create('web');
    await running('web');
    const pod = await api.resource(Pods).get('default', 'web');
    await api.resource(Pods).update({ ...pod, status: { ...pod.status, phase: 'Unknown' } });
    await running('web');
  });

  test('a pod is as ready as its readiness gates are', async () => {
    await create('gated', { readinessGates: [{ conditionType: 'x/gate' }] });
    const readiness = (want: string, message?: string) =>
      eventually(async () => {
        const ready = (await status('gated')).conditions?.find(({ type }) => type === 'Ready');
        expect([ready?.status, ready?.message]).toEqual([want, message]);
      });
    const set = (gate: string) =>
      api
        .resource(Pods)
        .patch(
          'default',
          'gated',
          { type: 'strategic', body: { status: { conditions: [{ type: 'x/gate', status: gate }] } } },
          { subresource: 'status' },
        );
    await readiness('False', 'corresponding condition of pod readiness gate "x/gate" does not exist.');
    await set('True');
    await readiness('True');
    await set('False');
    await readiness('False', 'the status of pod readiness gate "x/gate" is not "True", but False');
  });

  test('keeps what runs over its own restart, and makes no write for it', async () => {
    await create('web');
    const before = await running('web');
    await stop();
    const writes = api.statuses.length;
    await start();
    await create('other');
    await running('other');
    expect(await status('web')).toEqual(before);
    expect(api.statuses.slice(writes).filter(({ name }) => name === 'web')).toEqual([]);
  });

  test('runs two hundred pods', async () => {
    const all = Array.from({ length: 200 }, (_, i) => `pod-${i}`);
    for (const name of all) await create(name);
    await Promise.all(all.map(running));
    expect(new Set(await Promise.all(all.map(async name => (await status(name)).podIP))).size).toBe(200);
    for (const name of all) await api.resource(Pods).delete('default', name, { gracePeriodSeconds: 0 });
    await eventually(async () => expect(await runtime.listPodSandbox()).toEqual([]), { timeoutMs: 30_000 });
  }, 60_000);
});
