import { describe, expect, test } from '@jest/globals';
import { differences, normalForm } from './normal-form';

const named = (name: string) => ({ metadata: { name, generateName: 'a-' }, message: `of ${name}` });
const answer = (body: unknown) => ({ code: 200, body });

describe('normal form', () => {
  test.each<[string, unknown, unknown]>([
    ['ids', { uid: '6b68f6cd-5595-44e6-8cfc-7dc776aa977b' }, { uid: 'f521e6c8-41c1-455d-a2b3-bf3d320b1b0d' }],
    ['times', { creationTimestamp: '2026-01-01T00:00:00Z' }, { creationTimestamp: '2027-01-01T00:00:01Z' }],
    ['revisions', { resourceVersion: '5' }, { resourceVersion: '700' }],
    ['allocated addresses', { clusterIP: '10.96.4.5' }, { clusterIP: '10.97.200.1' }],
    ['allocated ports', { nodePort: 30_001 }, { nodePort: 31_999 }],
    ['ports and ages in tables', { cells: ['80:30001/TCP', '1s'] }, { cells: ['80:30002/TCP', '0s'] }],
    ['generated names', named('a-x1y2z'), named('a-b3c4d')],
    ['owners of fields', { managedFields: [1] }, {}],
    [
      'dumps of structures',
      { message: 'no change\n  core.PodSpec{ a: 1 }' },
      { message: 'no change\n  spec: 1 became 2' },
    ],
  ])('%s are alike', (_, reference, ours) => {
    expect(differences(normalForm(answer(reference)), normalForm(answer(ours)))).toEqual([]);
  });

  test.each<[string, unknown, unknown, string[]]>([
    ['a field that lacks', { a: { b: 1 } }, { a: {} }, ['body.a.b']],
    ['null and absent', { a: null }, {}, ['body.a']],
    ['an item', { a: [1, 2] }, { a: [1, 3] }, ['body.a[1]']],
    ['no revision', { resourceVersion: '5' }, { resourceVersion: '' }, ['body.resourceVersion']],
    ['a given name', { metadata: { name: 'a-1' } }, { metadata: { name: 'a-2' } }, ['body.metadata.name']],
    ['an order', { a: ['x', 'y'] }, { a: ['y', 'x'] }, ['body.a[0]', 'body.a[1]']],
  ])('%s differs', (_, reference, ours, places) => {
    const found = differences(normalForm(answer(reference)), normalForm(answer(ours)));
    expect(found.map(one => one.at)).toEqual(places);
  });
});
