import { natsServerConfig } from '@navarch/bus';
import { createTestPki, freePort, startChild, startEtcd, tempDir, type Child, type TestEtcd } from '@navarch/testing';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { BareServer } from './bare-server';
import type { HttpsTarget, NatsTarget } from './job';
import type { BenchOptions } from './options';

/** Lab is an API server that was started to be measured, with all it needs. */
export interface Lab {
  readonly pid: number;
  readonly etcd: TestEtcd;
  readonly https: HttpsTarget;
  readonly nats: NatsTarget | undefined;
  /** readyMs is how long it took from the start of the process to /readyz. */
  readonly readyMs: number;
  /** inspector is where its V8 can be profiled; with --profile only. */
  readonly inspector: string | undefined;
  /** bareServer starts one beside it, on the same etcd, and answers it with how to reach it. */
  bareServer(): Promise<{ readonly server: BareServer; readonly target: HttpsTarget }>;
  stop(): Promise<void>;
}

const ADMIN = { name: 'kubernetes-admin', organizations: ['system:masters'] };
const READY_MS = 60_000;

/** startLab starts etcd, NATS if it is measured, and the built API server. */
export async function startLab(options: BenchOptions): Promise<Lab> {
  const [etcd, pki] = await Promise.all([startEtcd({ fsync: options.fsync }), createTestPki()]);
  const dir = tempDir('navarch-bench-');
  const keyFile = path.join(dir.path, 'sa.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const serving = await pki.issue({ name: 'kube-apiserver' });
  const admin = await pki.issue(ADMIN);
  const port = await freePort();
  const bus = options.only.has('nats') ? await startBus(pki, dir.path) : undefined;
  const args = [
    ...(options.profile !== undefined ? ['--inspect=127.0.0.1:0'] : []),
    ...options.nodeFlags,
    'dist/apps/apiserver/main.js',
    ...['--secure-port', String(port), '--bind-address', '127.0.0.1', '--advertise-address', '127.0.0.1'],
    ...['--etcd-servers', etcd.endpoints.join(','), '--client-ca-file', pki.caFile],
    ...['--tls-cert-file', serving.certFile, '--tls-private-key-file', serving.keyFile],
    ...['--service-account-signing-key-file', keyFile],
    ...(bus?.flags ?? []),
    ...options.serverFlags,
  ];
  const clientOf = (at: number): HttpsTarget => ({
    ...{ kind: 'https', url: `https://127.0.0.1:${at}`, ca: pki.caPem },
    ...{ cert: admin.certPem, key: admin.keyPem, token: undefined },
  });
  const began = performance.now();
  const server = startChild('node', args);
  await ready(server, port, pki.caPem, admin);
  return {
    pid: server.pid,
    etcd,
    https: clientOf(port),
    nats: bus && { kind: 'nats', server: bus.server, ca: pki.caFile, cert: admin.certFile, key: admin.keyFile },
    readyMs: performance.now() - began,
    inspector: options.profile === undefined ? undefined : /ws:\/\/\S+/.exec(server.output())?.[0],
    async bareServer() {
      const at = await freePort();
      const tls = { ca: pki.caPem, cert: serving.certPem, key: serving.keyPem };
      return { server: await BareServer.start({ etcd: etcd.endpoints, port: at, ...tls }), target: clientOf(at) };
    },
    async stop() {
      await server.stop();
      await bus?.child.stop();
      await etcd.stop();
      pki.remove();
      dir.remove();
    },
  };
}

async function startBus(pki: Awaited<ReturnType<typeof createTestPki>>, dir: string) {
  const [port, own, apiserver] = [
    await freePort(),
    await pki.issue({ name: 'nats' }),
    await pki.issue({ name: 'system:apiserver' }),
  ];
  const file = path.join(dir, 'nats.conf');
  const tls = { ca: pki.caFile, cert: own.certFile, key: own.keyFile };
  const users = [{ identity: 'system:apiserver' }, { identity: ADMIN.name, organizations: ADMIN.organizations }];
  writeFileSync(file, natsServerConfig({ host: '127.0.0.1', port, tls, users }), { mode: 0o600 });
  const child: Child = startChild('nats-server', ['-c', file]);
  const server = `127.0.0.1:${port}`;
  const files = ['--nats-cert-file', apiserver.certFile, '--nats-key-file', apiserver.keyFile];
  return { child, server, flags: ['--nats-servers', server, '--nats-ca-file', pki.caFile, ...files] };
}

async function ready(
  server: Child,
  port: number,
  ca: string,
  { certPem: cert, keyPem: key }: { readonly certPem: string; readonly keyPem: string },
): Promise<void> {
  const end = performance.now() + READY_MS;
  const probe = () =>
    new Promise<boolean>(resolve => {
      const request = https.get({ host: '127.0.0.1', port, path: '/readyz', ca, cert, key, agent: false }, answer => {
        answer.resume();
        resolve(answer.statusCode === 200);
      });
      request.once('error', () => resolve(false));
    });
  while (!(await probe())) {
    if (!server.running()) throw new Error(`the API server ended at its start: ${server.output()}`);
    if (performance.now() > end) throw new Error(`the API server was not ready: ${server.output()}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
