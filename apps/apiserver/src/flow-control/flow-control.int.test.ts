import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FlowSchemas, PriorityLevelConfigurations, type flowcontrolv1 } from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { eventually, requireProgram } from '@navarch/testing';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { startTestCluster, type TestApiServer, type TestCluster } from '../testing/test-server';

requireProgram('etcd')('priority and fairness on a real API server', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let admin: KubeClient;

  beforeAll(async () => {
    cluster = await startTestCluster();
    server = await cluster.start();
    admin = await server.as('admin', ['system:masters']);
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  const open = async (user: string, options: RequestOptions): Promise<ClientRequest> => {
    const { certPem: cert, keyPem: key } = await cluster.pki.issue({ name: user });
    const request = httpsRequest({
      ...{ host: '127.0.0.1', port: server.port, ca: cluster.pki.caPem, cert, key, agent: false },
      ...options,
    });
    request.on('error', () => undefined);
    return request;
  };
  const answer = (request: ClientRequest) =>
    new Promise<{ response: IncomingMessage; text: string }>((resolve, reject) => {
      request.once('error', reject);
      request.once('response', response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ response, text: Buffer.concat(chunks).toString() }));
      });
      request.end();
    });
  const raw = async (path: string) =>
    (await admin.transport.send({ method: 'GET', path, headers: { accept: '*/*' } })).body.toString();
  const condition = async (name: string) =>
    (await admin.resource(FlowSchemas).get('', name)).status?.conditions?.find(one => one.type === 'Dangling');

  const level: flowcontrolv1.PriorityLevelConfiguration = {
    metadata: { name: 'narrow' },
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0, limitResponse: { type: 'Reject' } } },
  };
  const schema: flowcontrolv1.FlowSchema = {
    metadata: { name: 'narrow' },
    spec: {
      priorityLevelConfiguration: { name: 'narrow' },
      matchingPrecedence: 500,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'crowd' } }],
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
        },
      ],
    },
  };

  test('a schema says whether its level is there; what its level has no room for is refused', async () => {
    const made = await admin.resource(FlowSchemas).create(schema);
    await eventually(async () => (await condition('narrow'))?.status === 'True');
    const { metadata } = await admin.resource(PriorityLevelConfigurations).create(level);
    await eventually(async () => (await condition('narrow'))?.status === 'False');
    expect(await condition('narrow')).toMatchObject({ reason: 'Found' });

    await eventually(async () => {
      const { response, text } = await answer(await open('crowd', { path: '/api/v1/namespaces/default/pods' }));
      if (response.statusCode !== 429) return false;
      expect([text, response.headers['retry-after'], response.headers['content-type']]).toEqual([
        'Too many requests, please try again later.\n',
        '1',
        'text/plain; charset=utf-8',
      ]);
      expect(response.headers).toMatchObject({
        'x-kubernetes-pf-flowschema-uid': made.metadata!.uid,
        'x-kubernetes-pf-prioritylevel-uid': metadata!.uid,
      });
      return true;
    });
    const other = await answer(await open('somebody', { path: '/api/v1/namespaces/default/pods' }));
    expect(other.response.statusCode).toBe(403);
    const metrics = await raw('/metrics');
    expect(metrics).toMatch(
      /apiserver_flowcontrol_rejected_requests_total\{flow_schema="narrow",priority_level="narrow",reason="concurrency-limit"\} [1-9]/,
    );
    expect(await raw('/debug/api_priority_and_fairness/dump_priority_levels')).toMatch(/^narrow, +0, +true, /m);
  }, 30_000);

  test('who waits is served when a seat is free, and a watch gives its seat back', async () => {
    const patient = structuredClone(schema);
    patient.metadata = { name: 'patient' };
    patient.spec!.priorityLevelConfiguration.name = 'patient';
    patient.spec!.rules![0]!.subjects = [{ kind: 'User', user: { name: 'queued' } }];
    await admin.resource(PriorityLevelConfigurations).create({
      metadata: { name: 'patient' },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 1,
          lendablePercent: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 1, queueLengthLimit: 10 } },
        },
      },
    });
    await admin.resource(FlowSchemas).create(patient);
    // A body that does not come holds a seat; there are three.
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const holding = await Promise.all(
      Array.from({ length: 3 }, () =>
        open('queued', { method: 'POST', path, headers: { 'content-type': 'application/json', 'content-length': 10 } }),
      ),
    );
    const executing = async () =>
      Number(
        /current_executing_requests\{flow_schema="patient",priority_level="patient"\} (\d+)/.exec(
          await raw('/metrics'),
        )?.[1],
      );
    await eventually(async () => {
      for (const one of holding) one.flushHeaders();
      return (await executing()) === 3;
    });
    const waiting = answer(await open('queued', { path: '/api/v1/namespaces/default/pods?watch=1&timeoutSeconds=1' }));
    await eventually(async () =>
      /patient, +patient, +0, +0, /.test(await raw('/debug/api_priority_and_fairness/dump_requests')),
    );
    holding[0]!.destroy();
    expect((await waiting).response.statusCode).toBe(403);
    // Administrators' requests are the exempt ones; a watch that goes on is not among them for long.
    const exempt = async () =>
      Number(
        /^exempt, +\d+, +\w+, +\w+, +\d+, +(\d+),/m.exec(
          await raw('/debug/api_priority_and_fairness/dump_priority_levels'),
        )![1],
      );
    const watching = new AbortController();
    const events = admin.resource(FlowSchemas).watch('', { signal: watching.signal })[Symbol.asyncIterator]();
    await events.next();
    // What remains is the request that asks.
    await eventually(async () => (await exempt()) === 1);
    watching.abort();
    for (const one of holding) one.destroy();
    await eventually(async () => (await executing()) === 0);
  }, 30_000);

  test('mandatory objects stay as they are and come back, suggested ones do as they say', async () => {
    const levels = admin.resource(PriorityLevelConfigurations);
    const schemas = admin.resource(FlowSchemas);
    const before = await levels.get('', 'catch-all');
    const change = (body: object) => ({ type: 'merge', body }) as const;
    const other = change({ spec: { limited: { nominalConcurrencyShares: 77 } } });
    await expect(levels.patch('', 'catch-all', other)).rejects.toMatchObject({ code: 422 });
    await levels.delete('', 'catch-all');
    expect((await eventually(() => levels.get('', 'catch-all'))).spec).toEqual(before.spec);
    await schemas.delete('', 'exempt');
    await eventually(() => schemas.get('', 'exempt'));
    await schemas.patch('', 'global-default', change({ spec: { matchingPrecedence: 9901 } }));
    await eventually(async () => (await schemas.get('', 'global-default')).spec?.matchingPrecedence === 9900);
    const mine = { metadata: { annotations: { 'apf.kubernetes.io/autoupdate-spec': 'false' } } };
    await schemas.patch('', 'global-default', change({ ...mine, spec: { matchingPrecedence: 9902 } }));
    await schemas.patch('', 'service-accounts', change({ spec: { matchingPrecedence: 9001 } }));
    await eventually(async () => (await schemas.get('', 'service-accounts')).spec?.matchingPrecedence === 9000);
    expect((await schemas.get('', 'global-default')).spec?.matchingPrecedence).toBe(9902);
  }, 30_000);
});
