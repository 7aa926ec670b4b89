import { describe, expect, test } from '@jest/globals';
import { ofCollection, ofObject, type DeleteScope } from './delete-kind';
import { deleteOptionsOfBody, deleteOptionsOfQuery } from './delete-options';
import { scaleOf } from './scale';
import { managerOf, writeOptionsOf } from './write-options';

const query = (text: string) => new URLSearchParams(text);

describe('write options', () => {
  test('are read from the query', () => {
    expect(writeOptionsOf('CreateOptions', query('dryRun=All&fieldManager=me&fieldValidation=Strict'), 33)).toEqual({
      ...{ dryRun: true, fieldManager: 'me', force: false, fieldValidation: 'Strict' },
    });
  });
  test.each([
    [20, 'Ignore'],
    [33, 'Warn'],
  ])('release 1.%d validates fields: %s', (emulated, expected) => {
    expect(writeOptionsOf('UpdateOptions', query(''), emulated).fieldValidation).toBe(expected);
  });
  test.each([
    [
      'CreateOptions',
      'dryRun=Some',
      false,
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}: supported values: "All"',
    ],
    [
      'PatchOptions',
      '',
      true,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    [
      'PatchOptions',
      'force=true',
      false,
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    ],
    [
      'UpdateOptions',
      'fieldValidation=Maybe',
      false,
      'fieldValidation: Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn"',
    ],
    ['CreateOptions', `fieldManager=${'x'.repeat(129)}`, false, 'fieldManager: Too long'],
  ] as const)('%s %s is refused', (kind, text, apply, message) => {
    expect(() => writeOptionsOf(kind, query(text), 33, apply)).toThrow(message);
  });
  test.each([
    ['me', 'agent/1', 'me'],
    ['', 'kubectl/v1.33 (linux)', 'kubectl'],
    ['', undefined, 'unknown'],
    ['', 'a\u0000b/1', 'ab'],
  ])('manager %s of %s', (given, agent, expected) => {
    expect(managerOf(given, agent)).toBe(expected);
  });
});

