import { beforeEach, describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { silentLogger } from '@navarch/base';
import { FakeClock } from '@navarch/testing';
import { Fields } from '../config-files/fields';
import { attributes, onResource } from '../testing/attributes';
import { ImagePolicyWebhook, imageReviewSpec, readImagePolicy } from './image-policy';
import { makePlugins, type PluginParts } from './plugins';

const pod = (change: Partial<corev1.Pod> = {}): corev1.Pod => ({
  metadata: { name: 'p', annotations: { 'mine.image-policy.k8s.io/ticket': '7', other: 'x' } },
  spec: { containers: [{ name: 'c', image: 'a:1' }], initContainers: [{ name: 'i', image: 'b:2' }] },
  ...change,
});

describe('readImagePolicy', () => {
  const read = (imagePolicy: object) => readImagePolicy(Fields.of({ imagePolicy }));
  const defaults = { kubeconfig: 'k', allowMs: 300_000, denyMs: 30_000, backoffMs: 500, defaultAllow: false };
  test.each<[object, object]>([
    [{ kubeConfigFile: 'k' }, defaults],
    [
      { kubeConfigFile: 'k', allowTTL: 0, denyTTL: -1 },
      { ...defaults, denyMs: 0 },
    ],
    [
      { kubeConfigFile: 'k', allowTTL: 50, denyTTL: 1800, retryBackoff: 7, defaultAllow: true },
      { kubeconfig: 'k', allowMs: 50_000, denyMs: 1_800_000, backoffMs: 7, defaultAllow: true },
    ],
  ])('%j', (policy, want) => expect(read(policy)).toEqual(want));
  test.each<[object, string]>([
    [{}, 'imagePolicy.kubeConfigFile: is required'],
    [{ kubeConfigFile: 'k', allowTTL: 1801 }, 'imagePolicy.allowTTL: must be between 1 and 1800'],
    [{ kubeConfigFile: 'k', denyTTL: -2 }, 'imagePolicy.denyTTL: must be between 1 and 1800'],
    [{ kubeConfigFile: 'k', ttl: 1 }, 'imagePolicy.ttl: unknown field'],
  ])('%j is refused', (policy, want) => expect(() => read(policy)).toThrow(want));
});

test('the webhook is told of the images, and of annotations that are meant for it', () => {
  expect(imageReviewSpec(attributes(pod()), true)).toEqual({
    containers: [{ image: 'a:1' }, { image: 'b:2' }],
    annotations: { 'mine.image-policy.k8s.io/ticket': '7' },
    namespace: 'ns',
  });
});

describe('ImagePolicyWebhook', () => {
  let clock: FakeClock;
  let asked: object[];
  let answer: () => Promise<object>;
  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
  });
  const plugin = (defaultAllow = false, emulated = 33) =>
    new ImagePolicyWebhook(
      { ask: <S extends object>(review: object) => (asked.push(review), answer() as Promise<S>) },
      { allowMs: 300_000, denyMs: 30_000, defaultAllow },
      emulated,
      clock,
      silentLogger,
    );

  test.each<[string, object, string | undefined]>([
    ['allowed', { allowed: true }, undefined],
    [
      'denied for a reason',
      { allowed: false, reason: 'unsigned' },
      'pods "x" is forbidden: image policy webhook backend denied one or more images: unsigned',
    ],
    ['denied', {}, 'pods "x" is forbidden: one or more images rejected by webhook backend'],
  ])('%s', async (_name, status, failure) => {
    answer = () => Promise.resolve({ ...status, auditAnnotations: { scanner: 's' } });
    const write = attributes(pod());
    const run = plugin().validate(write);
    await (failure ? expect(run).rejects.toThrow(failure) : expect(run).resolves.toBeUndefined());
    expect(write.annotations).toEqual({ 'imagepolicywebhook.image-policy.k8s.io/scanner': 's' });
  });

  test('who cannot be asked refuses, or lets pass if that is wanted', async () => {
    answer = () => Promise.reject(new Error('nobody there'));
    await expect(plugin().validate(attributes(pod()))).rejects.toMatchObject({
      code: 403,
      message: 'pods "x" is forbidden: nobody there',
    });
    const write = attributes(pod());
    await plugin(true).validate(write);
    expect(write.annotations).toEqual({ 'imagepolicywebhook.image-policy.k8s.io/failed-open': 'true' });
  });

  test.each([
    [true, 300_000],
    [false, 30_000],
  ])('that it is allowed: %s is believed for %d ms', async (allowed, ttl) => {
    answer = () => Promise.resolve({ allowed });
    const webhook = plugin();
    const ask = () => webhook.validate(attributes(pod())).catch(() => undefined);
    await ask();
    await ask();
    expect(asked).toHaveLength(1);
    await webhook.validate(attributes(pod({ spec: { containers: [] } }))).catch(() => undefined);
    expect(asked).toHaveLength(2);
    await clock.advance(ttl + 1);
    await ask();
    expect(asked).toHaveLength(3);
  });

  test.each<[string, object, number, boolean]>([
    ['a creation', {}, 20, true],
    ['an update', { operation: 'UPDATE' }, 20, true],
    ['a deletion', { operation: 'DELETE' }, 33, false],
    ['a status', { operation: 'UPDATE', subresource: 'status' }, 33, false],
    ['ephemeral containers', { operation: 'UPDATE', subresource: 'ephemeralcontainers' }, 26, false],
    ['ephemeral containers since 1.27', { operation: 'UPDATE', subresource: 'ephemeralcontainers' }, 27, true],
    ['another kind', onResource('services', 'Service'), 33, false],
  ])('%s', (_name, change, emulated, want) => {
    expect(plugin(false, emulated).handles(attributes(pod(), change))).toBe(want);
  });
});

test('it cannot be on without a configuration', () => {
  const parts = { configurations: new Map(), emulated: 33 } as unknown as PluginParts;
  expect(() => makePlugins(parts, ['ImagePolicyWebhook'], [])).toThrow(
    'admission plugin ImagePolicyWebhook: no config specified',
  );
});
