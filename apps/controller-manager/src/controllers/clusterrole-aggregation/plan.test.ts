import { expect, test } from '@jest/globals';
import { aggregatedRules } from './plan';

const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
const role = (name: string, labels: Record<string, string>, ...resources: string[]) => ({
  metadata: { name, labels },
  rules: resources.map(rule),
});

test('rules come from the selected roles, in the order of their names, each once, and never from itself', () => {
  const sum = {
    ...role('sum', { to: 'sum' }, 'own'),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'sum' } }] },
  };
  const all = [
    role('b', { to: 'sum' }, 'pods', 'nodes'),
    role('a', { to: 'sum' }, 'pods'),
    role('c', {}, 'secrets'),
    sum,
  ];
  expect(aggregatedRules(sum, all)).toEqual([rule('pods'), rule('nodes')]);
});
