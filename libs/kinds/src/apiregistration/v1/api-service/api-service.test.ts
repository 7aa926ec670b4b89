import { describe, expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

const spec = { group: 'a.b', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 };
const refusal = 'must be `spec.version+"."+spec.group`: "v1.a.b"';

describe('the name of an APIService', () => {
  test.each<[string, object, string[]]>([
    ['follows from what it serves', { name: 'v1.a.b' }, []],
    ['is no other', { name: 'v2.a.b' }, [`metadata.name: Invalid value: "v2.a.b": ${refusal}`]],
    ['is a part of a path first', { name: 'a/b' }, [`metadata.name: Invalid value: "a/b": may not contain '/'`]],
    [
      'is not generated',
      { name: 'v1.a.b', generateName: 'g-' },
      [`metadata.generateName: Invalid value: "g-": ${refusal}`],
    ],
  ])('%s', (_, metadata, findings) => {
    expect(ask('/apis/apiregistration.k8s.io/v1/apiservices').created({ metadata, spec })).toEqual(findings);
  });
});

test('the status of a condition is known', () => {
  const status = { conditions: [{ type: 'a', status: 'Odd' }] };
  expect(
    ask('/apis/apiregistration.k8s.io/v1/apiservices').changed(
      { metadata: { name: 'v1.a.b' }, spec },
      { metadata: { name: 'v1.a.b' }, spec, status },
      'status',
    ),
  ).toEqual(['status.conditions[0].status: Unsupported value: "Odd": supported values: "True", "False", "Unknown"']);
});
