import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CriClient } from './cri-client';
import type { ContainerExit } from './runtime';
import { TestContainerd, whyNoContainerd } from './testkit/containerd';
import type { ContainerConfig, PodSandboxConfig } from './types';

const missing = whyNoContainerd();
if (missing) console.warn(`SKIPPED: no real containerd: ${missing}`);

const namespaceOptions = { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } as const;
const sandboxConfig = (name: string, dir: string): PodSandboxConfig => ({
  metadata: { name, uid: `uid-${name}`, namespace: 'default', attempt: 0 },
  hostname: name,
  logDirectory: `${dir}/logs/${name}`,
  portMappings: [],
  labels: { app: name },
  annotations: {},
  linux: { cgroupParent: '', securityContext: { namespaceOptions }, sysctls: {} },
});
const containerConfig = (name: string, script: string): ContainerConfig => ({
  metadata: { name, attempt: 0 },
  image: { image: 'docker.io/library/busybox:test' },
  command: ['sh', '-c', script],
  args: [],
  workingDir: '',
  envs: [{ key: 'GREETING', value: 'hello' }],
  mounts: [],
  devices: [],
  labels: {},
  annotations: {},
  logPath: `${name}.log`,
  stdin: false,
  stdinOnce: false,
  tty: false,
  linux: { resources: { cpuShares: 512 }, securityContext: { namespaceOptions } },
});

(missing ? describe.skip : describe)('CriClient with a real containerd', () => {
  let containerd: TestContainerd;
  let client: CriClient;

  beforeAll(async () => {
    containerd = await TestContainerd.start();
    await containerd.importBusybox('docker.io/library/busybox:test');
    client = await CriClient.create({ socket: containerd.socket });
  }, 60_000);
  afterAll(async () => {
    client?.close();
    await containerd?.stop();
  }, 60_000);

  test('tells version, status and images', async () => {
    expect((await client.version()).runtimeName).toBe('containerd');
    expect(await client.status()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'RuntimeReady', status: true }),
        expect.objectContaining({ type: 'NetworkReady', status: true }),
      ]),
    );
    expect((await client.imageStatus('busybox:test'))?.repoTags).toEqual(['docker.io/library/busybox:test']);
    expect(await client.imageStatus('absent:1')).toBeUndefined();
  });

  test('runs a sandbox with a container, and hears of its exit without asking', async () => {
    const ends = new AbortController();
    const events = client.watchExits(ends.signal)[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ type: 'connected' });

    const sandbox = sandboxConfig('lifecycle', containerd.dir);
    const sandboxId = await client.runPodSandbox(sandbox);
    const status = await client.podSandboxStatus(sandboxId);
    expect(status).toMatchObject({ state: 'SANDBOX_READY', labels: { app: 'lifecycle' }, metadata: sandbox.metadata });
    expect(status.network?.ip).toMatch(/^10\./);

    const id = await client.createContainer(
      sandboxId,
      containerConfig('main', 'read x < /dev/zero; sleep 60'),
      sandbox,
    );
    await client.startContainer(id);
    const echo = await client.execSync(id, ['sh', '-c', 'echo $GREETING; exit 3'], 5);
    expect([echo.stdout.toString(), echo.exitCode]).toEqual(['hello\n', 3]);
    await expect(client.execSync(id, ['sleep', '30'], 1)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });

    const failing = await client.createContainer(sandboxId, containerConfig('failing', 'exit 7'), sandbox);
    await client.startContainer(failing);
    let exit: ContainerExit | undefined;
    while (exit?.id !== failing) exit = (await events.next()).value as ContainerExit;
    expect(exit).toMatchObject({ type: 'exit', exitCode: 7 });
    expect(Math.abs(Date.now() - exit.exitedAt)).toBeLessThan(60_000);
    // The event may overtake containerd's own bookkeeping by a moment.
    let ended = await client.containerStatus(failing);
    while (ended.state === 'CONTAINER_RUNNING') ended = await client.containerStatus(failing);
    expect(ended).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7, reason: 'Error' });

    expect((await client.listContainers({ podSandboxId: sandboxId })).map(c => c.metadata.name).sort()).toEqual([
      'failing',
      'main',
    ]);
    expect((await client.containerStats(id)).memory?.workingSetBytes?.value).toBeGreaterThan(0);
    await client.stopContainer(id, 0);
    await client.stopPodSandbox(sandboxId);
    await client.removePodSandbox(sandboxId);
    expect(await client.listPodSandbox({ id: sandboxId })).toEqual([]);
    ends.abort();
    for (;;) if ((await events.next()).done) break;
  }, 60_000);

  test('names a failure by its code', async () => {
    await expect(client.containerStatus('nosuch')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^rpc error: code = NotFound desc = /),
    });
  });

  test('connects again after containerd crashed', async () => {
    const ends = new AbortController();
    const events = client.watchExits(ends.signal)[Symbol.asyncIterator]();
    await events.next();
    const again = events.next();
    await containerd.kill();
    await containerd.launch();
    expect((await again).value).toEqual({ type: 'connected' });
    expect((await client.version()).runtimeName).toBe('containerd');
    ends.abort();
  }, 60_000);
});
