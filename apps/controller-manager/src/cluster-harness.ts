import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegistry, createLogger, systemClock, type Stoppable } from '@navarch/base';
import {
  HttpsTransport,
  createEventRecorder,
  createInformerFactory,
  createKubeClient,
  type KubeClient,
} from '@navarch/client';
import { Manager } from '@navarch/controller-runtime';
import { createTestPki, freePort, startChild, startEtcd, eventually } from '@navarch/testing';
import type { ManagerSettings } from './context';
import { selectControllers } from './registry';
import { startControllers } from './start';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** TestCluster is a real etcd with a real apiserver, and controllers that run in the test's own process. */
export interface TestCluster extends Stoppable {
  readonly client: KubeClient;
  /** output is the tail of what the controllers and the apiserver wrote. */
  output(): string;
}

export const SETTINGS: ManagerSettings = {
  clusterCidr: '10.244.0.0/16',
  allocateNodeCidrs: true,
  nodeCidrMaskSize: 24,
  rootCa: 'test ca\n',
  signingCert: '',
  signingKey: '',
  signingDurationMs: 365 * 86_400_000,
  serviceAccountKey: '',
  nodeMonitorGracePeriodMs: 2_000,
  nodeMonitorPeriodMs: 500,
  terminatedPodGcThreshold: 12_500,
  concurrentSyncs: 5,
};

/** startTestCluster boots etcd and the apiserver (built here, unless NAVARCH_TEST_APISERVER names a bundle) and runs the named controllers against them. `release` is what the apiserver emulates, today's unless given. */
export async function startTestCluster(controllers: readonly string[], release?: string): Promise<TestCluster> {
  const built = process.env.NAVARCH_TEST_APISERVER;
  if (!built)
    execFileSync(process.execPath, [join(ROOT, 'tools/build.mjs'), 'apiserver'], { cwd: ROOT, stdio: 'pipe' });
  const pki = await createTestPki();
  const etcd = await startEtcd();
  const server = await pki.issue({ name: 'kube-apiserver' });
  const admin = await pki.issue({ name: 'kubernetes-admin', organizations: ['system:masters'] });
  const signing = join(dirname(pki.caFile), 'sa.key');
  writeFileSync(
    signing,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    { mode: 0o600 },
  );
  const logged: string[] = [];
  const port = await freePort();
  const flags = {
    'bind-address': '127.0.0.1',
    'secure-port': port,
    'advertise-address': '127.0.0.1',
    'tls-cert-file': server.certFile,
    'tls-private-key-file': server.keyFile,
    'client-ca-file': pki.caFile,
    'etcd-servers': etcd.endpoints.join(','),
    'service-account-signing-key-file': signing,
    ...(release && { 'emulated-version': release }),
  };
  const child = startChild('node', [
    built ?? join(ROOT, 'dist/apps/apiserver/main.js'),
    ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
  ]);
  const transport = new HttpsTransport({
    server: `https://127.0.0.1:${port}`,
    ca: { file: pki.caFile },
    cert: { file: admin.certFile },
    key: { file: admin.keyFile },
  });
  const client = createKubeClient(transport, { userAgent: 'controller-manager-test' });
  await eventually(
    async () => {
      if (!child.running()) throw new Error(`the apiserver ended: ${child.output()}`);
      return (await transport.send({ method: 'GET', path: '/readyz' })).status === 200;
    },
    { timeoutMs: 60_000, intervalMs: 200 },
  );
  const log = createLogger({ component: 'test', write: line => logged.push(line) });
  const events = createEventRecorder(client, 'test');
  const informers = createInformerFactory(client);
  const manager = new Manager({ informers }).add(
    ...startControllers(selectControllers(controllers), {
      base: { informers, clock: systemClock, log, metrics: createRegistry(), settings: SETTINGS },
      client,
      events: () => events,
      ownIdentities: true,
    }),
  );
  const running = manager.run();
  running.catch(() => undefined);
  return {
    client,
    output: () => `${logged.slice(-200).join('')}${child.output()}`,
    async stop() {
      await manager.stop();
      await events.stop();
      await transport.close();
      await child.stop();
      await etcd.stop();
      pki.remove();
    },
  };
}
