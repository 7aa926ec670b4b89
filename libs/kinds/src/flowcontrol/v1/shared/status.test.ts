import { expect, test } from '@jest/globals';
import { validateConditions } from './status';

test('conditions have a type of their own each', () => {
  expect(validateConditions({})).toEqual([]);
  const findings = validateConditions({ status: { conditions: [{ type: 'A' }, {}, { type: 'A' }] } });
  expect(findings).toMatchObject([
    { field: 'status.conditions[1].type', message: 'Required value: must not be empty' },
    { field: 'status.conditions[2].type', message: 'Duplicate value: "A"' },
  ]);
});
