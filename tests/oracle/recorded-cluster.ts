import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StopStack, type Stoppable } from '@navarch/base';
import { natsServerConfig } from '@navarch/bus';
import { createKubeClient, HttpsTransport } from '@navarch/client';
import { ServiceAccounts } from '@navarch/api';
import { createTestPki, eventually, freePort, startChild, startEtcd, startNats, type Child } from '@navarch/testing';
import { startBusGateway } from './bus-gateway';
import type { Target } from './recordings';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Road is a way to a cluster: which release it emulates, and what carries the requests. */
export interface Road {
  readonly release: '1.20' | '1.33';
  readonly transport: 'https' | 'nats';
}

/** RecordedCluster is a cluster like the recorded one: etcd, an API server and a controller manager, and no node. */
export interface RecordedCluster extends Stoppable {
  /** target asks over the road's transport. */
  readonly target: Target;
  /** output is the tail of what the components wrote. */
  output(): string;
}

/** buildComponents bundles the components that a recorded cluster starts. */
export function buildComponents(): void {
  const build = [path.join(ROOT, 'tools/build.mjs'), 'apiserver', 'controller-manager'];
  execFileSync(process.execPath, build, { cwd: ROOT, stdio: 'pipe' });
}

/** ADMIN is the recordings' own; on the bus the MASTER acts as him, as groups come from the identity there. */
const ADMIN = { identity: 'oracle-admin', organizations: ['system:masters'] };
const MASTER = { identity: 'kubernetes-admin', organizations: ['system:masters'] };
const USER = { identity: 'o-user', organizations: ['o-group'] };
const NODE = { identity: 'system:node:o-node-1', organizations: ['system:nodes'] };

/** startRecordedCluster starts the built components on real servers, and waits until the controllers work. */
export async function startRecordedCluster({ release, transport }: Road): Promise<RecordedCluster> {
  const stack = new StopStack();
  try {
    return await start(stack, release, transport);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function start(
  stack: StopStack,
  release: Road['release'],
  transport: Road['transport'],
): Promise<RecordedCluster> {
  const pki = await createTestPki();
  stack.push({ stop: () => Promise.resolve(pki.remove()) });
  const etcd = stack.push(await startEtcd());
  const issue = ({ identity, organizations }: { identity: string; organizations?: readonly string[] }) =>
    pki.issue({ name: identity, ...(organizations && { organizations }) });
  const server = await issue({ identity: 'system:apiserver' });
  const manager = await issue({ identity: 'system:kube-controller-manager' });
  const [admin, user, node, master] = await Promise.all([ADMIN, USER, NODE, MASTER].map(issue));

  const nats = stack.push(await startNats({ tls: { ...server, verifyAndMap: true } }));
  const users = [{ identity: 'system:apiserver' }, { identity: 'system:kube-controller-manager' }, MASTER, USER, NODE];
  const tls = { ca: pki.caFile, cert: server.certFile, key: server.keyFile };
  writeFileSync(nats.configFile, natsServerConfig({ host: '127.0.0.1', port: nats.port, tls, users }));
  await nats.restart();
  const bus = (files: { certFile: string; keyFile: string }) => ({
    'nats-servers': `127.0.0.1:${nats.port}`,
    'nats-ca-file': pki.caFile,
    'nats-cert-file': files.certFile,
    'nats-key-file': files.keyFile,
  });

  const serviceAccountKey = path.join(path.dirname(pki.caFile), 'sa.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(serviceAccountKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const serving = {
    'bind-address': '127.0.0.1',
    'tls-cert-file': server.certFile,
    'tls-private-key-file': server.keyFile,
  };
  const apiserver = stack.push(
    startComponent('apiserver', {
      ...serving,
      'secure-port': port,
      'advertise-address': '127.0.0.1',
      'client-ca-file': pki.caFile,
      'etcd-servers': etcd.endpoints.join(','),
      'service-cluster-ip-range': '10.96.0.0/16',
      'allow-privileged': 'true',
      'service-account-signing-key-file': serviceAccountKey,
      'emulated-version': release,
      ...bus(server),
    }),
  );
  const credentials = { ca: { file: pki.caFile }, cert: { file: admin!.certFile }, key: { file: admin!.keyFile } };
  const direct = new HttpsTransport({ server: url, ...credentials });
  stack.push({ stop: () => direct.close() });
  await answers(apiserver, async () => (await direct.send({ method: 'GET', path: '/readyz' })).status === 200);
  const controllers = stack.push(
    startComponent('controller-manager', {
      ...serving,
      'secure-port': await freePort(),
      'root-ca-file': pki.caFile,
      'service-account-private-key-file': serviceAccountKey,
      ...bus(manager),
    }),
  );
  const client = createKubeClient(direct, { userAgent: 'recorded-cases' });
  await answers(controllers, () => client.resource(ServiceAccounts).get('default', 'default'));

  const clients = { admin: admin!, user: user!, node: node! };
  const as = ({ identity, organizations }: typeof ADMIN) => ({ user: identity, groups: organizations });
  const gateway =
    transport === 'nats'
      ? stack.push(
          await startBusGateway({
            ...{ server, nats: nats.port, https: url, impersonator: master! },
            clients: [
              { name: ADMIN.identity, files: master!, as: as(ADMIN) },
              { name: USER.identity, files: user!, as: as(USER) },
              { name: NODE.identity, files: node! },
            ],
          }),
        )
      : undefined;
  const identity = ({ certPem, keyPem }: { certPem: string; keyPem: string }) => ({ cert: certPem, key: keyPem });
  return {
    target: {
      server: gateway?.url ?? url,
      ca: pki.caPem,
      identities: { admin: identity(clients.admin), user: identity(clients.user), node: identity(clients.node) },
    },
    output: () => `${apiserver.output().slice(-8_000)}\n${controllers.output().slice(-4_000)}`,
    stop: () => stack.stop(),
  };
}

function startComponent(app: string, flags: Record<string, string | number>): Child {
  const given = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  return startChild('node', [path.join(ROOT, `dist/apps/${app}/main.js`), ...given]);
}

/** answers waits until a check passes, and says what the component wrote if it does not come to that. */
async function answers(component: Child, check: () => Promise<unknown>): Promise<void> {
  try {
    await eventually(
      async () => {
        if (!component.running()) throw new Error('the component ended');
        return (await check()) !== false;
      },
      { timeoutMs: 60_000, intervalMs: 200 },
    );
  } catch (error) {
    throw new Error(`${String(error)}\n${component.output()}`, { cause: error });
  }
}
