import { expect, test } from '@jest/globals';
import { takeCustomType } from './custom-body';

const target = {
  group: 'example.dev',
  version: 'v1',
  kind: 'Widget',
  hubGroup: 'example.dev',
  versions: ['example.dev/v1'],
};
const MISSING = "Internal error occurred: Object 'apiVersion' is missing in 'object has no apiVersion field'";

test.each([
  ['Widget', 'example.dev/v1', false, undefined],
  ['Other', 'other.dev/v7', true, undefined],
  ['Widget', '', true, MISSING],
  ['Widget', 'example.dev/', false, MISSING],
  ['Widget', '/v1', false, 'Widget "w" is invalid: apiVersion: Invalid value: "v1": must be example.dev/v1'],
  ['Other', 'example.dev/v1', false, 'Other.example.dev "w" is invalid: kind: Invalid value: "Other": must be Widget'],
])('%s of "%s", any kind: %s', (kind, apiVersion, anyKind, want) => {
  const object = { kind, apiVersion, metadata: { name: 'w' } };
  expect(takeCustomType(object, target, anyKind)?.message).toBe(want);
  expect(object).toMatchObject({ kind: 'Widget', apiVersion: 'example.dev/v1' });
});
