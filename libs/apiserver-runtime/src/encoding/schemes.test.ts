import { expect, test } from '@jest/globals';
import { parseApiVersion } from '@navarch/apimachinery';
import { knownType, notRegistered, schemeOf } from './schemes';

test.each<[string, string, string, string | undefined]>([
  ['apps', 'v1', 'Pod', 'v1'],
  ['', 'policy/v1beta1', 'PodDisruptionBudget', 'v1beta1'],
  ['', 'policy/v1beta1', 'DeleteOptions', 'v1'],
  ['', 'meta.k8s.io/v1', 'PartialObjectMetadata', undefined],
  ['', 'apiextensions.k8s.io/v1', 'CustomResourceDefinition', undefined],
  ['apiextensions.k8s.io', 'apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'v1'],
  ['apiextensions.k8s.io', 'v1', 'Pod', undefined],
  ['apiextensions.k8s.io', 'v1', 'Status', 'v1'],
  ['apiextensions.k8s.io', 'apps/v1', 'DeleteOptions', undefined],
  ['apiregistration.k8s.io', 'apiextensions.k8s.io/v1', 'CustomResourceDefinition', undefined],
])('a body where kinds of "%s" are expected: %s %s', (group, apiVersion, kind, want) => {
  expect(knownType(group, parseApiVersion(apiVersion)!, kind)).toBe(want);
});

test('the message names the scheme', () => {
  expect(notRegistered('Pod', 'v1', schemeOf('apiregistration.k8s.io'))).toBe(
    'no kind "Pod" is registered for version "v1" in scheme "k8s.io/kube-aggregator/pkg/apiserver/scheme/scheme.go:32"',
  );
});
