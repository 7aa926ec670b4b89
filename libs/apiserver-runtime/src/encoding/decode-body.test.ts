import { expect, test } from '@jest/globals';
import { wrapUnknown } from '@navarch/api';
import type { Media } from '../negotiate';
import { decodeObject } from './decode-body';
import type { Target } from './target';

const configMap: Target = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', schema: 'io.k8s.api.core.v1.ConfigMap', hubGroup: '' },
  versions: ['v1'],
};
const widget: Target = {
  ...{ group: 'example.dev', version: 'v1', kind: 'Widget', hubGroup: 'example.dev', versions: ['example.dev/v1'] },
  custom: { read: () => [] } as unknown as NonNullable<Target['custom']>,
};
const decode = (body: string | Buffer, target = configMap, media: Media = 'json') =>
  decodeObject(Buffer.from(body), media, target, { emulated: 20, fieldValidation: 'Ignore', warn: () => undefined });
const message = (apiVersion: string, kind: string, raw: number[]) =>
  wrapUnknown({ apiVersion, kind }, Buffer.from(raw));
const NAMED = [0x0a, 4, 0x0a, 2, 0x63, 0x31];

test.each([
  ['{}', ''],
  ['null', ''],
  ['{"kind":"ConfigMap","apiVersion":"/v1","metadata":{"name":"c"}}', 'c'],
  ['{"KIND":"ConfigMap","metadata":{"name":"c"}}', 'c'],
  ['{"kind":null,"apiVersion":null,"metadata":{"name":"c"}}', 'c'],
])('%s is read as what was expected', (body, name) => {
  expect(decode(body)).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', ...(name && { metadata: { name } }) });
});

test.each([
  ['{"Kind":"Pod","apiVersion":"v1"}', 'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to'],
  ['{"kind":"ConfigMap","APIVERSION":"v2"}', 'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind'],
  ['{"kind":"ConfigMap","apiVersion":{}}', 'json: cannot unmarshal object into Go struct field .apiVersion of type'],
  [
    '{"kind":"ConfigMap","apiVersion":"a/b/c"}',
    'unexpected GroupVersion string: a/b/c ({"kind":"ConfigMap","apiVersio ...)',
  ],
])('%s is no ConfigMap', (body, why) => {
  expect(() => decode(body)).toThrow(expect.objectContaining({ code: 400, message: expect.stringContaining(why) }));
});

test.each([
  [
    'null',
    `Widget in version "v1" cannot be handled as a Widget: unmarshalerDecoder: Object 'Kind' is missing in 'null', `,
  ],
  ['{"apiVersion":"v2"}', `Widget in version "v2" cannot be handled as a Widget: `],
  ['{"kind":"Widget","apiVersion":{}}', 'json: cannot unmarshal object into Go struct field .apiVersion of type'],
  ['{"kind":"Widget","apiVersion":"/v1"}', 'the API version in the data (v1) does not match the expected'],
])('%s is no custom resource', (body, why) => {
  expect(() => decode(body, widget)).toThrow(
    expect.objectContaining({ code: 400, message: expect.stringContaining(why) }),
  );
});

test.each([
  ['that does not say its type', message('', '', NAMED)],
  ['that does', message('v1', 'ConfigMap', NAMED)],
])('a message %s', (_, body) => {
  expect(decode(body, configMap, 'protobuf')).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'c1' } });
});

test.each<[string, Target, Buffer, string]>([
  [
    'without a body',
    configMap,
    Buffer.from('k8s\0'),
    'the object provided is unrecognized (must be of type ConfigMap): empty body (6b387300)',
  ],
  [
    'that is cut off',
    configMap,
    message('v1', 'ConfigMap', [0x0a, 9, 1]),
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF',
  ],
  [
    'of another kind',
    configMap,
    message('v1', 'Pod', NAMED),
    'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
  ],
  [
    'of a custom resource',
    widget,
    message('example.dev/v1', 'Widget', NAMED),
    `Widget in version "v1" cannot be handled as a Widget: Object 'Kind' is missing in 'object has no kind field '`,
  ],
])('a message %s is refused', (_, target, body, why) => {
  expect(() => decode(body, target, 'protobuf')).toThrow(expect.objectContaining({ code: 400, message: why }));
});

