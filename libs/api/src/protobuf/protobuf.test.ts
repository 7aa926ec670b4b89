import { describe, expect, test } from '@jest/globals';
import {
  decodeProtobuf,
  encodeProtobuf,
  encodeWatchEvent,
  isWrapped,
  unwrapUnknown,
  WireError,
  wrapUnknown,
} from './index';

const CORE = 'io.k8s.api.core.v1';
const CRD = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

describe('protobuf', () => {
  test.each<[string, string, object]>([
    ['zeros of pointers', 'io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy', { partition: 0 }],
    ['negative numbers', `${CORE}.Toleration`, { tolerationSeconds: -1 }],
    ['large numbers', `${CORE}.ContainerImage`, { sizeBytes: Number.MAX_SAFE_INTEGER }],
    ['large negative numbers', `${CORE}.ContainerImage`, { sizeBytes: -(2 ** 40) - 1 }],
    ['numbers or names', `${CORE}.HTTPGetAction`, { path: '/', port: 'http' }],
    ['embedded structs', `${CORE}.Volume`, { name: 'v', emptyDir: {} }],
    ['bytes', `${CORE}.Secret`, { metadata: {}, data: { a: 'YQ==', empty: '' } }],
    ['text beyond ASCII', `${CORE}.ConfigMap`, { metadata: {}, data: { ключ: 'зна\u0000чение 🌍' } }],
    ['moments before 1970', `${META}.ManagedFieldsEntry`, { time: '1960-01-02T03:04:05Z' }],
    ['micro times', 'io.k8s.api.coordination.v1.LeaseSpec', { renewTime: '2020-01-01T00:00:00.123456Z' }],
    [
      'schemas of every form',
      CRD,
      {
        metadata: {},
        spec: {
          group: 'g',
          names: { plural: 'p', kind: 'K' },
          scope: 'Namespaced',
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  minimum: 0,
                  multipleOf: 0.5,
                  default: { a: [1, null, 'x'] },
                  enum: [1, 'a', null, false],
                  items: { type: 'string' },
                  additionalProperties: false,
                  additionalItems: { type: 'integer' },
                  dependencies: { a: ['b', 'c'], d: { type: 'object' } },
                  properties: {
                    p: { items: [{ type: 'string' }], additionalProperties: true, 'x-kubernetes-int-or-string': true },
                  },
                  $ref: '#/x',
                  'x-kubernetes-preserve-unknown-fields': false,
                  'x-kubernetes-validations': [{ rule: 'self.a > 0' }],
                },
              },
            },
          ],
        },
        status: { acceptedNames: { plural: '', kind: '' } },
      },
    ],
  ])('carries %s', (_, name, object) => {
    const decoded = decodeProtobuf(name, encodeProtobuf(name, object));
    expect(decoded).toMatchObject(object);
    expect(encodeProtobuf(name, decoded).equals(encodeProtobuf(name, object))).toBe(true);
  });

  test('bytes that are cut off are refused, or are a shorter message; never anything else', () => {
    const whole = encodeProtobuf(`${CORE}.Pod`, {
      metadata: { name: 'p', labels: { a: 'b' }, creationTimestamp: '2020-01-01T00:00:00Z' },
      spec: { containers: [{ name: 'c', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } }] },
    });
    let refused = 0;
    for (let length = 0; length < whole.length; length++) {
      try {
        decodeProtobuf(`${CORE}.Pod`, whole.subarray(0, length));
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(WireError);
      }
    }
    expect(refused).toBeGreaterThan(whole.length / 2);
  });

  test.each([
    ['a wrong wire type', [0x08, 0x01], /wrong wireType = 0 for field ObjectMeta/],
    ['a group without an end', [0x7b], /unexpected EOF/],
    ['the end of no group', [0x7c], /: wiretype end group for non-group/],
    ['a length below zero', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], /negative length/],
    ['a length past 32 bits', [0x0a, 0x81, 0x80, 0x80, 0x80, 0x10, 0x00], /unexpected EOF/],
    ['the tag 0', [0x00], /: illegal tag 0 \(wire type 0\)/],
    ['an endless number', Array.from({ length: 12 }, () => 0xff), /integer overflow/],
    ['a length past the end', [0x0a, 0x7f, 0x00], /unexpected EOF/],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => decodeProtobuf(`${CORE}.Pod`, Buffer.from(bytes))).toThrow(message);
  });

  // Older clients write fields that are gone since, such as clusterName in the metadata of every object.
  test.each([
    ['a number', [0xf8, 0x07, 0x05]],
    ['an empty text', [0xfa, 0x07, 0x00]],
    ['a text', [0xfa, 0x07, 0x03, 0x61, 0x62, 0x63]],
    ['eight bytes', [0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['four bytes', [0xfd, 0x07, 1, 2, 3, 4]],
  ])('an unknown field is skipped: %s', (_, unknown) => {
    const known = encodeProtobuf(`${CORE}.KeyToPath`, { key: 'k', path: 'p' });
    for (const bytes of [
      [...unknown, ...known],
      [...known, ...unknown],
    ])
      expect(decodeProtobuf(`${CORE}.KeyToPath`, Buffer.from(bytes))).toEqual({ key: 'k', path: 'p' });
  });

  test('nesting is bounded', () => {
    let bytes = Buffer.alloc(0);
    const number = 28; // `not` of JSONSchemaProps
    for (let i = 0; i < 4000; i++) {
      const length: number[] = [];
      for (let rest = bytes.length; ; rest >>>= 7) {
        length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
        if (rest <= 0x7f) break;
      }
      bytes = Buffer.concat([Buffer.from([((number << 3) & 0x7f) | 0x82, number >>> 4, ...length]), bytes]);
    }
    expect(() => decodeProtobuf(CRD.replace(/\w+$/, 'JSONSchemaProps'), bytes)).toThrow('exceeded max depth');
  });
});

