import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { ConfigMaps, Namespaces, Nodes, Pods, Secrets, Services, type corev1 } from '@navarch/api';
import { createLogger, silentLogger, systemClock } from '@navarch/base';
import { createInformerFactory } from '@navarch/client';
import { CriClient, TestContainerd, whyNoContainerd } from '@navarch/cri';
import { KUBELET_FLAGS, kubeletOptions, type KubeletFlagValues } from './flags';
import WebSocket from 'ws';
import { Kubelet } from './kubelet';
import { FakeApi } from './testkit/fake-api';
import { FakeServing } from './testkit/fake-serving';

const missing = whyNoContainerd();
if (missing) console.warn(`SKIPPED: the kubelet with a real containerd: ${missing}`);
const IMAGE = 'docker.io/library/busybox:test';
const log = process.env.KUBELET_TEST_LOG ? createLogger({ component: 'kubelet', verbosity: 4 }) : silentLogger;

async function until<T>(
  what: string,
  fn: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await fn();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

(missing ? describe.skip : describe)('the kubelet with a real containerd', () => {
  let containerd: TestContainerd;
  let runtime: CriClient;
  let kubelet: Kubelet;
  let informersEnd = new AbortController();
  const api = new FakeApi();
  const serving = new FakeServing();
  const pods = api.resource(Pods);
  const cgroupRoot = `/navarch-test-${process.pid}`;

  const startKubelet = async () => {
    const flags = Object.fromEntries(
      Object.entries(KUBELET_FLAGS).map(([name, { default: value }]) => [name, value]),
    ) as unknown as KubeletFlagValues;
    const options = {
      ...kubeletOptions({ ...flags, 'hostname-override': 'node-1' }, 10250),
      nodeIp: containerd.address,
      rootDir: path.join(containerd.dir, 'kubelet'),
      podLogsDir: path.join(containerd.dir, 'pods'),
      containerLogsDir: path.join(containerd.dir, 'containers'),
      podManifestPath: path.join(containerd.dir, 'manifests'),
      clusterDns: ['10.96.0.10'],
      cgroupRoot,
      statusUpdateMs: 10_000,
      statusReportMs: 300_000,
      relistMs: 15_000,
      syncMs: 60_000,
    };
    informersEnd = new AbortController();
    const informers = createInformerFactory(api);
    runtime = await CriClient.create({ socket: containerd.socket });
    kubelet = new Kubelet({
      client: api,
      informers: { ...wrap(informers), start: () => informers.start(informersEnd.signal) },
      runtime,
      events: api,
      clock: systemClock,
      log,
      options,
    });
    await kubelet.start(serving);
  };
  const wrap = (factory: ReturnType<typeof createInformerFactory>) => ({
    informer: factory.informer.bind(factory),
    synced: factory.synced.bind(factory),
  });
  const stopKubelet = async () => {
    await kubelet?.stop();
    informersEnd.abort();
    runtime?.close();
  };

  const create = (
    name: string,
    spec: Partial<corev1.PodSpec> & { containers: corev1.Container[] },
    metadata: corev1.Pod['metadata'] = {},
  ) =>
    pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...metadata },
      spec: {
        nodeName: 'node-1',
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 1,
        dnsPolicy: 'ClusterFirst',
        serviceAccountName: 'default',
        ...spec,
      },
    });
  const sh = (script: string, more: Partial<corev1.Container> = {}): corev1.Container => ({
    name: 'main',
    image: IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', script],
    ...more,
  });
  const get = (name: string) => pods.get('default', name);
  const status = async (name: string) => (await get(name)).status ?? {};
  const running = (name: string) =>
    until(`${name} runs and is ready`, async () => {
      const pod = await get(name).catch(() => undefined);
      return (
        pod?.status?.phase === 'Running' &&
        pod.status.conditions?.some(c => c.type === 'Ready' && c.status === 'True') &&
        pod
      );
    });
  const remove = async (name: string, gracePeriodSeconds?: number) => {
    await pods.delete('default', name, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
    await until(
      `${name} is gone`,
      async () => !(await pods.list('default')).items.some(pod => pod.metadata?.name === name),
    );
  };
  const logs = (name: string, query = '', container = 'main') =>
    serving.get(`/containerLogs/default/${name}/${container}`, query);

  beforeAll(async () => {
    containerd = await TestContainerd.start();
    await containerd.importBusybox(IMAGE);
    await api.resource(Namespaces).create({ metadata: { name: 'default' } });
    const ports = [{ name: 'https', port: 443, protocol: 'TCP' }];
    await api
      .resource(Services)
      .create({ metadata: { name: 'kubernetes', namespace: 'default' }, spec: { clusterIP: '10.96.0.1', ports } });
    await startKubelet();
  }, 60_000);
  afterAll(async () => {
    for (const pod of (await pods.list('default')).items)
      await pods.delete('default', pod.metadata!.name!, { gracePeriodSeconds: 0 });
    await stopKubelet();
    await containerd?.stop();
    for (const hierarchy of await readdir('/sys/fs/cgroup'))
      await removeCgroup(`/sys/fs/cgroup/${hierarchy}${cgroupRoot}`);
  }, 60_000);

  test('registers a node that is Ready', async () => {
    const node = await until('the node is ready', async () => {
      const found = await api
        .resource(Nodes)
        .get('', 'node-1')
        .catch(() => undefined);
      return found?.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True') && found;
    });
    expect(node.metadata?.labels).toMatchObject({ 'kubernetes.io/hostname': 'node-1', 'kubernetes.io/os': 'linux' });
    expect(node.status?.nodeInfo?.containerRuntimeVersion).toMatch(/^containerd:\/\/\d/);
    expect(node.status?.allocatable?.pods).toBe('110');
  });

  test('runs a pod with its address, environment, name resolution and log', async () => {
    const script =
      'echo "$GREETING from $POD_IP $KUBERNETES_SERVICE_HOST"; cat /etc/resolv.conf /etc/hosts; hostname; exec sleep 1000';
    const env = [
      { name: 'WHO', value: 'world' },
      { name: 'GREETING', value: 'hello $(WHO)' },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ];
    await create('first', {
      containers: [sh(script, { env, resources: { limits: { cpu: '500m', memory: '64Mi' } } })],
      hostAliases: [{ ip: '1.2.3.4', hostnames: ['far'] }],
    });
    const { status: s } = await running('first');
    expect(s).toMatchObject({
      phase: 'Running',
      qosClass: 'Guaranteed',
      hostIP: containerd.address,
      podIPs: [{ ip: s?.podIP }],
    });
    expect(s?.conditions?.map(c => [c.type, c.status])).toEqual(
      ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(t => [t, 'True']),
    );
    expect(s?.containerStatuses?.[0]).toMatchObject({
      name: 'main',
      ready: true,
      started: true,
      restartCount: 0,
      image: IMAGE,
      state: { running: {} },
    });
    expect(s?.containerStatuses?.[0]?.containerID).toMatch(/^containerd:\/\/[0-9a-f]{64}$/);
    const { body } = await until('the log is there', async () => {
      const answer = await logs('first');
      return answer.body.endsWith('first\n') && answer;
    });
    expect(body).toContain(`hello world from ${s?.podIP} 10.96.0.1`);
    expect(body).toContain('nameserver 10.96.0.10');
    expect(body).toContain('search default.svc.cluster.local svc.cluster.local cluster.local');
    expect(body).toContain('1.2.3.4\tfar');
    expect((await logs('first', 'tailLines=1')).body).toBe('first\n');
    expect((await logs('first', 'tailLines=1&timestamps=true')).body).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z first\n$/);
    expect((await logs('first', 'limitBytes=5')).body).toBe('hello');
    const uid = (await get('first')).metadata!.uid!;
    expect(
      (await readFile(`/sys/fs/cgroup/memory${cgroupRoot}/kubepods/pod${uid}/memory.limit_in_bytes`, 'utf8')).trim(),
    ).toBe(String(64 * 2 ** 20));
    expect((await readFile(`/sys/fs/cgroup/cpu${cgroupRoot}/kubepods/pod${uid}/cpu.cfs_quota_us`, 'utf8')).trim()).toBe(
      '50000',
    );
    await remove('first');
    await until('nothing of it is left', async () => {
      const left = [
        ...(await readdir(path.join(containerd.dir, 'kubelet/pods'))),
        ...(await readdir(path.join(containerd.dir, 'pods'))),
      ];
      return !left.some(name => name.includes(uid));
    });
    expect(await readdir(`/sys/fs/cgroup/memory${cgroupRoot}/kubepods`)).not.toContain(`pod${uid}`);
  }, 60_000);

  test('restarts what ends, tells so by the event, and backs off', async () => {
    await create('crashing', { containers: [sh('echo run; echo why > /dev/termination-log; sleep 0.2; exit 3')] });
    const s = await until('the second end', async () => {
      const found = await status('crashing');
      return found.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff' && found;
    });
    const uid = (await get('crashing')).metadata?.uid;
    expect(s.phase).toBe('Running');
    expect(s.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      ready: false,
      state: { waiting: { message: `back-off 10s restarting failed container=main pod=crashing_default(${uid})` } },
      lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'why\n' } },
    });
    expect(s.conditions?.find(c => c.type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [main]',
    });
    expect((await logs('crashing', 'previous=true')).body).toBe('run\n');
    await remove('crashing', 0);
  }, 60_000);

  test('runs init containers in order, shares an emptyDir, and ends with the phase of a job', async () => {
    const mount = { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] };
    await create('job', {
      restartPolicy: 'Never',
      volumes: [{ name: 'shared', emptyDir: {} }],
      initContainers: [
        sh('echo one > /shared/file', { name: 'init-1', ...mount }),
        sh('echo two >> /shared/file', { name: 'init-2', ...mount }),
      ],
      containers: [sh('cat /shared/file', mount)],
    });
    const s = await until('it has succeeded', async () => {
      const found = await status('job');
      return found.phase === 'Succeeded' && found;
    });
    expect(s.initContainerStatuses?.map(c => [c.name, c.ready, c.state?.terminated?.exitCode])).toEqual([
      ['init-1', true, 0],
      ['init-2', true, 0],
    ]);
    expect(s.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(s.conditions?.find(c => c.type === 'Ready')).toMatchObject({ status: 'False', reason: 'PodCompleted' });
    expect((await logs('job')).body).toBe('one\ntwo\n');
    await remove('job');
  }, 60_000);

  test('mounts config maps, secrets and tokens, and brings changes to a running pod', async () => {
    await api
      .resource(ConfigMaps)
      .create({ metadata: { name: 'settings', namespace: 'default' }, data: { colour: 'red', size: 'big' } });
    await api.resource(Secrets).create({
      metadata: { name: 'hidden', namespace: 'default' },
      data: { word: Buffer.from('sesame').toString('base64') },
    });
    const sources = [
      { serviceAccountToken: { path: 'token' } },
      { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
    ];
    await create('volumes', {
      volumes: [
        { name: 'c', configMap: { name: 'settings', items: [{ key: 'colour', path: 'deep/colour' }] } },
        { name: 's', secret: { secretName: 'hidden', defaultMode: 0o400 } },
        { name: 'p', projected: { sources } },
        { name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ],
      containers: [
        sh(
          'cat /c/deep/colour /s/word /p/token /p/name; echo; stat -c %a /s/..data/word; grep " /m " /proc/mounts; echo end; while :; do [ "$(cat /c/deep/colour)" = blue ] && echo changed && sleep 1000; sleep 0.1; done',
          {
            envFrom: [{ prefix: 'CFG_', configMapRef: { name: 'settings' } }],
            volumeMounts: ['c', 's', 'p', 'm'].map(name => ({ name, mountPath: `/${name}` })),
          },
        ),
      ],
    });
    await running('volumes');
    const before = await until('it has read', async () => {
      const { body } = await logs('volumes');
      return body.endsWith('end\n') && body;
    });
    expect(before).toMatch(/^redsesametoken-\d+volumes\n400\ntmpfs \/m tmpfs .*\nend\n$/);
    const settings = await api.resource(ConfigMaps).get('default', 'settings');
    await api.resource(ConfigMaps).update({ ...settings, data: { colour: 'blue' } });
    await until('the change has come', async () => (await logs('volumes')).body.endsWith('changed\n'));
    await remove('volumes', 0);
  }, 60_000);

  test('waits for what is missing, with the documented reasons, and goes on when it comes', async () => {
    await create('waiting', {
      containers: [
        sh('sleep 1000', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'later', key: 'a' } } }] }),
      ],
    });
    await create('no-image', { containers: [sh('', { image: 'registry.invalid/none:1', imagePullPolicy: 'Never' })] });
    const waitingFor = (name: string, reason: string) =>
      until(`${name}: ${reason}`, async () => {
        const waiting = (await status(name)).containerStatuses?.[0]?.state?.waiting;
        return waiting?.reason === reason && waiting;
      });
    expect(await waitingFor('waiting', 'CreateContainerConfigError')).toMatchObject({
      message: 'configmap "later" not found',
    });
    expect(await waitingFor('no-image', 'ErrImageNeverPull')).toMatchObject({
      message: 'Container image "registry.invalid/none:1" is not present with pull policy of Never',
    });
    expect((await logs('waiting')).body).toBe(
      'container "main" in pod "waiting" is waiting to start: CreateContainerConfigError',
    );
    await api.resource(ConfigMaps).create({ metadata: { name: 'later', namespace: 'default' }, data: { a: 'b' } });
    await running('waiting');
    await remove('waiting', 0);
    await remove('no-image', 0);
  }, 60_000);

  test('stops gracefully: hook, signal, and the grace that runs out', async () => {
    const seen = path.join(containerd.dir, 'seen');
    await mkdir(seen);
    const graceful = sh('trap "echo term >> /seen/graceful; exit 0" TERM; while :; do sleep 0.05; done', {
      lifecycle: { preStop: { exec: { command: ['sh', '-c', 'echo hook >> /seen/graceful'] } } },
      volumeMounts: [{ name: 'seen', mountPath: '/seen' }],
    });
    await create('graceful', {
      terminationGracePeriodSeconds: 20,
      volumes: [{ name: 'seen', hostPath: { path: seen, type: 'Directory' } }],
      containers: [graceful],
    });
    await running('graceful');
    await remove('graceful');
    expect(await readFile(path.join(seen, 'graceful'), 'utf8')).toBe('hook\nterm\n');

    await create('stubborn', {
      terminationGracePeriodSeconds: 600,
      containers: [sh('trap "" TERM; while :; do sleep 0.05; done')],
    });
    await running('stubborn');
    await pods.delete('default', 'stubborn');
    await until('it is being stopped', () => api.events.includes('Killing: Stopping container main'));
    await remove('stubborn', 1);
    const last = api.statuses.filter(entry => entry.name === 'stubborn').at(-1)?.status as corev1.PodStatus;
    expect(last.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(137);
  }, 60_000);

  test('probes: readiness follows, liveness restarts', async () => {
    const probe = (file: string) => ({
      exec: { command: ['test', '-e', file] },
      periodSeconds: 1,
      failureThreshold: 1,
    });
    await create('probed', {
      containers: [
        sh('touch /alive; sleep 1000', {
          readinessProbe: probe('/ready'),
          livenessProbe: { ...probe('/alive'), initialDelaySeconds: 1 },
        }),
      ],
    });
    await until('it runs', async () => (await status('probed')).phase === 'Running');
    expect((await status('probed')).containerStatuses?.[0]).toMatchObject({ ready: false, started: true });
    const id = async () => (await status('probed')).containerStatuses![0]!.containerID!.replace('containerd://', '');
    await runtime.execSync(await id(), ['touch', '/ready'], 5);
    await running('probed');
    await runtime.execSync(await id(), ['rm', '/alive'], 5);
    await until('it was restarted', async () => (await status('probed')).containerStatuses?.[0]?.restartCount === 1);
    expect(api.events).toContain('Killing: Container main failed liveness probe, will be restarted');
    await remove('probed', 0);
  }, 60_000);

  describe('exec, attach and port-forward', () => {
    let server: Awaited<ReturnType<FakeServing['listen']>>;
    beforeAll(async () => {
      server = await serving.listen();
      await create('shell', {
        containers: [
          sh('while read line; do echo "got $line"; done', { stdin: true }),
          sh('exec nc -ll -p 8080 -e echo served', {
            name: 'web',
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          }),
        ],
      });
      await running('shell');
    }, 60_000);
    afterAll(async () => {
      server.close();
      await remove('shell', 0);
    }, 60_000);

    /** talk collects what comes on each channel until the other side closes. */
    const talk = (url: string, protocol: string, onOpen: (ws: WebSocket) => void) =>
      new Promise<Record<number, string>>((resolve, reject) => {
        const channels: Record<number, string> = {};
        const ws = new WebSocket(`ws://127.0.0.1:${server.port}${url}`, protocol);
        ws.on('open', () => onOpen(ws));
        ws.on(
          'message',
          (data: Buffer) => (channels[data[0]!] = (channels[data[0]!] ?? '') + data.subarray(1).toString()),
        );
        ws.on('close', () => resolve(channels));
        ws.on('error', reject);
      });
    const command = (...words: string[]) => words.map(word => `command=${encodeURIComponent(word)}`).join('&');

    test.each(['v4.channel.k8s.io', 'v5.channel.k8s.io'])(
      'exec over %s: both outputs and the exit code',
      async protocol => {
        const url = `/exec/default/shell/main?output=1&error=1&${command('sh', '-c', 'echo out; echo err >&2; exit 7')}`;
        const channels = await talk(url, protocol, () => undefined);
        expect([channels[1], channels[2]]).toEqual(['out\n', 'err\n']);
        expect(JSON.parse(channels[3]!)).toMatchObject({
          status: 'Failure',
          reason: 'NonZeroExitCode',
          details: { causes: [{ reason: 'ExitCode', message: '7' }] },
        });
      },
    );

    test('exec over v5: stdin can end, and carries much', async () => {
      const size = 5 << 20;
      const channels = await talk(
        `/exec/default/shell/main?input=1&output=1&${command('wc', '-c')}`,
        'v5.channel.k8s.io',
        ws => {
          for (let i = 0; i < 80; i++) ws.send(Buffer.concat([Buffer.from([0]), Buffer.alloc(size / 80)]));
          ws.send(Buffer.from([255, 0]));
        },
      );
      expect(channels[1]!.trim()).toBe(String(size));
      expect(JSON.parse(channels[3]!)).toMatchObject({ status: 'Success' });
    });

    test('exec over v5: much output arrives whole', async () => {
      const channels = await talk(
        `/exec/default/shell/main?output=1&${command('sh', '-c', 'head -c 8000000 /dev/zero | tr "\\0" x')}`,
        'v5.channel.k8s.io',
        () => undefined,
      );
      expect(channels[1]!.length).toBe(8_000_000);
    });

    test('exec over v5: a terminal takes its size', async () => {
      const url = `/exec/default/shell/main?input=1&output=1&tty=1&${command('sh', '-c', 'while [ "$(stty size)" != "33 77" ]; do sleep 0.05; done; stty size')}`;
      const channels = await talk(url, 'v5.channel.k8s.io', ws =>
        ws.send(Buffer.concat([Buffer.from([4]), Buffer.from('{"Width":77,"Height":33}')])),
      );
      expect(channels[1]!.trim()).toMatch(/^33 77$/m);
    });

    test('attach over v5: talks with the process itself', async () => {
      const ws = new WebSocket(
        `ws://127.0.0.1:${server.port}/attach/default/shell/main?input=1&output=1`,
        'v5.channel.k8s.io',
      );
      let text = '';
      const answered = new Promise<void>(resolve =>
        ws.on('message', (data: Buffer) => {
          text += data.subarray(1).toString();
          if (text.includes('got hi\n')) resolve();
        }),
      );
      ws.on('open', () => ws.send(Buffer.concat([Buffer.from([0]), Buffer.from('hi\n')])));
      await answered;
      ws.close();
      expect(text).toBe('got hi\n');
    });

    const ways: [string, Record<string, string>][] = [
      ['WebSockets', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'true', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'true' }],
      ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
    ];
    const withKubectl = existsSync('/usr/bin/kubectl') ? test : test.skip;
    withKubectl.each(ways)(
      'a real kubectl over %s: exec with stdin and exit code, port-forward',
      async (_, env) => {
        const front = await serving.asApi(await get('shell'));
        try {
          const kubectl = (...args: string[]) =>
            spawn('kubectl', [`--server=http://127.0.0.1:${front.port}`, '--kubeconfig=/dev/null', ...args], {
              env: { ...process.env, ...env, HOME: containerd.dir },
            });
          const exec = kubectl('exec', '-i', 'shell', '-c', 'main', '--', 'sh', '-c', 'sort; exit 5');
          exec.stdin.end('b\na\n');
          expect([await text(exec.stdout), (await text(exec.stderr)).trim()]).toEqual([
            'a\nb\n',
            'command terminated with exit code 5',
          ]);

          const forward = kubectl('port-forward', 'shell', ':8080');
          const port = await new Promise<number>((resolve, reject) => {
            forward.stdout.on('data', (line: Buffer) => {
              const found = /127\.0\.0\.1:(\d+)/.exec(line.toString());
              if (found) resolve(Number(found[1]));
            });
            forward.once('exit', () => reject(new Error('kubectl port-forward ended')));
          });
          for (let i = 0; i < 3; i++) {
            await until(
              'the server listens again',
              async () => (await text(connect(port, '127.0.0.1'))) === 'served\n',
            );
          }
          forward.kill();
          await new Promise(resolve => forward.once('exit', resolve));
          expect(front.protocols).toEqual(
            _ === 'SPDY' ? ['SPDY/3.1', 'SPDY/3.1'] : ['v5.channel.k8s.io', 'SPDY/3.1+portforward.k8s.io'],
          );
        } finally {
          front.close();
        }
      },
      60_000,
    );

    test('what cannot be reached is refused before the upgrade', async () => {
      await expect(
        talk('/exec/default/nosuch/main?output=1&command=true', 'v5.channel.k8s.io', () => undefined),
      ).rejects.toThrow('Unexpected server response: 400');
    });
  });

  test('follows a log to its end', async () => {
    await create('talking', {
      restartPolicy: 'Never',
      // The two streams reach the log by pipes of their own: only what time parts is in order.
      containers: [sh('echo one; sleep 0.5; echo two; sleep 0.5; echo oops >&2')],
    });
    await until('it has begun', async () => (await logs('talking')).status === 200);
    expect((await logs('talking', 'follow=true')).body).toBe('one\ntwo\noops\n');
    await remove('talking');
  }, 60_000);

  test('a kubelet started anew keeps what runs, and removes what is wanted no more', async () => {
    await create('staying', { containers: [sh('sleep 1000')] });
    await create('leaving', { containers: [sh('sleep 1000')] });
    const before = (await running('staying')).status?.containerStatuses?.[0];
    await running('leaving');
    await stopKubelet();
    await pods.delete('default', 'leaving', { gracePeriodSeconds: 0 });
    await startKubelet();
    await until(
      'the orphan is gone',
      async () => !(await runtime.listPodSandbox()).some(sandbox => sandbox.metadata.name === 'leaving'),
    );
    expect((await running('staying')).status?.containerStatuses?.[0]).toEqual(before);
    await remove('staying', 0);
  }, 60_000);

  test('runs a static pod, and shows it by a mirror', async () => {
    const file = path.join(containerd.dir, 'manifests/web.yaml');
    await writeFile(
      file,
      `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  terminationGracePeriodSeconds: 0\n  containers:\n  - {name: main, image: '${IMAGE}', imagePullPolicy: Never, command: [sleep, '1000']}\n`,
    );
    const mirror = await running('web-node-1');
    expect(mirror.metadata?.annotations).toMatchObject({ 'kubernetes.io/config.source': 'file' });
    await rm(file);
    await until(
      'it is gone',
      async () => !(await pods.list('default')).items.some(pod => pod.metadata?.name === 'web-node-1'),
    );
    await until(
      'its sandbox is gone',
      async () => !(await runtime.listPodSandbox()).some(sandbox => sandbox.metadata.name === 'web-node-1'),
    );
  }, 60_000);
});

async function removeCgroup(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await removeCgroup(path.join(directory, entry.name));
  await rmdir(directory).catch(() => undefined);
}
