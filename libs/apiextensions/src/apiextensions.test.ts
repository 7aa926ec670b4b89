import { describe, expect, test } from '@jest/globals';
import type { AnyObject } from '@navarch/apimachinery';
import { planStatus } from './conditions';
import { convertedObjects } from './conversion-review';
import { customVersions } from './custom-kinds';
import { isServed, warningOf, type Definition, type Version } from './definition';
import { compileJsonPath } from './json-path';
import { planNames } from './names';

const version = (name: string, more: Partial<Version> = {}): Version => ({
  ...{ name, served: true, storage: name === 'v1' },
  schema: { openAPIV3Schema: { type: 'object' } as never },
  ...more,
});
const definition = (
  plural: string,
  kind: string,
  more: Partial<Definition['spec']> = {},
  status?: Definition['status'],
): Definition => ({
  metadata: { name: `${plural}.example.com`, uid: plural, generation: 1 },
  spec: {
    ...{ group: 'example.com', scope: 'Namespaced', versions: [version('v1')] },
    names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
    ...more,
  },
  ...(status && { status }),
});

describe('compileJsonPath', () => {
  const object = {
    spec: {
      l: [
        { x: 'p', t: 'A' },
        { x: 'q', t: 'B' },
      ],
      'a.b': 1,
      n: 3,
    },
    'k/x': 2,
  };
  test.each<[string, unknown[]]>([
    ['.spec.l[0].x', ['p']],
    ['.spec.l[-1].x', ['q']],
    ['.spec.l[*].x', ['p', 'q']],
    ['.spec.l[0:1].x', ['p']],
    ['.spec.l[?(@.t=="B")].x', ['q']],
    ['.spec.l[?(@.none)].x', []],
    ['.spec.a\\.b', [1]],
    [".spec['a.b']", [1]],
    [".['k/x']", [2]],
    ['..x', ['p', 'q']],
    ['.spec.none.x', []],
    ['.constructor', []],
  ])('%s', (path, expected) => expect(compileJsonPath(path)(object)).toEqual(expected));

  test.each(['.spec[', '.a[b]', 'x y'])('%s is none', path => expect(() => compileJsonPath(path)).toThrow());
});

