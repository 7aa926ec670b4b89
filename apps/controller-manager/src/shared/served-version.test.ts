import { expect, test } from '@jest/globals';
import { releaseOf } from './release';
import { asServed } from './served-version';

test.each([
  ['batch/v1', 'CronJob', 20, 'batch/v1beta1'],
  ['batch/v1', 'CronJob', 21, 'batch/v1'],
  ['batch/v1', 'Job', 20, 'batch/v1'],
  ['policy/v1', 'PodDisruptionBudget', 20, 'policy/v1beta1'],
])('%s %s in 1.%i is %s', (apiVersion, kind, minor, served) => {
  expect(asServed({ apiVersion, kind, name: 'x' }, releaseOf(minor))).toEqual({ apiVersion: served, kind, name: 'x' });
});
