import { describe, expect, test } from '@jest/globals';
import { allKinds } from '@navarch/kinds';
import type { StorageBackend } from '@navarch/storage';
import { Registry } from '../registry/registry';
import { Documents } from './documents';
import type { OpenApiMethod } from './operation';
import { sectionsOf } from './sections';

type Parameter = { name: string; in: string; description?: string };
type Operation = Record<string, unknown> & { parameters?: Parameter[]; responses: Record<string, { schema?: object }> };
type Item = { parameters?: Parameter[] } & Partial<Record<OpenApiMethod, Operation>>;

/** served is what a server of a release serves; nothing here asks its storage. */
function served(emulated: number) {
  const backend = { release() {} } as unknown as StorageBackend;
  const registry = new Registry({ backend, emulated, virtual: new Map() });
  for (const kind of allKinds(emulated)) registry.add(kind);
  const versions = () => registry.groupVersions.filter(({ custom }) => !custom);
  return {
    documents: new Documents(emulated, versions),
    sections: sectionsOf({ registry, emulated, aggregated: undefined }, []),
  };
}

interface Swagger {
  paths: Record<string, Item>;
  definitions: Record<string, object>;
  parameters: Record<string, Parameter>;
}

/** swagger is the document of a release, with the parameters that operations share in their places. */
const swagger = (emulated: number): Swagger => {
  const { documents, sections } = served(emulated);
  const document = documents.v2(sections) as unknown as Swagger;
  const inPlace = (_key: string, value: unknown) => {
    const ref = (value as { $ref?: unknown } | null)?.$ref;
    return typeof ref === 'string' && ref.startsWith(SHARED) ? document.parameters[ref.slice(SHARED.length)] : value;
  };
  return JSON.parse(JSON.stringify(document), inPlace) as Swagger;
};
const SHARED = '#/parameters/';
const releases = new Map([20, 33].map(release => [release, swagger(release)]));
const operationsIn = ({ parameters: _common, ...operations }: Item) => Object.values(operations);
const namesOf = (parameters: readonly Parameter[] = []) => parameters.map(({ name }) => name);
const POD = '/api/v1/namespaces/{namespace}/pods/{name}';

