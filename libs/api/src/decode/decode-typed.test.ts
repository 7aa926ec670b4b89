import { describe, expect, test } from '@jest/globals';
import { completeForOutput, decodeTyped, emptyObject } from './index';

const POD = 'io.k8s.api.core.v1.Pod';
const pod = (spec: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});

describe('decodeTyped', () => {
  test('drops and reports unknown fields, and nulls', () => {
    const value = { ...pod({ bogus: 1, nodeName: null }), extra: { a: 1 } };
    value.spec.containers = [{ name: 'c', image: 'i', typo: true } as never];
    const { object, unknown } = decodeTyped(POD, value);
    expect(unknown).toEqual(['spec.containers[0].typo', 'spec.bogus', 'extra']);
    expect(object).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', creationTimestamp: null },
      spec: { containers: [{ name: 'c', image: 'i', resources: {} }] },
      status: {},
    });
  });

  test('equal objects have equal bytes, whatever their order', () => {
    const one = decodeTyped(POD, {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { labels: { b: '1', a: '2' }, name: 'p' },
      spec: { nodeName: 'n', containers: [] },
    });
    const two = decodeTyped(POD, {
      spec: { containers: [], nodeName: 'n' },
      metadata: { name: 'p', labels: { a: '2', b: '1' } },
      apiVersion: 'v1',
      kind: 'Pod',
    });
    const bytes = ({ object }: typeof one) => JSON.stringify(completeForOutput(POD, object));
    expect(bytes(one)).toBe(bytes(two));
    expect(bytes(one)).toMatch(/^\{"kind":"Pod","apiVersion":"v1","metadata":/);
    // Findings about the entries of a map come in the order in which they were written.
    expect(Object.keys((one.object.metadata as { labels: object }).labels)).toEqual(['b', 'a']);
  });

  test.each<[string, string, object, object]>([
    [
      'a pointer keeps its zero',
      'batch.v1.JobStatus',
      { active: 0, ready: 0, terminating: 0 },
      { terminating: 0, ready: 0 },
    ],
    ['a required scalar is always there', 'core.v1.ContainerPort', {}, { containerPort: 0 }],
    [
      'quantities are canonical',
      'core.v1.ResourceRequirements',
      { limits: { cpu: 2, memory: '1.5Gi' } },
      { limits: { cpu: '2', memory: '1536Mi' } },
    ],
    [
      'times are canonical',
      'core.v1.Taint',
      { key: 'k', effect: 'e', timeAdded: '2020-01-01T02:00:00.5+02:00' },
      { key: 'k', effect: 'e', timeAdded: '2020-01-01T00:00:00Z' },
    ],
    [
      'micro times have six decimals',
      'coordination.v1.LeaseSpec',
      { renewTime: '2020-01-01T00:00:00.100000+00:00' },
      { renewTime: '2020-01-01T00:00:00.100000Z' },
    ],
    [
      'times before the year 100 are no others',
      'coordination.v1.LeaseSpec',
      { renewTime: '0001-01-01T00:00:02.000000+00:00' },
      { renewTime: '0001-01-01T00:00:02.000000Z' },
    ],
    ['ports are numbers or names', 'core.v1.HTTPGetAction', { port: 'http' }, { port: 'http' }],
    [
      'null in a map is its zero',
      'core.v1.ConfigMap',
      { data: { a: null } },
      { metadata: { creationTimestamp: null }, data: { a: '' } },
    ],
    ['some tell an empty map from none', 'core.v1.PersistentVolumeSpec', { capacity: {} }, { capacity: {} }],
    ['an empty map goes', 'core.v1.ConfigMap', { data: {} }, { metadata: { creationTimestamp: null } }],
    [
      'an empty selector stays',
      'core.v1.PodAffinityTerm',
      { labelSelector: {}, topologyKey: 'k' },
      { labelSelector: {}, topologyKey: 'k' },
    ],
    [
      'an empty class name is a choice',
      'core.v1.PersistentVolumeClaimSpec',
      { storageClassName: '' },
      { storageClassName: '', resources: {} },
    ],
    ['rules are null', 'rbac.v1.Role', {}, { metadata: { creationTimestamp: null }, rules: null }],
    ['items are a list', 'core.v1.PodList', {}, { metadata: {}, items: [] }],
  ])('%s', (_, name, value, object) => {
    const { apiVersion: __, kind: ___, ...rest } = decodeTyped(`io.k8s.api.${name}`, value).object;
    expect(rest).toEqual(object);
    expect(completeForOutput(`io.k8s.api.${name}`, rest)).toEqual(object);
  });

  test('__proto__ in a map is a key', () => {
    const { object } = decodeTyped('io.k8s.api.core.v1.ConfigMap', JSON.parse('{"data":{"__proto__":"x"}}'));
    expect(Object.keys(object.data as object)).toEqual(['__proto__']);
  });

  test('the release decides what is always written', () => {
    const status = (emulated: number) =>
      Object.keys(decodeTyped('io.k8s.api.apps.v1.StatefulSetStatus', {}, { emulated }).object);
    expect([status(20), status(33)]).toEqual([['replicas'], ['replicas', 'availableReplicas']]);
  });

  test('the empty object of a kind', () => {
    expect(emptyObject('io.k8s.api.apps.v1.Deployment')).toEqual({
      metadata: { creationTimestamp: null },
      spec: {
        selector: null,
        template: { metadata: { creationTimestamp: null }, spec: { containers: null } },
        strategy: {},
      },
      status: {},
    });
  });
});