const REPEATED_YAML = 'kind: Widget\napiVersion: example.dev/v1\nmetadata: {name: w, name: v}\nspec:\n  a: 1\n  a: 2\n';
const REPEATED_JSON = '{"kind":"Widget","apiVersion":"example.dev/v1","spec":{"a":1,"a":2}}';
const knowsNoSpec: Target = { ...widget, custom: { read: () => ['spec'] } as unknown as NonNullable<Target['custom']> };

test.each<[Media, string, string[], string]>([
  ['json', REPEATED_JSON, ['duplicate field "spec.a"'], 'duplicate field "spec.a"'],
  [
    'yaml',
    REPEATED_YAML,
    ['line 3: key "name" already set in map', 'line 6: key "a" already set in map'],
    'yaml: unmarshal errors:\n  line 3: key "name" already set in map\n  line 6: key "a" already set in map',
  ],
])('what %s repeats is told before what is unknown', (media, body, warnings, refusal) => {
  const told: string[] = [];
  const read = (fieldValidation: 'Strict' | 'Warn' | 'Ignore') =>
    decodeObject(Buffer.from(body), media, knowsNoSpec, { emulated: 33, fieldValidation, warn: w => told.push(w) });
  read('Ignore');
  expect(told).toEqual([]);
  read('Warn');
  expect(told).toEqual([...warnings, 'unknown field "spec"']);
  expect(() => read('Strict')).toThrow(
    `Widget in version "v1" cannot be handled as a Widget: strict decoding error: ${refusal}, unknown field "spec"`,
  );
});

test('a field that is unknown is not told of as repeated', () => {
  const told: string[] = [];
  const body =
    '{"metadata":{"name":"a","name":"b"},"odd":{"a":1,"a":2},"odd":1,"oddly":1,"data":{"odd":"1","odd":"2"}}';
  decodeObject(Buffer.from(body), 'json', configMap, {
    emulated: 33,
    fieldValidation: 'Warn',
    warn: w => told.push(w),
  });
  expect(told).toEqual([
    ...[
      'duplicate field "metadata.name"',
      'unknown field "odd"',
      'unknown field "oddly"',
      'duplicate field "data.odd"',
    ],
  ]);
});

test('a hundred fields are told, each once', () => {
  const told: string[] = [];
  const fields = [...Array.from({ length: 200 }, (_, i) => `"x${i}":1`), '"x1":2', '"data":{"k":"1","k":"2","k":"3"}'];
  const warn = (text: string) => told.push(text);
  decodeObject(Buffer.from(`{${fields.join()}}`), 'json', configMap, { emulated: 33, fieldValidation: 'Warn', warn });
  expect([told.length, told[0], told[99]]).toEqual([100, 'unknown field "x0"', 'unknown field "x99"']);
});

test('what is unknown in YAML is told in the order of the names', () => {
  const told: string[] = [];
  const body = 'kind: ConfigMap\nzoo: 1\nmetadata: {name: a, odd: 1}\napiVersion: v1\nbar: 2\n';
  const warn = (text: string) => told.push(text);
  decodeObject(Buffer.from(body), 'yaml', configMap, { emulated: 33, fieldValidation: 'Warn', warn });
  expect(told).toEqual(['unknown field "bar"', 'unknown field "metadata.odd"', 'unknown field "zoo"']);
});

test('what a message has that its release does not know is not told', () => {
  const warn = () => expect('told').toBe('silent');
  const body = message('v1', 'ConfigMap', [...NAMED, 0xfa, 0x01, 1, 0x61]);
  decodeObject(body, 'protobuf', configMap, { emulated: 33, fieldValidation: 'Strict', warn });
});
