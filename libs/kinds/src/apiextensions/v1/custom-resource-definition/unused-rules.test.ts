import { expect, test } from '@jest/globals';
import type { apiextensionsv1 } from '@navarch/api';
import { create, findTarget, update } from '../../../testing/create';

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const RULE = { rule: 'self == oldSelf', messageExpression: "'m'", reason: 'FieldValueInvalid', optionalOldSelf: true };

function definition(rule: object) {
  const field = { type: 'string', 'x-kubernetes-validations': [rule] };
  return {
    metadata: { name: 'as.b.dev' },
    spec: {
      ...{ group: 'b.dev', scope: 'Cluster', names: { plural: 'as', kind: 'A' } },
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true },
          schema: { openAPIV3Schema: { type: 'object', properties: { l: { type: 'array', items: field } } } },
        },
      ],
    },
  };
}

const ruleIn = (object: object) => {
  const { spec } = object as apiextensionsv1.CustomResourceDefinition;
  const items = spec.versions[0]!.schema!.openAPIV3Schema!.properties!.l!.items as apiextensionsv1.JSONSchemaProps;
  return items['x-kubernetes-validations']?.[0];
};
const names = (rule: object | undefined) => Object.keys(rule ?? {});

test.each([
  [22, []],
  [24, []],
  [26, ['rule']],
  [27, ['rule', 'messageExpression']],
  [28, ['rule', 'messageExpression', 'reason']],
  [29, ['rule', 'messageExpression', 'reason']],
  [30, ['rule', 'messageExpression', 'reason', 'optionalOldSelf']],
])('1.%d knows of a rule: %j', (emulated, known) => {
  const made = create(findTarget(PATH, emulated)!, definition(RULE), emulated);
  expect(names(ruleIn(made.object))).toEqual(known);
});

test('who had it before keeps it', () => {
  const { object } = create(findTarget(PATH, 30)!, definition(RULE), 30);
  const later = update(findTarget(PATH, 29)!, definition({ ...RULE, rule: 'true' }), object, 29);
  expect(names(ruleIn(later.object))).toContain('optionalOldSelf');
});
