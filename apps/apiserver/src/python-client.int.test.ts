import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { skipped, tempDir, type Describe } from '@navarch/testing';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startTestCluster, type TestCluster } from './testing/test-server';

const SCRIPT = resolve(process.cwd(), 'tests/clients/python-client.py');
/** PYTHON is the interpreter that has the client: Debian's own, if another one stands in front of it. */
const PYTHON = ['python3', '/usr/bin/python3'].find(
  python => spawnSync(python, ['-c', 'import kubernetes'], { stdio: 'ignore' }).status === 0,
);

const requirePythonClient: Describe = (name, body) =>
  PYTHON === undefined ? skipped('python3-kubernetes not installed')(name, body) : describe(name, body);

requirePythonClient('the official Python client', () => {
  let cluster: TestCluster;
  let kubeconfig: string;
  const dir = tempDir('navarch-python-client-');

  beforeAll(async () => {
    cluster = await startTestCluster();
    const { port } = await cluster.start();
    const admin = await cluster.pki.issue({ name: 'admin', organizations: ['system:masters'] });
    kubeconfig = join(dir.path, 'kubeconfig');
    const credentials = { 'client-certificate': admin.certFile, 'client-key': admin.keyFile };
    const server = { server: `https://127.0.0.1:${port}`, 'certificate-authority': cluster.pki.caFile };
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
        clusters: [{ name: 'test', cluster: server }],
        users: [{ name: 'admin', user: credentials }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      }),
    );
    mkdirSync(join(dir.path, 'tmp'));
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    dir.remove();
  }, 60_000);

  test('discovers, writes, reads, patches and watches, with types and without', async () => {
    // The client keeps what it discovered in the temporary folder, by host: a folder of its own keeps servers apart.
    const env = { ...process.env, TMPDIR: join(dir.path, 'tmp') };
    const { stdout } = await promisify(execFile)(PYTHON!, [SCRIPT, kubeconfig], { env, timeout: 100_000 });
    const { typed, deployment, dynamic } = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    expect(typed).toMatchObject({
      version: '1',
      groups: expect.arrayContaining(['apps', 'batch']) as unknown,
      data: { a: '1', b: '2' },
      listed: ['typed'],
      seen: ['MODIFIED', 'DELETED'],
      missing: { code: 404, reason: 'NotFound' },
    });
    expect(deployment).toEqual({ replicas: 3, deleted: 'Success' });
    expect(dynamic).toMatchObject({
      data: { c: '3' },
      seen: ['ADDED', 'DELETED'],
      unknown: 'not found',
      kinds: expect.arrayContaining(['Deployment', 'StatefulSet']) as unknown,
    });
  }, 120_000);
});
