import { expect, test } from '@jest/globals';
import type { AdmissionAttributes } from '@navarch/apiserver-runtime';
import { refuse } from './refuse';

const attributes = (group: string, object: object) =>
  ({
    requested: { group, version: 'v1beta1' },
    resource: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' },
    name: '',
    object,
  }) as unknown as AdmissionAttributes;

test.each<[string, object, string]>([
  ['extensions', { metadata: { name: 'a' } }, 'ingresses.extensions "a" is forbidden: no'],
  ['networking.k8s.io', { metadata: { generateName: 'a-' } }, 'ingresses.networking.k8s.io "a-" is forbidden: no'],
  ['networking.k8s.io', {}, 'ingresses.networking.k8s.io "Unknown" is forbidden: no'],
])('a refusal names the group that was asked for: %s', (group, object, message) => {
  expect(refuse(attributes(group, object), 'no')).toMatchObject({ code: 403, message, details: { group } });
});
