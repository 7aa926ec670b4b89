import { expect, test } from '@jest/globals';
import { strictFields } from '@navarch/apimachinery';
import { decodeTyped, outlineOf } from './index';

const CRD = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition';
const told = (definition: string, value: string | object, emulated = 33) =>
  strictFields(typeof value === 'string' ? value : JSON.stringify(value), outlineOf(definition, emulated)).map(
    ({ problem, path }) => `${problem} ${path}`,
  );

test('unknown and repeated fields of an object', () => {
  const text =
    '{"odd":{"a":1,"a":2},"kind":"Pod","metadata":{"labels":{"a":"1","a":"2"}},"spec":{"containers":[{"name":"c","image":"i","odd":1,"image":"j"}]},"spec":{"odd":1}}';
  expect(told('io.k8s.api.core.v1.Pod', text)).toEqual([
    ...['unknown odd', 'duplicate metadata.labels.a', 'unknown spec.containers[0].odd'],
    ...['duplicate spec.containers[0].image', 'duplicate spec', 'unknown spec.odd'],
  ]);
});

test('a release does not know later fields', () => {
  const body = { spec: { resources: {} } };
  expect([told('io.k8s.api.core.v1.Pod', body, 31), told('io.k8s.api.core.v1.Pod', body)]).toEqual([
    ['unknown spec.resources'],
    [],
  ]);
});

test('types that read themselves are not looked into', () => {
  const schema = { odd: 1, properties: { a: { items: { odd: 1 } }, b: { additionalProperties: { odd: 1 } } } };
  const body = { spec: { versions: [{ schema: { openAPIV3Schema: { ...schema, default: { x: { odd: 1 } } } } }] } };
  const at = 'spec.versions[0].schema.openAPIV3Schema.odd';
  expect(told(CRD, body)).toEqual([`unknown ${at}`]);
  expect(decodeTyped(CRD, body).unknown).toEqual([at]);
});
