import { describe, expect, test } from '@jest/globals';
import type { apiextensionsv1 } from '@navarch/api';
import type { JsonSchema } from '@navarch/schema';
import { validateDefinition, validateDefinitionUpdate } from './validation';

type Definition = apiextensionsv1.CustomResourceDefinition;
type Version = apiextensionsv1.CustomResourceDefinitionVersion;
const CONTEXT = { emulated: 33, apiVersion: 'apiextensions.k8s.io/v1', now: 0, dryRun: false };

const text = { type: 'string' };
const schema: JsonSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        ...Object.fromEntries('abcdefghi'.split('').map(name => [name, text])),
        list: { type: 'array', items: text },
        labels: { type: 'object', additionalProperties: text },
      },
    },
  },
};

function version(name: string, more: object = {}): Version {
  return { name, served: true, storage: name === 'v1', schema: { openAPIV3Schema: schema as never }, ...more };
}

function definition(versions: Version[], more: Partial<Definition['spec']> = {}): Definition {
  return {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions,
      conversion: { strategy: 'None' },
      ...more,
    },
    status: { storedVersions: ['v1'] } as Definition['status'] & object,
  };
}

const texts = (errors: readonly { field: string; message: string }[]) => errors.map(e => `${e.field}: ${e.message}`);
const paths = (...fields: string[]) => fields.map(jsonPath => ({ jsonPath }));

describe('selectable fields', () => {
  const check = (...fields: string[]) =>
    texts(validateDefinition(definition([version('v1', { selectableFields: paths(...fields) })]), CONTEXT));
  const at = (i: number) => `spec.selectableFields[${i}].jsonPath`;
  const SCALAR =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  test.each<[string, string[], string[]]>([
    ['fields of the schema', ['.spec.a', '.spec.labels.x'], []],
    ['nothing', [''], [`${at(0)}: Required value`]],
    [
      'an unknown field',
      ['.spec.none'],
      [`${at(0)}: Invalid value: ".spec.none": is an invalid path: does not refer to a valid field`],
    ],
    [
      'brackets',
      [".spec.labels['x']"],
      [`${at(0)}: Invalid value: ".spec.labels['x']": is an invalid path: array notation is not allowed`],
    ],
    [
      'no leading dot',
      ['spec.a'],
      [`${at(0)}: Invalid value: "spec.a": is an invalid path: expected [ or . but got: spec`],
    ],
    ['a list', ['.spec.list'], [`${at(0)}: Invalid value: ".spec.list": ${SCALAR}`]],
    ['a field twice', ['.spec.a', '.spec.a'], [`${at(1)}: Duplicate value: ".spec.a"`]],
    [
      'more than eight',
      'abcdefghi'.split('').map(name => `.spec.${name}`),
      ['spec.selectableFields: Too many: 9: must have at most 8 items'],
    ],
  ])('%s', (_name, fields, wanted) => expect(check(...fields)).toEqual(wanted));

  test('versions that differ have theirs each', () => {
    const versions = [
      version('v1', { selectableFields: paths('.spec.a') }),
      version('v2', { selectableFields: paths('.x') }),
    ];
    expect(texts(validateDefinition(definition(versions), CONTEXT))).toEqual([
      'spec.versions[1].selectableFields[0].jsonPath: Invalid value: ".x": is an invalid path: does not refer to a valid field',
    ]);
  });

  test('metadata is selected by other means', () => {
    const meta = { ...schema, properties: { metadata: { type: 'object', properties: { name: text } } } };
    const own = version('v1', {
      schema: { openAPIV3Schema: meta },
      selectableFields: paths('.metadata.name'),
    });
    expect(texts(validateDefinition(definition([own]), CONTEXT))).toEqual([
      `${at(0)}: Invalid value: ".metadata.name": must not point to fields in metadata`,
    ]);
  });
});

describe('the certificates of a converting webhook', () => {
  const converting = (caBundle?: string) =>
    definition([version('v1')], {
      conversion: {
        strategy: 'Webhook',
        webhook: {
          clientConfig: { url: 'https://x/', ...(caBundle && { caBundle }) },
          conversionReviewVersions: ['v1'],
        },
      },
    });
  const established = (one: Definition): Definition => ({
    ...one,
    status: { ...one.status!, conditions: [{ type: 'Established', status: 'True' }] },
  });
  const wrong = Buffer.from('x').toString('base64');
  const problem =
    'spec.conversion.webhookClientConfig.caBundle: Invalid value: []byte{0x78}: unable to load root certificates: unable to parse bytes as PEM block';
  test.each<[string, Definition | undefined, number, string[]]>([
    ['of a new definition may be none', undefined, 33, []],
    ['may be none while it is not established', converting(), 33, []],
    ['become none', established(converting()), 33, [problem]],
    ['become none at an older release', established(converting()), 30, []],
    ['were none', established(converting(wrong)), 33, []],
  ])('%s', (_name, old, emulated, wanted) => {
    const context = { ...CONTEXT, emulated };
    const errors = old
      ? validateDefinitionUpdate(converting(wrong), old, context)
      : validateDefinition(converting(wrong), context);
    expect(texts(errors)).toEqual(wanted);
  });
});

test('stored versions stay until nothing is stored in them', () => {
  const one = definition([version('v2', { storage: true })]);
  expect(texts(validateDefinition(one, CONTEXT))).toEqual([
    'status.storedVersions: Invalid value: []string{"v1"}: must have the storage version v2',
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions ' +
      'until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
  ]);
});
