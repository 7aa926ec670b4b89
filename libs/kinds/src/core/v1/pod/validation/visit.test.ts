import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import { findInContainers } from './visit';

test.each<[unknown, string[]]>([
  [{ containers: null, initContainers: null }, []],
  [{ containers: [{ name: 'a' }], initContainers: [{ name: 'b' }] }, ['spec.initContainers[0]', 'spec.containers[0]']],
])('%j', (spec, places) => {
  const found = findInContainers(spec as corev1.PodSpec, Path.at('spec'), (_, at) => [field.required(at)]);
  expect(found.map(finding => finding.field)).toEqual(places);
});
