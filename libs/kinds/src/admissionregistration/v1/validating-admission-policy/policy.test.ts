import { describe, expect, test } from '@jest/globals';
import type { admissionregistrationv1, apiextensionsv1 } from '@navarch/api';
import { allKinds } from '../../../all-kinds';
import { builtInKinds, customKinds } from './checked-kinds';
import { typeWarnings } from './type-check';
import { validatePolicy, validateStatusUpdate } from './validation';

type Spec = NonNullable<admissionregistrationv1.ValidatingAdmissionPolicy['spec']>;

const policy = (change: Partial<Spec>): admissionregistrationv1.ValidatingAdmissionPolicy => ({
  metadata: { name: 'example.com' },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['apps'],
          apiVersions: ['v1'],
          operations: ['CREATE'],
          resources: ['deployments', 'statefulsets'],
        },
      ],
    },
    validations: [{ expression: 'object.spec.replicas > 1' }],
    ...change,
  },
});

describe('validatePolicy', () => {
  test.each<[string, Partial<Spec>, string[]]>([
    ['a good one', {}, []],
    [
      'variables that see those before them',
      {
        variables: [
          { name: 'a', expression: 'object.spec.replicas' },
          { name: 'b', expression: 'variables.a + 1' },
        ],
        validations: [{ expression: 'variables.b > 1', messageExpression: 'string(variables.a)' }],
      },
      [],
    ],
    [
      'a variable that sees itself',
      { variables: [{ name: 'a', expression: 'variables.a' }] },
      [
        `spec.variables[0].expression: Invalid value: "variables.a": compilation failed: ERROR: <input>:1:10: undefined field 'a'\n | variables.a\n | .........^`,
      ],
    ],
    [
      'names that are none',
      {
        variables: [
          { name: 'a-b', expression: '1' },
          { name: 'for', expression: '1' },
          { name: 'c', expression: '2' },
        ],
      },
      [
        'spec.variables[0].name: Invalid value: "a-b": name is not a valid CEL identifier',
        'spec.variables[1].name: Invalid value: "for": name is not a valid CEL identifier',
      ],
    ],
    [
      'results of the wrong type',
      {
        validations: [{ expression: '1', messageExpression: 'true' }],
        matchConditions: [{ name: 'x', expression: '"x"' }],
        auditAnnotations: [{ key: 'k', valueExpression: '1' }],
      },
      [
        'spec.matchConditions[0].expression: Invalid value: "\\"x\\"": must evaluate to bool',
        'spec.validations[0].expression: Invalid value: "1": must evaluate to bool',
        'spec.validations[0].messageExpression: Invalid value: "true": must evaluate to string',
        'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type]',
      ],
    ],
    ['an expression of two lines', { validations: [{ expression: 'object.spec.replicas > 1 &&\n  true' }] }, []],
    [
      'a message that asks what somebody may do',
      {
        validations: [
          { expression: 'true', messageExpression: "string(authorizer.path('/x').check('get').allowed())" },
        ],
      },
      [
        expect.stringContaining(
          "spec.validations[0].messageExpression: Invalid value: \"string(authorizer.path('/x').check('get').allowed())\": compilation failed: ERROR: <input>:1:8: undeclared reference to 'authorizer'",
        ) as never,
      ],
    ],
    [
      'annotations whose keys are none, or taken',
      {
        auditAnnotations: [
          { key: 'a b', valueExpression: "'x'" },
          { key: 'k', valueExpression: "'x'" },
          { key: 'k', valueExpression: ' ' },
        ],
      },
      [
        expect.stringContaining(
          'spec.auditAnnotations[0].key: Invalid value: "example.com/a b": name part must',
        ) as never,
        'spec.auditAnnotations[2].valueExpression: Required value: valueExpression is not specified',
        'spec.auditAnnotations[2].key: Duplicate value: "k"',
      ],
    ],
    [
      'a group without a version',
      { paramKind: { apiVersion: 'example.com/', kind: 'X' } },
      ['spec.paramKind.apiVersion: Invalid value: "example.com/": version must be specified'],
    ],
    [
      'objects that are named twice, or cannot be',
      {
        matchConstraints: {
          resourceRules: [
            {
              ...{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
              resourceNames: ['a', 'a', 'b/c'],
            },
          ],
        },
      },
      [
        'spec.matchConstraints.resourceRules[0].resourceNames[1]: Duplicate value: "a"',
        `spec.matchConstraints.resourceRules[0].resourceNames[2]: Invalid value: "b/c": may not contain '/'`,
      ],
    ],
    [
      'reasons and messages',
      { validations: [{ expression: 'true', reason: 'Gone', message: 'a\nb' }] },
      [
        'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "Gone": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      ],
    ],
    [
      'match conditions without a name, or the name of another',
      {
        matchConditions: [
          { name: 'x', expression: 'true' },
          { name: 'x', expression: 'true' },
          { name: 'a b', expression: '' },
        ],
      },
      [
        'spec.matchConditions[1].name: Duplicate value: "x"',
        'spec.matchConditions[2].expression: Required value',
        expect.stringContaining(
          'spec.matchConditions[2].name: Invalid value: "a b": name part must consist of',
        ) as never,
      ],
    ],
    [
      'a parameter kind',
      { paramKind: { apiVersion: 'a/b/c', kind: 'No kind' } },
      [
        'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
        expect.stringContaining('spec.paramKind.kind: Invalid value: "No kind": may have mixed case') as never,
      ],
    ],
  ])('%s', (_name, change, want) => {
    const errors = validatePolicy(policy(change), { emulated: 33 });
    expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual(want);
  });
});

test('conditions that an update leaves as they are were looked at before', () => {
  const wrong = policy({ matchConditions: [{ name: 'x', expression: 'none' }] });
  const fields = (old: typeof wrong) => validatePolicy(wrong, { emulated: 33 }, old).map(e => e.field);
  expect(fields(structuredClone(wrong))).toEqual([]);
  expect(fields(policy({}))).toEqual(['spec.matchConditions[0].expression']);
});

test('the status has warnings about fields', () => {
  const status = {
    typeChecking: { expressionWarnings: [{ warning: '', fieldRef: 'spec.validations[0].expression' }] },
    conditions: [{ type: 'a b', status: 'True', lastTransitionTime: 'x', reason: 'R', message: '' }],
  };
  expect(validateStatusUpdate({ ...policy({}), status }, { emulated: 33 }).map(e => e.field)).toEqual([
    'status.typeChecking.expressionWarnings[0].warning',
    'status.conditions[0].type',
  ]);
});

test('a policy may use what the release lets it use, and keep what it uses', () => {
  const newer = policy({ validations: [{ expression: "isSemver('1.0.0')" }] });
  expect(validatePolicy(newer, { emulated: 33 }).map(e => e.field)).toEqual(['spec.validations[0].expression']);
  expect(validatePolicy(newer, { emulated: 33 }, newer)).toEqual([]);
});

describe('typeWarnings', () => {
  const widgets = (spec: object): apiextensionsv1.CustomResourceDefinition => ({
    spec: {
      group: 'shop.example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } as never },
        },
      ],
    },
  });
  const widget = widgets({ type: 'object', properties: { size: { type: 'integer' } } });
  const kinds = [...builtInKinds(allKinds()), ...customKinds([widget])];
  const ofWidgets = {
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['shop.example.com'],
          apiVersions: ['v1', 'v2'],
          operations: ['CREATE'],
          resources: ['widgets'],
        },
      ],
    },
  };
  test.each<[string, Partial<Spec>, string[]]>([
    ['types that fit', {}, []],
    [
      'a field that the kinds do not have',
      { validations: [{ expression: 'object.replicas > 1', messageExpression: 'object.metadata.name' }] },
      [
        "spec.validations[0].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n\n" +
          "apps/v1, Kind=StatefulSet: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
      ],
    ],
    [
      'a field that one of them has',
      { validations: [{ expression: "object.spec.serviceName == 'x'" }] },
      [
        expect.stringContaining(
          "spec.validations[0].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'serviceName'",
        ) as never,
      ],
    ],
    [
      'a custom kind',
      {
        ...ofWidgets,
        validations: [{ expression: "object.spec.size > 1 && object.metadata.labels['a'] == object.apiVersion" }],
      },
      [],
    ],
    [
      'a field that a custom kind does not have',
      { ...ofWidgets, validations: [{ expression: 'object.spec.width > 1' }] },
      [
        "spec.validations[0].expression: shop.example.com/v1, Kind=Widget: ERROR: <input>:1:12: undefined field 'width'\n | object.spec.width > 1\n | ...........^\n",
      ],
    ],
    [
      'parameters of a custom kind',
      {
        paramKind: { apiVersion: 'shop.example.com/v1', kind: 'Widget' },
        validations: [{ expression: 'object.spec.replicas <= params.spec.size && params.spec.none' }],
      },
      [expect.stringContaining("undefined field 'none'") as never],
    ],
    [
      'the fields of parameters',
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [{ expression: 'object.spec.replicas <= params.data.max' }],
      },
      [expect.stringContaining("found no matching overload for '_<=_' applied to '(int, string)'") as never],
    ],
    [
      'times, maps, lists, quantities and variables',
      {
        variables: [{ name: 'first', expression: 'object.spec.template.spec.containers[0]' }],
        validations: [
          {
            expression:
              "object.metadata.creationTimestamp.getFullYear() > 2000 && object.metadata.labels['a'] == 'b' && quantity(variables.first.resources.limits['cpu']).isLessThan(quantity('1')) && object.metadata.__namespace__ != ''",
          },
        ],
      },
      [],
    ],
    [
      'wildcards are not looked at',
      {
        matchConstraints: {
          resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }],
        },
        validations: [{ expression: 'object.nothing == 1' }],
      },
      [],
    ],
  ])('%s', (_name, change, want) => {
    const warnings = typeWarnings(policy(change), kinds);
    expect(warnings.map(({ fieldRef, warning }) => `${fieldRef}: ${warning}`)).toEqual(want);
  });
});
