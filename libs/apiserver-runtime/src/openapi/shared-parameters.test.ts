import { expect, test } from '@jest/globals';
import { shareParameters } from './shared-parameters';

const pretty = {
  uniqueItems: true,
  type: 'string',
  description:
    "If 'true', then the output is pretty printed. Defaults to 'false' unless the user-agent indicates a browser or command-line HTTP tool (curl and wget).",
  name: 'pretty',
  in: 'query',
};
const body = (definition: string) => ({ name: 'body', in: 'body', schema: { $ref: `#/definitions/${definition}` } });
const name = {
  uniqueItems: true,
  type: 'string',
  description: 'name of the Pod',
  name: 'name',
  in: 'path',
  required: true,
};
const dryRun = { uniqueItems: true, type: 'string', name: 'dryRun', in: 'query' };
const ref = (to: string) => ({ $ref: `#/parameters/${to}` });

test('parameters are named as in the documents of Kubernetes, and stand where they stood', () => {
  const options = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
  const operation = { tags: ['core_v1'], parameters: [body(options), dryRun] };
  const { paths, parameters } = shareParameters({
    '/pods/{name}': { delete: operation, parameters: [name, pretty] },
    '/pods': { post: { parameters: [body('io.k8s.api.core.v1.Pod')] }, get: { tags: [] } },
  });
  expect(paths).toEqual({
    '/pods/{name}': {
      delete: { tags: ['core_v1'], parameters: [ref('body-2Y1dVQaQ'), dryRun] },
      parameters: [name, ref('pretty-tJGM1-ng')],
    },
    '/pods': { post: { parameters: [body('io.k8s.api.core.v1.Pod')] }, get: { tags: [] } },
  });
  expect(parameters).toEqual({ 'body-2Y1dVQaQ': body(options), 'pretty-tJGM1-ng': pretty });
});
