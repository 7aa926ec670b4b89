import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigMaps, Leases, ServiceAccounts } from '@navarch/api';
import { StopStack } from '@navarch/base';
import { natsServerConfig } from '@navarch/bus';
import { HttpsTransport, createKubeClient, type KubeClient } from '@navarch/client';
import {
  createTestPki,
  eventually,
  freePort,
  requireProgram,
  startChild,
  startEtcd,
  startNats,
  type Child,
} from '@navarch/testing';

jest.setTimeout(90_000);
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const flags = (given: Record<string, string | number>) =>
  Object.entries(given).map(([name, value]) => `--${name}=${value}`);

requireProgram('etcd', 'nats-server')('the kube-controller-manager process over NATS', () => {
  const stack = new StopStack();
  let client: KubeClient;
  let startManager: (port: number) => Child;
  const managers: Child[] = [];

  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, 'tools/build.mjs'), 'apiserver', 'controller-manager'], {
      cwd: ROOT,
      stdio: 'pipe',
    });
    const pki = await createTestPki();
    stack.push({ stop: () => Promise.resolve(pki.remove()) });
    const etcd = stack.push(await startEtcd());
    const server = await pki.issue({ name: 'system:apiserver' });
    const manager = await pki.issue({ name: 'system:kube-controller-manager' });
    const admin = await pki.issue({ name: 'kubernetes-admin', organizations: ['system:masters'] });
    const nats = stack.push(await startNats({ tls: { ...server, verifyAndMap: true } }));
    const users = [{ identity: 'system:apiserver' }, { identity: 'system:kube-controller-manager' }];
    const tls = { ca: pki.caFile, cert: server.certFile, key: server.keyFile };
    writeFileSync(nats.configFile, natsServerConfig({ host: '127.0.0.1', port: nats.port, tls, users }));
    await nats.restart();
    const signing = join(dirname(pki.caFile), 'sa.key');
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(signing, key, { mode: 0o600 });
    const port = await freePort();
    const bus = (files: { certFile: string; keyFile: string }) => ({
      'nats-servers': `127.0.0.1:${nats.port}`,
      'nats-ca-file': pki.caFile,
      'nats-cert-file': files.certFile,
      'nats-key-file': files.keyFile,
    });
    const apiserver = startChild('node', [
      join(ROOT, 'dist/apps/apiserver/main.js'),
      ...flags({
        'bind-address': '127.0.0.1',
        'secure-port': port,
        'advertise-address': '127.0.0.1',
        'tls-cert-file': server.certFile,
        'tls-private-key-file': server.keyFile,
        'client-ca-file': pki.caFile,
        'etcd-servers': etcd.endpoints.join(','),
        'service-account-signing-key-file': signing,
        ...bus(server),
      }),
    ]);
    stack.push(apiserver);
    const certificates = { ca: { file: pki.caFile }, cert: { file: admin.certFile }, key: { file: admin.keyFile } };
    const transport = new HttpsTransport({ server: `https://127.0.0.1:${port}`, ...certificates });
    stack.push({ stop: () => transport.close() });
    client = createKubeClient(transport, { userAgent: 'test' });
    await eventually(
      async () => {
        if (!apiserver.running()) throw new Error(`the apiserver ended: ${apiserver.output()}`);
        return (await transport.send({ method: 'GET', path: '/readyz' })).status === 200;
      },
      { timeoutMs: 60_000, intervalMs: 200 },
    );
    startManager = securePort => {
      const child = startChild('node', [
        join(ROOT, 'dist/apps/controller-manager/main.js'),
        ...flags({
          'bind-address': '127.0.0.1',
          'secure-port': securePort,
          'tls-cert-file': server.certFile,
          'tls-private-key-file': server.keyFile,
          'root-ca-file': pki.caFile,
          ...bus(manager),
        }),
      ]);
      managers.push(child);
      stack.push(child);
      return child;
    };
  });
  afterAll(() => stack.stop());

  test('it leads, works with the rights of its controllers, and another one takes over when it stops', async () => {
    const holder = async () =>
      (await client.resource(Leases).get('kube-system', 'kube-controller-manager')).spec?.holderIdentity;
    const first = startManager(await freePort());
    await eventually(
      async () => {
        if (!first.running()) throw new Error(first.output());
        return (await client.resource(ConfigMaps).get('default', 'kube-root-ca.crt')).data?.['ca.crt'] !== undefined;
      },
      { timeoutMs: 30_000 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${first.output()}`);
    });
    await eventually(() => client.resource(ServiceAccounts).get('kube-system', 'default'));
    const before = await holder();
    const second = startManager(await freePort());
    await first.stop();
    expect(first.output()).toContain('Stopping');
    await eventually(
      async () => {
        const now = await holder();
        return now !== undefined && now !== '' && now !== before;
      },
      { timeoutMs: 30_000 },
    );
    await client.resource(ServiceAccounts).delete('default', 'default');
    await eventually(() => client.resource(ServiceAccounts).get('default', 'default'), { timeoutMs: 20_000 });
    expect(second.output()).not.toContain('forbidden');
  });
});