describe.each([20, 33])('the Swagger document of 1.%i', release => {
  const { paths, definitions } = releases.get(release)!;
  const operations = Object.values(paths).flatMap(operationsIn);

  test('names each operation once, and describes it', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(operations.filter(({ description }) => !description)).toEqual([]);
  });

  test('has every definition that it refers to, and no other', () => {
    const named = new Set(
      [...JSON.stringify({ paths, definitions }).matchAll(/#\/definitions\/([^"]+)/g)].map(m => m[1]!),
    );
    expect([...named].filter(name => !definitions[name])).toEqual([]);
    expect(Object.keys(definitions).filter(name => !named.has(name))).toEqual([]);
  });

  test('declares the parameters of each path, in order of their names', () => {
    const wrong = Object.entries(paths).filter(([path, item]) => {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(m => m[1]);
      const declared = (item.parameters ?? []).filter(one => one.in === 'path').map(({ name }) => name);
      return inPath.sort().join() !== declared.join();
    });
    expect(wrong).toEqual([]);
    const unordered = operations.filter(({ parameters = [] }) =>
      parameters.some(({ name }, i) => i > 0 && name < parameters[i - 1]!.name),
    );
    expect(unordered).toEqual([]);
  });

  test.each([
    ['/api/', 'get', 'getCoreAPIVersions', 'core', 'get available API versions'],
    ['/apis/', 'get', 'getAPIVersions', 'apis', 'get available API versions'],
    ['/apis/apps/', 'get', 'getAppsAPIGroup', 'apps', 'get information of a group'],
    [
      '/apis/rbac.authorization.k8s.io/v1/',
      'get',
      'getRbacAuthorizationV1APIResources',
      'rbacAuthorization_v1',
      'get available resources',
    ],
    ['/api/v1/pods', 'get', 'listCoreV1PodForAllNamespaces', 'core_v1', 'list or watch objects of kind Pod'],
    [
      '/api/v1/componentstatuses',
      'get',
      'listCoreV1ComponentStatus',
      'core_v1',
      'list objects of kind ComponentStatus',
    ],
    [
      '/api/v1/namespaces/{namespace}/endpoints',
      'post',
      'createCoreV1NamespacedEndpoints',
      'core_v1',
      'create Endpoints',
    ],
    [
      '/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses',
      'post',
      'createNetworkingV1NamespacedIngress',
      'networking_v1',
      'create an Ingress',
    ],
    [
      '/api/v1/namespaces/{namespace}/pods',
      'delete',
      'deleteCoreV1CollectionNamespacedPod',
      'core_v1',
      'delete collection of Pod',
    ],
    [POD, 'get', 'readCoreV1NamespacedPod', 'core_v1', 'read the specified Pod'],
    [
      `${POD}/status`,
      'patch',
      'patchCoreV1NamespacedPodStatus',
      'core_v1',
      'partially update status of the specified Pod',
    ],
    [`${POD}/exec`, 'post', 'connectCoreV1PostNamespacedPodExec', 'core_v1', 'connect POST requests to exec of Pod'],
    [
      `${POD}/proxy/{path}`,
      'options',
      'connectCoreV1OptionsNamespacedPodProxyWithPath',
      'core_v1',
      'connect OPTIONS requests to proxy of Pod',
    ],
    [
      '/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token',
      'post',
      'createCoreV1NamespacedServiceAccountToken',
      'core_v1',
      'create token of a ServiceAccount',
    ],
    [
      '/api/v1/watch/nodes',
      'get',
      'watchCoreV1NodeList',
      'core_v1',
      "watch individual changes to a list of Node. deprecated: use the 'watch' parameter with a list operation instead.",
    ],
    [
      '/api/v1/watch/pods',
      'get',
      'watchCoreV1PodListForAllNamespaces',
      'core_v1',
      "watch individual changes to a list of Pod. deprecated: use the 'watch' parameter with a list operation instead.",
    ],
  ])('%s %s is %s of %s', (path, method, operationId, tag, description) => {
    expect(paths[path]![method as OpenApiMethod]).toMatchObject({ operationId, tags: [tag], description });
  });

  test('a parameter that all operations of a path take stands beside them', () => {
    const item = paths[POD]!;
    expect(namesOf(item.parameters)).toEqual(['name', 'namespace', 'pretty']);
    expect(namesOf(item['patch']!.parameters)).toEqual(
      release < 25
        ? ['body', 'dryRun', 'fieldManager', 'force']
        : ['body', 'dryRun', 'fieldManager', 'fieldValidation', 'force'],
    );
    expect(item.parameters![0]).toMatchObject({ description: 'name of the Pod', required: true });
    expect(item['put']!.parameters![1]!.description).toMatch(/^When present, indicates that modifications should not/);
  });

  test('a log is read as text, with options of its own', () => {
    const { get, parameters } = paths[`${POD}/log`]!;
    expect(get!.responses['200']).toEqual({ description: 'OK', schema: { type: 'string' } });
    expect(get!['produces']).toContain('text/plain');
    expect(namesOf(parameters)).toEqual(expect.arrayContaining(['follow', 'tailLines', 'pretty']));
    expect(namesOf(parameters)).not.toContain('sinceTime');
  });

  test('a deletion answers what it answers', () => {
    const answer = (path: string) => paths[path]!['delete']!.responses['202']!.schema;
    expect(answer(POD)).toEqual({ $ref: '#/definitions/io.k8s.api.core.v1.Pod' });
    expect(answer('/api/v1/namespaces/{namespace}/secrets/{name}')).toEqual({
      $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Status',
    });
  });
});

test.each([
  [20, { listed: false, created: false }],
  [33, { listed: true, created: true }],
])('1.%i knows what came later or does not', (release, { listed, created }) => {
  const { paths } = releases.get(release)!;
  expect(namesOf(paths['/api/v1/watch/pods']!.parameters).includes('sendInitialEvents')).toBe(listed);
  expect('201' in paths[POD]!['patch']!.responses).toBe(created);
});

test('every section has a document of version 3, with all that it refers to', () => {
  const { documents, sections } = served(33);
  expect(sections.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['api', 'apis', 'api/v1', 'apis/apps', 'apis/apps/v1']),
  );
  for (const section of sections) {
    const document = documents.v3(section) as {
      paths: object;
      components: { schemas?: Record<string, object> };
    };
    const named = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/([^"]+)/g)].map(m => m[1]!);
    expect(named.filter(name => !document.components.schemas?.[name])).toEqual([]);
    expect(Object.keys(document.paths).length).toBeGreaterThan(0);
  }
});
