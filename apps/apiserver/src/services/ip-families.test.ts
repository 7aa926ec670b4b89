import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { settleFamilies } from './ip-families';

const headless = { clusterIP: 'None', clusterIPs: ['None'] };
const selector = { app: 'x' };

test.each<[string, corev1.ServiceSpec, string, string[]]>([
  ['a plain Service', { selector }, 'SingleStack', ['IPv4']],
  ['one without selector', {}, 'SingleStack', ['IPv4']],
  ['one that takes what there is', { selector, ipFamilyPolicy: 'PreferDualStack' }, 'PreferDualStack', ['IPv4']],
  ['a headless one', { selector, ...headless }, 'SingleStack', ['IPv4']],
  ['a headless one without selector', headless, 'RequireDualStack', ['IPv4', 'IPv6']],
  ['… of IPv6', { ...headless, ipFamilies: ['IPv6'] }, 'RequireDualStack', ['IPv6', 'IPv4']],
  ['… of one family', { ...headless, ipFamilyPolicy: 'SingleStack' }, 'SingleStack', ['IPv4']],
])('%s', (_, spec, policy, families) => {
  const service = { spec: { ...spec } };
  expect(settleFamilies(service)).toEqual([]);
  expect(service.spec).toMatchObject({ ipFamilyPolicy: policy, ipFamilies: families });
});

test.each<[corev1.ServiceSpec, string[]]>([
  [{ ipFamilies: ['IPv6'] }, ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster']],
  [
    { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' },
    [
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
      'spec.ipFamilies[1]: Invalid value: "IPv6": not configured on this cluster',
    ],
  ],
])('%j is refused', (spec, findings) => {
  const service = { spec: { selector, ...spec } };
  expect(settleFamilies(service).map(({ field, message }) => `${field}: ${message}`)).toEqual(findings);
  expect(service.spec).toEqual({ selector, ...spec });
});
