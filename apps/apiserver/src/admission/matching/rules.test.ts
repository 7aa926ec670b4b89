import { describe, expect, test } from '@jest/globals';
import { attributes, onResource } from '../../testing/attributes';
import { matchedVersion, selectorsMatch, type Rule, type Selectors } from './rules';

const rule = (change: Partial<Rule> = {}): Rule => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['pods'],
  ...change,
});

describe('matchedVersion', () => {
  test.each<[string, object, Parameters<typeof attributes>[1], boolean]>([
    ['group, version, operation, resource', {}, {}, true],
    ['another operation', {}, { operation: 'UPDATE' }, false],
    ['all operations', { operations: ['*'] }, { operation: 'DELETE' }, true],
    ['another resource', {}, onResource('secrets', 'Secret'), false],
    ['a named object', { resourceNames: ['x'] }, {}, true],
    ['another object', { resourceNames: ['y'] }, {}, false],
    ['a subresource is not the resource', {}, { subresource: 'status' }, false],
    ['a named subresource', { resources: ['pods/status'] }, { subresource: 'status' }, true],
    ['everything with subresources', { resources: ['*/*'] }, { subresource: 'status' }, true],
    ['everything without subresources', { resources: ['*'] }, { subresource: 'status' }, false],
    ['namespaced only', { scope: 'Namespaced' }, {}, true],
    ['of the cluster only', { scope: 'Cluster' }, {}, false],
    [
      'a namespace itself is of the cluster',
      { scope: 'Cluster', resources: ['*'] },
      { ...onResource('namespaces', 'Namespace'), namespace: 'x' },
      true,
    ],
  ])('%s', (_name, change, about, want) => {
    expect(matchedVersion([rule(change)], 'Equivalent', attributes({}, about), []) !== undefined).toBe(want);
  });
  test('an equivalent version matches, unless only exact ones may', () => {
    const about = attributes(
      {},
      {
        ...onResource('ingresses', 'Ingress', 'networking.k8s.io'),
        requested: { group: 'networking.k8s.io', version: 'v1beta1' },
      },
    );
    const rules = [rule({ apiGroups: ['extensions'], apiVersions: ['v1beta1'], resources: ['ingresses'] })];
    const versions = [{ group: 'extensions', version: 'v1beta1' }];
    expect(matchedVersion(rules, 'Equivalent', about, versions)).toBe(versions[0]);
    expect(matchedVersion(rules, 'Exact', about, versions)).toBeUndefined();
    const unserved = versions.map(version => ({ ...version, unserved: true }));
    expect(matchedVersion(rules, 'Equivalent', about, unserved)).toBeUndefined();
  });
});

describe('selectorsMatch', () => {
  const namespace = { metadata: { labels: { env: 'prod' } } };
  test.each<[string, Selectors, object, boolean]>([
    ['no selectors', {}, {}, true],
    ['the namespace is chosen', { namespaceSelector: { matchLabels: { env: 'prod' } } }, {}, true],
    ['the namespace is not', { namespaceSelector: { matchLabels: { env: 'test' } } }, {}, false],
    [
      'the object is chosen',
      { objectSelector: { matchLabels: { a: 'b' } } },
      { metadata: { labels: { a: 'b' } } },
      true,
    ],
    ['the object is not', { objectSelector: { matchLabels: { a: 'b' } } }, { metadata: {} }, false],
  ])('%s', (_name, change, object, want) => {
    expect(selectorsMatch(change, attributes(object), namespace)).toBe(want);
  });
});
