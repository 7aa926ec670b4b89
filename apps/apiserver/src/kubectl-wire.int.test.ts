import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ResourceQuotas, ServiceAccounts } from '@navarch/api';
import { eventually, oracleFile, requireOracle, requireProgram, type TestPki } from '@navarch/testing';
import { Agent, request } from 'node:https';
import {
  bodyOf,
  expectedCode,
  isReplayable,
  readCommands,
  type RecordedCommand,
  type RecordedRequest,
} from './testing/kubectl-wire';
import { startTestCluster, type TestApiServer, type TestCluster } from './testing/test-server';

const RECORDING = 'kubectl-wire.json';

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: Buffer;
}

/** Session replays commands one after the other: what one made, the next finds. */
interface Session {
  cluster: TestCluster;
  server: TestApiServer;
  agent: Agent;
  /** revision and token stand in for `{rv}` and `{token}`: those of the list before. */
  revision: string;
  token: string;
}

describe.each([
  ['1.27', '1.33'],
  ['1.33', '1.27'],
])('what kubectl %s asks', (version, other) => {
  requireOracle(RECORDING)('today’s server answers', () => {
    requireProgram('etcd')('request by request', () => {
      const file = oracleFile(RECORDING);
      const commands = file === undefined ? [] : readCommands(file, version, other);
      const session = {} as Session;

      beforeAll(async () => {
        session.cluster = await startTestCluster();
        session.server = await session.cluster.start();
        session.agent = await agentOf(session.cluster.pki);
        session.revision = '0';
      }, 60_000);
      afterAll(async () => {
        session.agent?.destroy();
        await session.cluster?.stop();
      }, 60_000);

      test.each(commands.map((one, at) => [`${at} ${one.command}`, one] as const))(
        '%s',
        async (_name, { requests }: RecordedCommand) => {
          for (const one of requests.filter(isReplayable)) {
            const code = expectedCode(one);
            // A definition takes a moment until its objects are served.
            const asking = async () => {
              const answer = await ask(session, one);
              return isOfCustomResource(one) && answer.code !== code ? false : answer;
            };
            const answer = (await eventually(asking)) as Answer;
            remember(session, answer);
            const what = `${one.method} ${one.path}`;
            expect([what, answer.code]).toEqual([what, code]);
            await control(session, one);
            if (answer.code !== 204 && one.code === code)
              expect([what, formOf(answer)]).toEqual([what, wantedForm(one, code)]);
          }
        },
        30_000,
      );
    });
  });
});

const isOfCustomResource = ({ path }: RecordedRequest) => path.includes('/wire.o.example.com/');

/** control does what controllers would do, where later commands need it: an account in a new namespace, the status of a quota. */
async function control({ server }: Session, { method, path }: RecordedRequest): Promise<void> {
  if (method !== 'POST') return;
  const admin = await server.as('admin', ['system:masters']);
  if (path.startsWith('/api/v1/namespaces?'))
    await admin.resource(ServiceAccounts).create({ metadata: { namespace: 'o-kc', name: 'default' } });
  if (path.includes('/resourcequotas?'))
    for (const quota of (await admin.resource(ResourceQuotas).list('o-kc')).items)
      await admin
        .resource(ResourceQuotas)
        .updateStatus({ ...quota, status: { hard: quota.spec?.hard ?? {}, used: { pods: '0' } } });
}

async function agentOf(pki: TestPki): Promise<Agent> {
  const { certPem: cert, keyPem: key } = await pki.issue({ name: 'admin', organizations: ['system:masters'] });
  return new Agent({ ca: pki.caPem, cert, key, keepAlive: true });
}

function ask({ agent, server, revision, token }: Session, one: RecordedRequest): Promise<Answer> {
  const path = one.path.replace('{rv}', revision).replace('{token}', token).replace('{n}', '1');
  const isWatch = /[?&]watch=true/.test(path);
  const body = bodyOf(one);
  const bytes = body && Buffer.from(JSON.stringify(body));
  const headers = {
    ...(one.accept !== undefined && { accept: one.accept }),
    ...(bytes && { 'content-type': one.contentType ?? 'application/json', 'content-length': bytes.length }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { agent, host: '127.0.0.1', port: server.port, method: one.method, headers, path },
      response => {
        const chunks: Buffer[] = [];
        const done = () => {
          const { statusCode: code = 0, headers: answered } = response;
          resolve({ code, type: answered['content-type'] ?? '', body: Buffer.concat(chunks) });
        };
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', done);
        response.on('error', reject);
        // A watch goes on: its head tells all that is asked here.
        if (isWatch && response.statusCode === 200) {
          response.off('error', reject).on('error', () => undefined);
          done();
          response.destroy();
        }
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

/** remember keeps what a later request refers to. */
function remember(session: Session, { type, body }: Answer): void {
  if (!type.startsWith('application/json') || !body.length) return;
  const { metadata } = JSON.parse(body.toString()) as { metadata?: { resourceVersion?: string; continue?: string } };
  if (metadata?.resourceVersion) session.revision = metadata.resourceVersion;
  session.token = encodeURIComponent(metadata?.continue ?? '');
}

/** formOf is an answer's media type, with the kind of documents that come in several forms. */
function formOf({ type, body, code }: Answer): string {
  const media = type.split(';')[0]!;
  if (media === 'application/vnd.kubernetes.protobuf') return `${media} ${body.subarray(0, 3).toString()}`;
  if (media !== 'application/json' || !body.length) return media;
  const { kind = '' } = JSON.parse(body.toString()) as { kind?: string };
  // A deletion may answer the object or a Status.
  if (kind === 'Status' && code < 400) return media;
  return /^(Table|Status|APIGroupDiscoveryList)$/.test(kind) ? `${media} ${kind}` : media;
}

/** wantedForm is the form that the request accepts first, as far as its answer has several. */
function wantedForm({ accept = '', path, method, responseType }: RecordedRequest, code: number): string {
  const [first = ''] = accept.split(',');
  if (first.includes('as=APIGroupDiscoveryList')) return 'application/json APIGroupDiscoveryList';
  if (path.startsWith('/openapi/v2')) return 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  if (first === 'application/vnd.kubernetes.protobuf') return `${first} k8s`;
  if (code >= 400) return 'application/json Status';
  if (method === 'GET' && first.includes('as=Table') && !/[?&]watch=true/.test(path)) return 'application/json Table';
  return responseType === 'text/plain; charset=utf-8' ? 'text/plain' : 'application/json';
}