describe('envelopes', () => {
  test('carry type and content', () => {
    const body = wrapUnknown({ apiVersion: 'apps/v1', kind: 'Deployment' }, Buffer.from([1, 2, 3]), 'application/x');
    expect(unwrapUnknown(body)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      raw: Buffer.from([1, 2, 3]),
      contentEncoding: '',
      contentType: 'application/x',
    });
    expect([isWrapped(body), isWrapped(Buffer.from('{}')), isWrapped(Buffer.alloc(0))]).toEqual([true, false, false]);
    expect(() => unwrapUnknown(Buffer.from('{}'))).toThrow('expected prefix [107 56 115 0]');
    expect(() => unwrapUnknown(body.subarray(0, 9))).toThrow(WireError);
  });

  test('watch events wrap a wrapped object', () => {
    const wrapped = wrapUnknown({ apiVersion: 'v1', kind: 'Pod' }, Buffer.alloc(0));
    const event = encodeWatchEvent('ADDED', wrapped);
    expect(event.subarray(0, 7).toString()).toBe('\n\u0005ADDED');
    expect(event.subarray(event.length - wrapped.length).equals(wrapped)).toBe(true);
  });
});

describe('what a struct cannot leave out is written although it is empty', () => {
  const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
  test.each<[string, object, number, string]>([
    ['Status', { status: 'Failure', code: 404 }, 20, '0a060a0012001a0012074661696c7572651a002200309403'],
    ['ListMeta', {}, 33, '0a0012001a00'],
    ['ObjectMeta', { name: 'a' }, 33, '0a016112001a0022002a00320038004200'],
    ['ObjectMeta', { name: 'a' }, 20, '0a016112001a0022002a003200380042007a00'],
  ])('%s of %j at 1.%d', (kind, object, emulated, want) => {
    expect(encodeProtobuf(`${META}.${kind}`, object, emulated).toString('hex')).toBe(want);
  });
  test('pointers can', () => {
    const written = encodeProtobuf('io.k8s.api.apps.v1.DeploymentSpec', { replicas: 0 });
    expect(decodeProtobuf('io.k8s.api.apps.v1.DeploymentSpec', written)).not.toHaveProperty('revisionHistoryLimit');
  });
});
