import { expect, test } from '@jest/globals';
import type { StrategyContext } from '../kind';
import { isolatedStatusStrategy, statusStrategy, type WithStatus } from './strategies';

const context: StrategyContext = { emulated: 33, apiVersion: 'v1', now: 0, dryRun: false };
const old: WithStatus = { metadata: { name: 'a', labels: { l: '1' } }, spec: 1, status: 1 };
const next = (): WithStatus => ({
  metadata: { name: 'a', labels: { l: '2' }, annotations: { s: '1' }, finalizers: ['f'] },
  spec: 2,
  status: 2,
});

test('a status endpoint takes the status and leaves the spec', () => {
  const object = next();
  statusStrategy().prepareForUpdate?.(object, old, context);
  expect(object).toMatchObject({ metadata: { labels: { l: '2' }, annotations: { s: '1' } }, spec: 1, status: 2 });
});

test('an isolated one leaves the metadata too', () => {
  const object = next();
  isolatedStatusStrategy().prepareForUpdate?.(object, old, context);
  expect(object).toEqual({ metadata: { name: 'a', labels: { l: '1' } }, spec: 1, status: 2 });
});

test('one that keeps all of it leaves but the owners of fields to who counts them', () => {
  const object = {
    ...next(),
    metadata: { ...next().metadata, deletionTimestamp: 'x', managedFields: [{ manager: 'm' }] },
  };
  isolatedStatusStrategy({}, 'all').prepareForUpdate?.(object, old, context);
  expect(object.metadata).toEqual({ ...old.metadata, managedFields: [{ manager: 'm' }] });
});