describe('names and conditions', () => {
  const taken = definition(
    'widgets',
    'Widget',
    {},
    {
      acceptedNames: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
      },
    },
  );
  test.each([
    ['nothing in common', definition('gadgets', 'Gadget'), 'NoConflicts', 'no conflicts found'],
    [
      'a kind',
      definition('gadgets', 'Widget', { names: { plural: 'gadgets', kind: 'Widget', listKind: 'GadgetList' } }),
      'KindConflict',
      '"Widget" is already in use',
    ],
    [
      'a short name',
      definition('gadgets', 'Gadget', { names: { plural: 'gadgets', kind: 'Gadget', shortNames: ['wd', 'g'] } }),
      'ShortNamesConflict',
      '"wd" is already in use',
    ],
    [
      'another group',
      definition('widgets', 'Widget', { group: 'other.example.com' }),
      'NoConflicts',
      'no conflicts found',
    ],
  ])('%s', (_name, asked, reason, message) => {
    expect(planNames(asked, [taken]).condition).toMatchObject({ reason, message });
  });

  test('established comes after the names, once objects are served', () => {
    const fresh = definition('widgets', 'Widget');
    const status = planStatus(fresh, [], { served: false, now: 0, emulated: 33 })!;
    expect(status.acceptedNames?.kind).toBe('Widget');
    expect(status.conditions?.map(c => [c.type, c.status])).toEqual([
      ['NamesAccepted', 'True'],
      ['Established', 'False'],
    ]);
    const accepted = { ...fresh, status };
    expect(planStatus(accepted, [], { served: false, now: 0, emulated: 33 })).toBeUndefined();
    const established = planStatus(accepted, [], { served: true, now: 0, emulated: 33 })!;
    expect(established.conditions?.[1]).toMatchObject({
      type: 'Established',
      status: 'True',
      reason: 'InitialNamesAccepted',
    });
    expect(planStatus({ ...fresh, status: established }, [], { served: true, now: 9, emulated: 33 })).toBeUndefined();
  });

  test('what a webhook converts is not served before it can be known by its certificate', () => {
    const clientConfig = { url: 'https://x/', caBundle: 'eA==' };
    const webhook = { clientConfig, conversionReviewVersions: ['v1'] };
    const asked = definition('widgets', 'Widget', { conversion: { strategy: 'Webhook', webhook } });
    const plan = (emulated: number) => planStatus(asked, [], { served: false, now: 0, emulated })!;
    expect(plan(33).conditions?.[1]).toMatchObject({
      type: 'Established',
      status: 'False',
      reason: 'InvalidCABundle',
      message: 'The conversion webhook CABundle is invalid',
    });
    const named = (emulated: number) => isServed({ ...asked, status: plan(emulated) }, emulated);
    expect([named(33), named(30)]).toEqual([false, true]);
  });

  test('a group of Kubernetes says who approved it', () => {
    const asked = definition('widgets', 'Widget', { group: 'x.k8s.io' });
    asked.metadata!.annotations = { 'api-approved.kubernetes.io': 'unapproved, an experiment' };
    expect(planStatus(asked, [], { served: false, now: 0, emulated: 33 })?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'KubernetesAPIApprovalPolicyConformant',
        status: 'False',
        reason: 'UnapprovedAnnotation',
      }),
    );
  });

  test('a schema that is not structural is told', () => {
    const asked = definition('widgets', 'Widget', { preserveUnknownFields: true });
    expect(planStatus(asked, [], { served: false, now: 0, emulated: 33 })?.conditions).toContainEqual(
      expect.objectContaining({
        reason: 'Violations',
        message: 'spec.preserveUnknownFields: Invalid value: true: must be false',
      }),
    );
  });
});

test.each([
  ['v1beta1', 'example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget'],
  ['v2', 'example.com/v2 Widget is deprecated'],
])('the warning of %s', (name, expected) => {
  const versions = [
    version('v1', { deprecated: name === 'v2' }),
    version('v1beta1', { deprecated: true }),
    version('v2', { deprecated: true }),
  ];
  const asked = definition('widgets', 'Widget', { versions });
  expect(
    warningOf(
      asked,
      versions.find(v => v.name === name)!,
      'Widget',
    ),
  ).toBe(expected);
});

describe('warnings', () => {
  const rules = (rule: string) => ({ 'x-kubernetes-validations': [{ rule }] });
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { n: { type: 'integer' } }, ...rules('!has(self.n)') } },
  };
  const asked = definition('widgets', 'Widget', {
    versions: [version('v1', { schema: { openAPIV3Schema: openAPIV3Schema as never } })],
  });
  const convert = () => Promise.reject(new Error('nobody is asked'));
  const { strategy } = customVersions(asked, { emulated: 33, convert })[0]!.kind;
  const context = { emulated: 33, apiVersion: 'example.com/v1', now: 0, dryRun: false };
  const widget = (finalizers: string[], n = 1) => ({ metadata: { name: 'a', finalizers }, spec: { n } }) as AnyObject;

  test('of finalizers that a write adds', () => {
    const PLAIN =
      'prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers';
    expect(strategy.warnings!(widget(['x', 'example.com/y', 'orphan']), undefined, context)).toEqual([
      `metadata.finalizers: "x": ${PLAIN}`,
    ]);
    expect(strategy.warnings!(widget(['x']), widget(['x']), context)).toEqual([]);
    expect(strategy.warnings!(widget(['x']), undefined, { ...context, emulated: 20 })).toEqual([]);
  });

  test('rules are not looked at without a name', () => {
    const found = strategy.validate!({ ...widget([]), metadata: {} } as AnyObject, context)!.map(e => e.message);
    expect(found).toEqual([expect.stringContaining('some validation rules were not checked')]);
  });

  test('of what rules find that an update left as it was', () => {
    const [now, before] = [widget([]), widget([])];
    expect(strategy.validateUpdate!(now, before, context)).toEqual([]);
    expect(strategy.warnings!(now, before, context)).toEqual([
      'spec: Invalid value: "object": failed rule: !has(self.n)',
    ]);
    const changed = widget([], 2);
    expect(strategy.validateUpdate!(changed, before, context)).toHaveLength(1);
  });
});

