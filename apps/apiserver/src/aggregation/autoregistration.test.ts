import { expect, test } from '@jest/globals';
import { announcedVersion, localApiService } from './api-service';
import { planRegistration } from './autoregistration';

const apps = localApiService({ group: 'apps', version: 'v1', custom: false });
const widgets = localApiService({ group: 'example.com', version: 'v1', custom: true });
const changed = (service: typeof apps) => ({ ...service, spec: { ...service.spec!, versionPriority: 1 } });
const unlabelled = (service: typeof apps) => ({ ...service, metadata: { name: service.metadata?.name } });

test.each([
  { name: 'a missing one is made', wanted: apps, want: 'create' },
  { name: 'what nobody wants and nobody has is left alone', want: 'leave' },
  { name: 'one that is right is left alone', wanted: apps, present: apps, isStart: true, want: 'leave' },
  {
    name: 'a built-in one is corrected at the start',
    wanted: apps,
    present: changed(apps),
    isStart: true,
    want: 'update',
  },
  { name: '… and not later', wanted: apps, present: changed(apps), want: 'leave' },
  { name: 'a custom one is corrected at any time', wanted: widgets, present: changed(widgets), want: 'update' },
  {
    name: 'one without the label is its owner’s',
    wanted: apps,
    present: unlabelled(changed(apps)),
    isStart: true,
    want: 'leave',
  },
  { name: 'a custom one goes with its kinds', present: widgets, want: 'delete' },
  { name: 'a built-in one goes when a server starts that lacks it', present: apps, isStart: true, want: 'delete' },
  { name: '… and not while another server has it', present: apps, want: 'leave' },
])('$name', ({ wanted, present, isStart = false, want }) => {
  expect(planRegistration(wanted, present, isStart)).toBe(want);
});

test('an APIService is made as upstream makes it', () => {
  expect(localApiService({ group: '', version: 'v1', custom: false })).toMatchObject({
    metadata: { name: 'v1.', labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: { version: 'v1', groupPriorityMinimum: 18_000, versionPriority: 1 },
  });
  expect(announcedVersion(widgets)).toEqual({
    group: 'example.com',
    version: 'v1',
    priority: { group: 1000, version: 100 },
  });
});
