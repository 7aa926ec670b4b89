import { describe, expect, test } from '@jest/globals';
import { apiPriority, compareVersions, orderGroups, type AnnouncedVersion } from './groups';

const announced = (group: string, version: string, priority = apiPriority(group, version)): AnnouncedVersion => ({
  group,
  version,
  priority,
});

describe('the order of groups', () => {
  test.each([
    {
      name: 'built-in groups stand by their priority, custom ones behind them by the name of their APIService',
      versions: [
        announced('b.example.com', 'v1'),
        announced('apps', 'v1'),
        announced('a.example.com', 'v2'),
        announced('apiregistration.k8s.io', 'v1'),
        announced('', 'v1'),
      ],
      want: ['apiregistration.k8s.io v1', ' v1', 'apps v1', 'b.example.com v1', 'a.example.com v2'],
    },
    {
      name: 'one version with a great priority lifts its whole group',
      versions: [
        announced('apps', 'v1'),
        announced('x.example.com', 'v1', { group: 100, version: 5 }),
        announced('x.example.com', 'v2', { group: 19_000, version: 1 }),
      ],
      want: ['x.example.com v1 v2', 'apps v1'],
    },
    {
      name: 'versions of one priority stand by preference',
      versions: [announced('x', 'v1alpha1'), announced('x', 'v1beta1'), announced('x', 'v1')],
      want: ['x v1 v1beta1 v1alpha1'],
    },
  ])('$name', ({ versions, want }) => {
    expect(orderGroups(versions).map(({ group, versions: all }) => [group, ...all].join(' '))).toEqual(want);
  });

  test('versions are ordered by preference', () => {
    const versions = ['v1alpha1', 'foo', 'v2', 'v1beta2', 'v10', 'v1', 'v1beta10', 'bar'];
    const want = ['v10', 'v2', 'v1', 'v1beta10', 'v1beta2', 'v1alpha1', 'bar', 'foo'];
    expect(versions.sort(compareVersions)).toEqual(want);
  });
});
