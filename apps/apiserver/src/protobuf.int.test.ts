// Protobuf on the wire, as kubectl and Go clients speak it: bodies, answers, lists, watches, options and subresources.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtobuf, defNameOf, encodeProtobuf, unwrapUnknown, wrapUnknown } from '@navarch/api';
import { parseApiVersion, type AnyObject } from '@navarch/apimachinery';
import { requireProgram } from '@navarch/testing';
import https from 'node:https';
import { startTestCluster, type TestCluster } from './testing/test-server';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const NAMESPACE = '/api/v1/namespaces/default';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly bytes: Buffer;
}

requireProgram('etcd')('the API in protobuf', () => {
  let cluster: TestCluster;
  let port: number;
  let agent: https.Agent;

  beforeAll(async () => {
    cluster = await startTestCluster();
    ({ port } = await cluster.start());
    const { certPem, keyPem } = await cluster.pki.issue({ name: 'admin', organizations: ['system:masters'] });
    agent = new https.Agent({ keepAlive: true, ca: cluster.pki.caPem, cert: certPem, key: keyPem });
    // Pods are created for an account, and no controller makes it here.
    await send('POST', `${NAMESPACE}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    });
  }, 60_000);
  afterAll(async () => {
    agent?.destroy();
    await cluster?.stop();
  }, 60_000);

  const send = (method: string, path: string, body?: AnyObject, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const bytes = body ? encode(body) : Buffer.alloc(0);
      const request = https.request(
        {
          ...{ agent, port, host: '127.0.0.1', method, path },
          headers: { accept: PROTOBUF, 'content-type': PROTOBUF, 'content-length': bytes.length, ...headers },
        },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              type: response.headers['content-type'] ?? '',
              bytes: Buffer.concat(chunks),
            }),
          );
        },
      );
      request.on('error', reject);
      request.end(bytes);
    });

  /** exchange sends and reads protobuf; the answer has to be of the status. */
  const exchange = async (status: number, method: string, path: string, body?: AnyObject): Promise<AnyObject> => {
    const answer = await send(method, path, body);
    const object = decode(answer.bytes);
    expect({ status: answer.status, type: answer.type, message: object['message'] }).toEqual({
      status,
      type: PROTOBUF,
      message: status < 400 ? undefined : expect.any(String),
    });
    return object;
  };
  const readJson = async (path: string) =>
    JSON.parse((await send('GET', path, undefined, { accept: 'application/json' })).bytes.toString()) as AnyObject;

  const container = { name: 'c', image: 'i', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: 'b' }] };
  const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [container] } };
  const selector = { matchLabels: { app: 'x' } };
  test.each<[string, string, AnyObject]>([
    ['configmaps', NAMESPACE, of('v1', 'ConfigMap', { data: { a: '1' }, binaryData: { b: 'AAE=' } })],
    ['secrets', NAMESPACE, of('v1', 'Secret', { data: { a: 'AAE=' }, type: 'Opaque' })],
    ['services', NAMESPACE, of('v1', 'Service', { spec: { ports: [{ port: 80, targetPort: 'http' }] } })],
    ['pods', NAMESPACE, of('v1', 'Pod', { spec: { containers: [container], schedulerName: 'nobody' } })],
    [
      'persistentvolumeclaims',
      NAMESPACE,
      of('v1', 'PersistentVolumeClaim', {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      }),
    ],
    [
      'deployments',
      '/apis/apps/v1/namespaces/default',
      of('apps/v1', 'Deployment', { spec: { replicas: 0, selector, template } }),
    ],
    [
      'jobs',
      '/apis/batch/v1/namespaces/default',
      of('batch/v1', 'Job', {
        spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
      }),
    ],
    [
      'leases',
      '/apis/coordination.k8s.io/v1/namespaces/default',
      of('coordination.k8s.io/v1', 'Lease', {
        spec: { holderIdentity: 'me', renewTime: '2024-01-02T03:04:05.000006Z', leaseDurationSeconds: 15 },
      }),
    ],
    [
      'horizontalpodautoscalers',
      '/apis/autoscaling/v1/namespaces/default',
      of('autoscaling/v1', 'HorizontalPodAutoscaler', {
        spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } },
      }),
    ],
    [
      'roles',
      '/apis/rbac.authorization.k8s.io/v1/namespaces/default',
      of('rbac.authorization.k8s.io/v1', 'Role', {
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      }),
    ],
  ])('%s are created, read, replaced and listed', async (resource, base, object) => {
    const name = object.metadata!.name!;
    const created = await exchange(201, 'POST', `${base}/${resource}`, object);
    const json = await readJson(`${base}/${resource}/${name}`);
    expect(stripped(created)).toEqual(stripped(json));
    const got = await exchange(200, 'GET', `${base}/${resource}/${name}`);
    expect(got).toEqual(created);
    const replaced = await exchange(200, 'PUT', `${base}/${resource}/${name}`, {
      ...got,
      metadata: { ...got.metadata, labels: { put: 'yes' } },
    });
    expect(replaced.metadata!.labels).toEqual({ put: 'yes' });
    const list = await exchange(200, 'GET', `${base}/${resource}?labelSelector=put%3Dyes`);
    expect(list['items']).toEqual([{ ...replaced, apiVersion: undefined, kind: undefined }]);
  });

  describe('options and subresources', () => {
    test('a scale', async () => {
      const path = '/apis/apps/v1/namespaces/default/deployments/x/scale';
      const scale = await exchange(200, 'GET', path);
      expect(scale).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'x' } });
      const put = await exchange(200, 'PUT', path, { ...scale, spec: { replicas: 2 } });
      expect(put['spec']).toEqual({ replicas: 2 });
    });

    test('a token', async () => {
      await exchange(201, 'POST', `${NAMESPACE}/serviceaccounts`, of('v1', 'ServiceAccount', {}));
      const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['a'] } };
      const token = await exchange(201, 'POST', `${NAMESPACE}/serviceaccounts/x/token`, request as AnyObject);
      expect(token['status']).toMatchObject({ token: expect.any(String), expirationTimestamp: expect.any(String) });
    });

    test('a binding', async () => {
      const binding = { ...of('v1', 'Binding', {}), target: { kind: 'Node', name: 'n1' } };
      const status = await exchange(201, 'POST', `${NAMESPACE}/pods/x/binding`, binding);
      expect(status).toMatchObject({ kind: 'Status', status: 'Success' });
      expect((await readJson(`${NAMESPACE}/pods/x`))['spec']).toMatchObject({ nodeName: 'n1' });
    });

    test('an eviction, dry', async () => {
      const eviction = { ...of('policy/v1', 'Eviction', {}), deleteOptions: { dryRun: ['All'] } };
      const status = await exchange(201, 'POST', `${NAMESPACE}/pods/x/eviction`, eviction);
      expect(status).toMatchObject({ kind: 'Status', status: 'Success' });
    });

    test('delete options', async () => {
      const wrong = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'other' } } as AnyObject;
      const conflict = await exchange(409, 'DELETE', `${NAMESPACE}/configmaps/x`, wrong);
      expect(conflict).toMatchObject({ kind: 'Status', reason: 'Conflict', details: { name: 'x' } });
      const dry = { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] } as AnyObject;
      await exchange(200, 'DELETE', `${NAMESPACE}/configmaps/x`, dry);
      await exchange(200, 'GET', `${NAMESPACE}/configmaps/x`);
    });

    test('a review', async () => {
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
      } as AnyObject;
      const answer = await exchange(201, 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
      expect(answer['status']).toMatchObject({ allowed: true });
    });
  });

  test('metadata alone', async () => {
    const one = await send('GET', `${NAMESPACE}/secrets/x`, undefined, { accept: as('PartialObjectMetadata') });
    expect(decode(one.bytes)).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'x' } });
    const all = await send('GET', `${NAMESPACE}/secrets`, undefined, { accept: as('PartialObjectMetadataList') });
    expect(decode(all.bytes)).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ metadata: { name: 'x' } }],
    });
  });

  test('a table is JSON always', async () => {
    const accept = `${as('Table')},application/json;as=Table;v=v1;g=meta.k8s.io`;
    const table = await send('GET', `${NAMESPACE}/configmaps`, undefined, { accept });
    expect(table.type).toBe('application/json');
    expect(JSON.parse(table.bytes.toString())).toMatchObject({ kind: 'Table' });
  });

  test('failures are a Status', async () => {
    expect(await exchange(404, 'GET', `${NAMESPACE}/configmaps/none`)).toMatchObject({
      ...{ kind: 'Status', apiVersion: 'v1', reason: 'NotFound', code: 404 },
      details: { name: 'none', kind: 'configmaps' },
    });
    const broken = await send('POST', `${NAMESPACE}/configmaps`, undefined);
    expect([broken.status, decode(broken.bytes)['kind']]).toEqual([400, 'Status']);
  });

  test('a watch is frames of events', async () => {
    const path = `${NAMESPACE}/configmaps?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dx`;
    const watch = await send('GET', path, undefined, { accept: `${PROTOBUF};stream=watch` });
    expect(watch.type).toBe(`${PROTOBUF};stream=watch`);
    const length = watch.bytes.readUInt32BE(0);
    expect(watch.bytes.length).toBe(4 + length);
    const object = watch.bytes.indexOf('k8s\0');
    expect(watch.bytes.subarray(4, object).toString('latin1')).toContain('ADDED');
    expect(decode(watch.bytes.subarray(object))).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'x' } });
  });
});

const as = (kind: string) => `${PROTOBUF};as=${kind};v=v1;g=meta.k8s.io`;

function of(apiVersion: string, kind: string, rest: object): AnyObject {
  return { apiVersion, kind, metadata: { name: 'x' }, ...rest };
}

/** stripped leaves out what is written although it is empty, which protobuf has no place for. */
function stripped(object: AnyObject): unknown {
  return JSON.parse(
    JSON.stringify(object, (_, value: unknown) => {
      const isNothing = value === null || value === '' || value === 0 || value === false;
      return isNothing || (typeof value === 'object' && Object.keys(value as object).length === 0) ? undefined : value;
    }),
  );
}

function encode(object: AnyObject): Buffer {
  const { apiVersion = '', kind = '', ...rest } = object;
  return wrapUnknown({ apiVersion, kind }, encodeProtobuf(nameOf(apiVersion, kind), rest));
}

function decode(bytes: Buffer): AnyObject {
  const { apiVersion, kind, raw } = unwrapUnknown(bytes);
  return { kind, apiVersion, ...decodeProtobuf(nameOf(apiVersion, kind), raw) } as AnyObject;
}

function nameOf(apiVersion: string, kind: string): string {
  const { group, version } = parseApiVersion(apiVersion)!;
  const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
  const name = defNameOf(group, version, kind) ?? `${meta}${kind}`;
  return name;
}
