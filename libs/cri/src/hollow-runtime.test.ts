import { describe, expect, test } from '@jest/globals';
import { HollowRuntime } from './hollow-runtime';
import type { RuntimeEvent } from './runtime';
import type { ContainerConfig, PodSandboxConfig } from './types';

const options = { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } as const;
const sandbox: PodSandboxConfig = {
  metadata: { name: 'p', uid: 'u', namespace: 'n', attempt: 0 },
  hostname: 'p',
  logDirectory: '/tmp',
  portMappings: [],
  labels: { a: 'b' },
  annotations: {},
  linux: { cgroupParent: '', securityContext: { namespaceOptions: options }, sysctls: {} },
};
const container: ContainerConfig = {
  metadata: { name: 'c', attempt: 2 },
  image: { image: 'nginx' },
  command: [],
  args: [],
  workingDir: '',
  envs: [],
  mounts: [],
  devices: [],
  labels: { x: 'y' },
  annotations: {},
  logPath: '',
  stdin: false,
  stdinOnce: false,
  tty: false,
  linux: { resources: {}, securityContext: { namespaceOptions: options } },
};

describe('HollowRuntime', () => {
  test('keeps a container from created to exited, and tells of its end', async () => {
    const runtime = new HollowRuntime({ podCidr: '10.9.8.0/24' });
    const events = runtime.watchExits(new AbortController().signal)[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ type: 'connected' });
    const sandboxId = await runtime.runPodSandbox(sandbox);
    expect((await runtime.podSandboxStatus(sandboxId)).network?.ip).toBe('10.9.8.2');
    const id = await runtime.createContainer(sandboxId, container);
    await runtime.startContainer(id);
    expect(
      (await runtime.listContainers({ state: 'CONTAINER_RUNNING', labelSelector: { x: 'y' } })).map(c => c.id),
    ).toEqual([id]);
    runtime.kill(id, 3);
    expect((await events.next()).value as RuntimeEvent).toMatchObject({ type: 'exit', id, exitCode: 3 });
    expect(await runtime.containerStatus(id)).toMatchObject({
      state: 'CONTAINER_EXITED',
      exitCode: 3,
      reason: 'Error',
    });
  });

  test('gives an address back when its sandbox stops, and forgets what was removed', async () => {
    const runtime = new HollowRuntime();
    const first = await runtime.runPodSandbox(sandbox);
    await runtime.removePodSandbox(first);
    await expect(runtime.podSandboxStatus(first)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const second = await runtime.runPodSandbox(sandbox);
    expect((await runtime.podSandboxStatus(second)).network?.ip).toBe('10.244.0.2');
  });
});
