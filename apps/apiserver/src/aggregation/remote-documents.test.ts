import { expect, test } from '@jest/globals';
import { readResources } from './remote-documents';
import type { RemoteConnection } from './remote-connection';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const TARGET = { host: 'h', port: 1 };
const thing = {
  ...{ resource: 'things', scope: 'Namespaced', singularResource: 'thing', verbs: ['get'] },
  responseKind: { group: 'x.dev', version: 'v1', kind: 'Thing' },
};

/** answering is a connection to a server that answers so, in aggregated form or plainly. */
const answering = (document: unknown, contentType: string) =>
  ({
    fetch: async (_target: object, path: string) => {
      const status = contentType === AGGREGATED || path !== '/apis' ? 200 : 404;
      return { status, headers: { 'content-type': contentType }, body: Buffer.from(JSON.stringify(document)) };
    },
  }) as unknown as RemoteConnection;
const group = (resources: unknown) => ({
  items: [null, { metadata: 7 }, { metadata: { name: 'x.dev' }, versions: [{ version: 'v1', resources }] }],
});

test.each<[string, unknown, string, object[]]>([
  ['the aggregated form', group([thing]), AGGREGATED, [thing]],
  ['what is no resource is left out', group([thing, 5, { ...thing, verbs: 'get' }]), AGGREGATED, [thing]],
  ['a text for resources', group('things'), AGGREGATED, []],
  [
    'the plain form',
    {
      resources: [
        { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['get'] },
        { name: 1 },
      ],
    },
    'application/json',
    [thing],
  ],
  ['no list', { resources: { length: 3 } }, 'application/json', []],
])('%s', async (_, document, contentType, expected) => {
  expect(await readResources(answering(document, contentType), TARGET, 'x.dev', 'v1')).toEqual(expected);
});