describe('versions without a webhook', () => {
  const spec = (properties: object) => ({
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } as never,
  });
  const a = { type: 'string' };
  const versions = [
    version('v1', { schema: spec({ a }) }),
    version('v2', { schema: spec({ a, b: { type: 'integer', default: 3 } }) }),
  ];
  const refuse = () => Promise.reject(new Error('nobody is asked'));
  const [v1, v2] = customVersions(definition('widgets', 'Widget', { versions }), { emulated: 33, convert: refuse }).map(
    v => v.custom,
  );
  const stored = (more = {}): AnyObject =>
    ({ kind: 'Widget', apiVersion: 'example.com/v1', metadata: {}, spec: { a: 'x', ...more } }) as AnyObject;

  test('what is right as it is stored is served as it is', () => {
    expect(v1!.fromStored([stored()])).toEqual([undefined]);
  });
  test('another version has another name, and its defaults are those of what was written', () => {
    expect(v2!.fromStored([stored()])).toEqual([{ ...stored(), apiVersion: 'example.com/v2' }]);
  });
  test('on the way into storage goes what the storage version does not know', () => {
    expect(v2!.toStored({ ...stored({ b: 1 }), apiVersion: 'example.com/v2' })).toEqual(stored());
  });
  test('equal objects are stored alike', () => {
    const [x, y] = [
      { ...stored(), spec: { b: 1, a: 2 } },
      { ...stored(), spec: { a: 2, b: 1 } },
    ];
    expect(JSON.stringify(v1!.toStored(x as never))).toBe(JSON.stringify(v1!.toStored(y as never)));
  });
});

describe('convertedObjects', () => {
  const before = {
    kind: 'Widget',
    apiVersion: 'example.com/v1',
    metadata: { name: 'a', uid: 'u', finalizers: ['x/y'] },
  } as AnyObject;
  const after = { kind: 'Widget', apiVersion: 'example.com/v2', metadata: { name: 'a', uid: 'u', labels: { n: 'w' } } };
  const asked = { objects: [before], to: 'example.com/v2', version: 'v1', uid: '1' };
  const review = (response: object) => ({
    kind: 'ConversionReview',
    apiVersion: 'apiextensions.k8s.io/v1',
    response: { uid: '1', result: { status: 'Success' }, convertedObjects: [after], ...response },
  });
  test('labels and annotations may change, other metadata stays', () => {
    expect(convertedObjects(review({}), asked)).toEqual([
      { ...after, metadata: { name: 'a', uid: 'u', finalizers: ['x/y'], labels: { n: 'w' } } },
    ]);
  });
  test.each([
    ['failed: no', review({ result: { status: 'Failure', message: 'no' } })],
    ['failed: expected response.uid="1", got "2"', review({ uid: '2' })],
    ['returned 0 objects, expected 1', review({ convertedObjects: [] })],
    [
      'returned invalid converted object at index 0: invalid kind (expected Widget, received Gadget)',
      review({ convertedObjects: [{ ...after, kind: 'Gadget' }] }),
    ],
    [
      'returned invalid metadata at index 0: must have the same name: "a" != "b"',
      review({ convertedObjects: [{ ...after, metadata: { name: 'b', uid: 'u' } }] }),
    ],
  ])('%s', (message, answer) => {
    expect(() => convertedObjects(answer, asked)).toThrow(
      `conversion webhook for example.com/v1, Kind=Widget ${message}`,
    );
  });
});
