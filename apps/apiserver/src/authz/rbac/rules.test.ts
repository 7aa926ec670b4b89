import { describe, expect, test } from '@jest/globals';
import { compactRules, describeRule, ruleAllows, uncoveredRules, type Asked, type PolicyRule } from './rules';

const asked = (change: Partial<Asked>): Asked => ({
  verb: 'get',
  isResourceRequest: true,
  group: '',
  resource: 'pods',
  subresource: '',
  name: '',
  path: '',
  ...change,
});
const pods: PolicyRule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

describe('ruleAllows', () => {
  const cases: [string, PolicyRule, Partial<Asked>, boolean][] = [
    ['verb, group and resource', pods, {}, true],
    ['another verb', pods, { verb: 'delete' }, false],
    ['another group', pods, { group: 'apps' }, false],
    ['a subresource is not the resource', pods, { subresource: 'log' }, false],
    ['a named subresource', { ...pods, resources: ['pods/log'] }, { subresource: 'log' }, true],
    ['a subresource of anything', { ...pods, resources: ['*/scale'] }, { resource: 'x', subresource: 'scale' }, true],
    ['a subresource of anything is no resource', { ...pods, resources: ['*/scale'] }, { resource: 'x' }, false],
    [
      'everything',
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { group: 'a', resource: 'b', subresource: 'c', verb: 'd' },
      true,
    ],
    ['a name', { ...pods, resourceNames: ['a'] }, { name: 'a' }, true],
    ['another name', { ...pods, resourceNames: ['a'] }, { name: 'b' }, false],
    ['no name where one is asked for', { ...pods, resourceNames: ['a'] }, {}, false],
    ['a resource rule allows no path', pods, { isResourceRequest: false, path: '/healthz' }, false],
    ['a path', { verbs: ['get'], nonResourceURLs: ['/healthz'] }, { isResourceRequest: false, path: '/healthz' }, true],
    [
      'a longer path',
      { verbs: ['get'], nonResourceURLs: ['/healthz'] },
      { isResourceRequest: false, path: '/healthz/etcd' },
      false,
    ],
    ['a prefix', { verbs: ['get'], nonResourceURLs: ['/api/*'] }, { isResourceRequest: false, path: '/api/v1' }, true],
    ['a path rule allows no resource', { verbs: ['*'], nonResourceURLs: ['*'] }, {}, false],
  ];
  test.each(cases)('%s', (_name, rule, change, want) => {
    expect(ruleAllows(rule, asked(change))).toBe(want);
  });
});

describe('uncoveredRules', () => {
  const wanted: PolicyRule = { verbs: ['get', 'delete'], apiGroups: [''], resources: ['pods', 'secrets'] };
  test.each<[string, PolicyRule[], number]>([
    ['nothing held', [], 4],
    ['one verb of one resource held', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }], 3],
    ['everything held', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], 0],
    [
      'held for one name only',
      [{ verbs: ['*'], apiGroups: [''], resources: ['pods', 'secrets'], resourceNames: ['a'] }],
      4,
    ],
    [
      'held in two rules',
      [
        { ...wanted, verbs: ['get'] },
        { ...wanted, verbs: ['delete'] },
      ],
      0,
    ],
  ])('%s', (_name, held, missing) => {
    expect(uncoveredRules(held, [wanted])).toHaveLength(missing);
  });

  test('a right for some names is covered by the right for all', () => {
    expect(uncoveredRules([pods], [{ ...pods, resourceNames: ['a', 'b'] }])).toEqual([]);
  });

  test('paths are covered by prefixes', () => {
    expect(
      uncoveredRules(
        [{ verbs: ['get'], nonResourceURLs: ['/a/*'] }],
        [{ verbs: ['get'], nonResourceURLs: ['/a/b', '/c'] }],
      ),
    ).toEqual([{ verbs: ['get'], nonResourceURLs: ['/c'] }]);
  });
});

test('missing rules are joined by resource and described as messages show them', () => {
  const missing = uncoveredRules(
    [],
    [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }],
  );
  expect(compactRules(missing).map(describeRule)).toEqual([
    '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["get" "list"]}',
  ]);
});
