import { describe, expect, test } from '@jest/globals';
import { questionOf, type Mode } from './modes';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }] } };
const ask = (mode: Mode, path: (string | number)[], value: unknown) => questionOf(mode, '/pods', pod, { path, value });

describe('questions', () => {
  test.each<[Mode, string, string, object]>([
    ['create', 'POST', '/pods?dryRun=All', { ...pod, spec: {} }],
    ['update', 'PUT', '/pods/p?dryRun=All', { ...pod, spec: {} }],
    ['status', 'PUT', '/pods/p/status?dryRun=All', { ...pod, spec: {} }],
    ['merge', 'PATCH', '/pods/p?dryRun=All', { spec: { containers: null } }],
    ['strategic', 'PATCH', '/pods/p?dryRun=All', { spec: { containers: null } }],
    ['json', 'PATCH', '/pods/p?dryRun=All', [{ op: 'remove', path: '/spec/containers' }]],
  ])('%s', (mode, method, path, body) => {
    expect(ask(mode, ['spec', 'containers'], undefined)).toMatchObject({ method, path, body });
  });

  test('a merge patch inside a list has the whole list', () => {
    expect(ask('merge', ['spec', 'containers', 0, 'name'], 7)?.body).toEqual({ spec: { containers: [{ name: 7 }] } });
  });

  test('pointers are escaped', () => {
    expect(ask('json', ['metadata', 'a/b~c'], 1)?.body).toEqual([
      { op: 'replace', path: '/metadata/a~1b~0c', value: 1 },
    ]);
  });
});