describe('delete options', () => {
  const ofBody = (body: string, scope: DeleteScope = ofObject) =>
    deleteOptionsOfBody(Buffer.from(body), 'json', scope, 20);
  test.each([
    [
      query('gracePeriodSeconds=5&propagationPolicy=Orphan'),
      { gracePeriodSeconds: 5, propagationPolicy: 'Orphan', dryRun: false },
    ],
    [query('orphanDependents=false&dryRun=All'), { orphanDependents: false, dryRun: true }],
    [query('uid=u&resourceVersion=7'), { preconditions: { uid: 'u', resourceVersion: '7' }, dryRun: false }],
  ])('of a query', (text, expected) => {
    expect(deleteOptionsOfQuery(text)).toEqual(expected);
  });
  test('of a body', () => {
    const body = { gracePeriodSeconds: 0, preconditions: { uid: 'u' }, dryRun: ['All'] };
    expect(ofBody(JSON.stringify(body))).toEqual({ gracePeriodSeconds: 0, preconditions: { uid: 'u' }, dryRun: true });
  });
  test.each([
    [
      { propagationPolicy: 'Sideways' },
      'propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    [
      { propagationPolicy: 'Orphan', orphanDependents: true },
      'orphanDependents and deletionPropagation cannot be both set',
    ],
  ])('%j is refused', (body, message) => {
    expect(() => ofBody(JSON.stringify(body))).toThrow(message);
  });
  test.each([
    ['{"gracePeriodSeconds":"x"}', 'v1.DeleteOptions.GracePeriodSeconds: readUint64: unexpected character'],
    ['[]', "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value"],
    ['{', "couldn't get version/kind; json parse error: unexpected end of JSON input"],
    ['{"kind":"Pod","apiVersion":"v1"}', 'no kind "Pod" is registered for version "v1" in scheme "k8s.io/apimachinery'],
    ['{"KIND":"Pod"}', 'no kind "Pod" is registered for version "meta.k8s.io/v1" in scheme'],
    ['{"kind":"Status","apiVersion":"v1"}', 'converting (v1.Status) to (v1.DeleteOptions): unknown conversion'],
    ['{"kind":"Pod","apiVersion":"a/b/c"}', 'unexpected GroupVersion string: a/b/c'],
  ])('%s is no DeleteOptions', (body, message) => {
    expect(() => ofBody(body)).toThrow(
      expect.objectContaining({ code: 500, message: expect.stringContaining(message) }),
    );
  });
  const registry = { knownVersions: new Set(['v1', 'apps/v1', 'policy/v1beta1', 'apiextensions.k8s.io/v1']) };
  const collection = ofCollection({ group: 'apps', version: 'v1', custom: false }, registry);
  const widgets = ofCollection({ group: 'example.dev', version: 'v2', custom: true }, registry);
  const none = (kind: string, version: string) =>
    `no kind "${kind}" is registered for version "${version}" in scheme "`;
  const EXTENSIONS = 'k8s.io/apiextensions-apiserver/pkg/apiserver/apiserver.go:52"';
  const CORE = 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"';
  test.each([
    [collection, 'v1', 'Pod', 'converting (v1.Pod) to (v1.DeleteOptions): unknown conversion'],
    [collection, 'nope/v1', 'Status', 'converting (v1.Status) to (v1.DeleteOptions): unknown conversion'],
    [collection, 'policy/v1', 'DeleteOptions', none('DeleteOptions', 'policy/v1') + CORE],
    [collection, 'apiextensions.k8s.io/v1', 'DeleteOptions', none('DeleteOptions', 'apiextensions.k8s.io/v1') + CORE],
    [widgets, 'v1', 'Pod', none('Pod', 'v1') + EXTENSIONS],
    [widgets, 'example.dev/v1', 'DeleteOptions', none('DeleteOptions', 'example.dev/v1') + EXTENSIONS],
  ])('%#. what deletes all objects of a version does not read %s %s', (scope, apiVersion, kind, message) => {
    expect(() => ofBody(JSON.stringify({ apiVersion, kind }), scope)).toThrow(message);
  });
  test('options for all objects of a custom resource say of what kind they are, unless their version is the path’s', () => {
    const other = '{"apiVersion":"v1"}';
    expect(() => ofBody(other, widgets)).toThrow(
      `unmarshalerDecoder: Object 'Kind' is missing in '${other}', error found`,
    );
    expect(ofBody('{}', widgets)).toEqual({ dryRun: false });
    expect(ofBody('{}', collection)).toEqual({ dryRun: false });
  });
  test.each([
    [collection, 'v1'],
    [collection, 'policy/v1beta1'],
    [collection, 'admission.k8s.io/v1'],
    [widgets, 'apiextensions.k8s.io/v1'],
    [widgets, 'example.dev/v2'],
  ])('%#. what deletes all objects of a version reads options of %s', (scope, apiVersion) => {
    expect(ofBody(JSON.stringify({ apiVersion, kind: 'DeleteOptions' }), scope)).toEqual({ dryRun: false });
  });
  test.each(['null', '{"kind":"DeleteOptions","apiVersion":"nope/v1"}'])('%s is fine', body => {
    expect(ofBody(body)).toEqual({ dryRun: false });
  });
  test('a number that is none is refused', () => {
    expect(() => deleteOptionsOfQuery(query('gracePeriodSeconds=x'))).toThrow(
      'strconv.ParseInt: parsing "x": invalid syntax',
    );
  });
});

describe('scaleOf', () => {
  const paths = { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' };
  test.each<[object, object, object]>([
    [
      { spec: { replicas: 3, selector: { matchLabels: { a: 'b' } } }, status: { replicas: 2 } },
      { replicas: 3 },
      { replicas: 2, selector: 'a=b' },
    ],
    [{ spec: { replicas: 0, selector: { a: 'b' } } }, {}, { replicas: 0, selector: 'a=b' }],
    [{ spec: { replicas: 1, selector: 'x in (y)' } }, { replicas: 1 }, { replicas: 0, selector: 'x in (y)' }],
    [{}, {}, { replicas: 0 }],
  ])('%j', (object, spec, status) => {
    expect(scaleOf({ metadata: { name: 'n' }, ...object }, paths)).toMatchObject({ kind: 'Scale', spec, status });
  });
});
