import { expect, test } from '@jest/globals';
import type { RemoteApi } from '../aggregation';
import { withRemoteApis } from './remote-definitions';

const ref = (name: string) => ({ $ref: `#/definitions/${name}` });
const remote = (openApiV2: Record<string, unknown>) =>
  ({ group: 'x.dev', version: 'v1', openApiV2 }) as unknown as RemoteApi;

const own = {
  paths: { '/api/v1/pods': { get: ref('Pod') } },
  definitions: { Pod: { type: 'object' }, Meta: { type: 'object', properties: { name: {} } } },
};

test('the paths of the group version come in, with what they refer to and nothing else', () => {
  const merged = withRemoteApis(own, [
    remote({
      paths: { '/apis/x.dev/v1/things': { get: ref('Thing') }, '/apis/x.dev/v2/things': {}, '/version': {} },
      definitions: { Thing: { properties: { part: ref('Part') } }, Part: { items: ref('Thing') }, Other: {} },
    }),
  ]);
  expect(Object.keys(merged.paths)).toEqual(['/api/v1/pods', '/apis/x.dev/v1/things']);
  expect(Object.keys(merged.definitions)).toEqual(['Pod', 'Meta', 'Thing', 'Part']);
});

test('a definition that differs from ours gets a number, one that is the same does not', () => {
  const { definitions, paths } = withRemoteApis(own, [
    remote({
      paths: { '/apis/x.dev/v1/': { get: ref('Thing') } },
      definitions: { Thing: { properties: { meta: ref('Meta'), pod: ref('Pod') } }, Meta: {}, Pod: { type: 'object' } },
    }),
  ]);
  expect(definitions).toMatchObject({
    ...own.definitions,
    Meta_v2: {},
    Thing: { properties: { meta: ref('Meta_v2'), pod: ref('Pod') } },
  });
  expect(paths['/apis/x.dev/v1/']).toEqual({ get: ref('Thing') });
});

test('parameters that its operations share are put in their places', () => {
  const shared = { name: 'body', in: 'body', schema: ref('Pod') };
  const operation = { parameters: [{ $ref: '#/parameters/body-x' }] };
  const merged = withRemoteApis(own, [
    remote({ paths: { '/apis/x.dev/v1/': { post: operation } }, parameters: { 'body-x': shared }, definitions: {} }),
  ]);
  expect(merged.paths['/apis/x.dev/v1/']).toEqual({ post: { parameters: [shared] } });
});

test('a server without a document, or with a broken one, changes nothing', () => {
  expect(withRemoteApis(own, [remote({ paths: [], definitions: null })])).toEqual(own);
  expect(withRemoteApis(own, [remote(undefined as never)])).toEqual(own);
});