describe('what does not fit is refused', () => {
  const limits = (cpu: unknown) => pod({ containers: [{ name: 'c', image: 'i', resources: { limits: { cpu } } }] });
  const PATTERN = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  test.each([
    [
      'a flag',
      pod({ hostNetwork: 'yes' }),
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
      'unrecognized type: bool',
    ],
    [
      'a number',
      pod({ priority: 1.5 }),
      'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32',
      'cannot convert float64 to int32',
    ],
    [
      'a list',
      pod({ containers: { name: 'c' } }),
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
      'cannot restore slice from map',
    ],
    ['a quantity', limits('lots'), PATTERN, PATTERN],
    [
      'an object',
      pod({ securityContext: 5 }),
      'json: cannot unmarshal number into Go struct field PodSpec.spec.securityContext of type v1.PodSecurityContext',
      'cannot restore struct from: int64',
    ],
  ])('%s', (_, value, message, restored) => {
    const head = 'Pod in version "v1" cannot be handled as a Pod: ';
    expect(() => decodeTyped(POD, value)).toThrow(
      expect.objectContaining({ code: 400, reason: 'BadRequest', message: head + message }),
    );
    expect(() => decodeTyped(POD, value, { dialect: 'unstructured' })).toThrow(
      expect.objectContaining({ message: restored }),
    );
  });

  test.each([
    [
      'a flag',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"schedulerName":"s","hostNetwork":"yes"}}',
      'v1.Pod.Spec: v1.PodSpec.HostNetwork: ReadBool: expect t or f, but found ", error found in #10 byte of ...|Network":"yes"}}|..., bigger context ...|":"p"},"spec":{"schedulerName":"s","hostNetwork":"yes"}}|...',
    ],
    [
      'a quantity',
      '{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"lots"}}}]}}',
      `v1.Pod.Spec: v1.PodSpec.Containers: []v1.Container: v1.Container.Resources: v1.ResourceRequirements.Limits: unmarshalerDecoder: ${PATTERN}, error found in #10 byte of ...|pu":"lots"}}}]}}|..., bigger context ...|":[{"name":"c","resources":{"limits":{"cpu":"lots"}}}]}}|...`,
    ],
    [
      'a port',
      '{"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}',
      'v1.Pod.Spec: v1.PodSpec.Containers: []v1.Container: v1.Container.Ports: []v1.ContainerPort: v1.ContainerPort.ContainerPort: readUint32: unexpected character: \ufffd, error found in #10 byte of ...|nerPort":"80"}]}]}}|..., bigger context ...|"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}|...',
    ],
    [
      'a label, and what is read behind it',
      '{"metadata":{"labels":{"a":5},"name":"p"},"kind":"Pod","spec":{"nodeName":"n"}}',
      'v1.Pod.Spec: v1.PodSpec.TypeMeta: Kind: ObjectMeta: v1.ObjectMeta.Name: Labels: ReadString: expects " or n, but found 5, error found in #10 byte of ...|ls":{"a":5},"name":"|..., bigger context ...|{"metadata":{"labels":{"a":5},"name":"p"},"kind":"Pod","spec":{"nodeName":"n"}|...',
    ],
    [
      'a label of several digits, behind which the reader is lost',
      '{"metadata":{"labels":{"a":55},"name":"p"},"kind":"Pod"}',
      'v1.Pod.ObjectMeta: v1.ObjectMeta.Labels: ReadString: expects " or n, but found 5, error found in #10 byte of ...|ls":{"a":55},"name":|..., bigger context ...|{"metadata":{"labels":{"a":55},"name":"p"},"kind":"Pod"}|...',
    ],
    [
      'an item of a list',
      '{"spec":{"containers":[{"args":[1,"b"],"name":"c"},{"name":"d"}],"nodeName":"n"}}',
      'v1.Pod.Spec: v1.PodSpec.Containers: []v1.Container: v1.Container.v1.Container.Name: Args: []string: ReadString: expects " or n, but found 1, error found in #10 byte of ...|{"args":[1,"b"],"nam|..., bigger context ...|{"spec":{"containers":[{"args":[1,"b"],"name":"c"},{"name":"d"}],"nodeName":"n"}}|...',
    ],
  ])('%s, as v1.20 said it', (_, raw, message) => {
    expect(() => decodeTyped(POD, JSON.parse(raw), { emulated: 20, raw })).toThrow(
      expect.objectContaining({ message: `Pod in version "v1" cannot be handled as a Pod: ${message}` }),
    );
  });

  test.each([
    [true, '{"a":[{"b":1,"c":2}],"z":0}'],
    [false, '{"z":0,"a":[{"c":2,"b":1}]}'],
  ])('the keys of what has no type are in order where a patch made it: %s', (restored, text) => {
    const data = { z: 0, a: [{ c: 2, b: 1 }] };
    const { object } = decodeTyped('io.k8s.api.apps.v1.ControllerRevision', { data, revision: 1 }, { restored });
    expect(JSON.stringify(object['data'])).toBe(text);
  });

  test.each([
    [false, '{"metadata":{"creationTimestamp":null},"rules":[]}'],
    [true, '{"metadata":{"creationTimestamp":null},"rules":null}'],
  ])(
    'an empty list that was sent is none where the server writes it (%s), if it is written in any case',
    (sorted, text) => {
      const { object } = decodeTyped(
        'io.k8s.api.rbac.v1.Role',
        { metadata: { finalizers: [] }, rules: [] },
        { sorted },
      );
      expect(JSON.stringify(object)).toBe(text);
    },
  );

  test('base64', () => {
    const secret = (data: string) => () => decodeTyped('io.k8s.api.core.v1.Secret', { data: { k: data } });
    expect(secret('***')).toThrow('illegal base64 data at input byte 0');
    expect(secret('YQ=')).toThrow('illegal base64 data');
    expect(secret('YQ==')().object).toMatchObject({ data: { k: 'YQ==' } });
  });

  test.each<[unknown[], string]>([
    [[], ''],
    [[1, 2, 255], 'AQL/'],
    [[1, null], 'AQA='],
  ])('bytes as numbers: %j', (k, text) => {
    const { object } = decodeTyped('io.k8s.api.core.v1.Secret', { data: { k } });
    expect(object).toMatchObject({ data: { k: text } });
  });

  test.each<[unknown, string]>([
    [256, 'number 256'],
    [-1, 'number -1'],
    [1.5, 'number 1.5'],
    ['a', 'string'],
  ])('no byte: %j', (item, what) => {
    expect(() => decodeTyped('io.k8s.api.core.v1.Secret', { data: { k: [item] } })).toThrow(
      `json: cannot unmarshal ${what} into Go struct field Secret.data of type uint8`,
    );
  });

  test.each([
    [3_000_000_000, -1_294_967_296],
    [-3_000_000_000, 1_294_967_296],
    [5, 5],
  ])('of %d the lower 32 bits are kept where a patch made it', (priority, want) => {
    const { object } = decodeTyped(POD, pod({ priority }), { emulated: 20, restored: true });
    expect(object).toMatchObject({ spec: { priority: want } });
    expect(() => decodeTyped(POD, pod({ priority: 1.5 }), { emulated: 20, restored: true })).toThrow('int32');
  });

  test.each([
    [20, { spec: { replicas: 1 } }, ['spec.minReadySeconds']],
    [22, { spec: { minReadySeconds: 5, replicas: 1 } }, []],
  ])('v1.%i knows the fields that it has', (emulated, want, unknown) => {
    const body = { spec: { minReadySeconds: 5, replicas: 1 } };
    const decoded = decodeTyped('io.k8s.api.apps.v1.StatefulSet', body, { emulated });
    expect(decoded.object).toMatchObject(want);
    for (const path of unknown) expect(decoded.object).not.toHaveProperty(path);
    expect(decoded.unknown).toEqual(unknown);
  });
});

describe('schemas that may also be something else', () => {
  const CRD = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
  const why = (schema: object) => {
    try {
      return decodeTyped(CRD, schema, { bare: true }).object;
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ['items that are neither count as nothing', { items: 'text' }, {}],
    ['so do dependencies', { dependencies: { a: 5 } }, { dependencies: {} }],
    ['a list stays', { items: [{ type: 'string' }] }, { items: [{ type: 'string' }] }],
    ['what they do not know is dropped', { items: { type: 'string', odd: 1 } }, { items: { type: 'string' } }],
    ['true is a schema too', { additionalProperties: true }, { additionalProperties: true }],
    ['a text is none', { additionalProperties: 'x' }, 'boolean or JSON schema expected'],
    [
      'a fault within is named by its whole way',
      { properties: { a: { items: { items: { type: 5 } } } } },
      'json: cannot unmarshal number into Go struct field JSONSchemaProps.properties.items.items.type of type string',
    ],
  ])('%s', (_, schema, expected) => expect(why(schema)).toEqual(expected));
});
