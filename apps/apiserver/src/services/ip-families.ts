import type { corev1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';

const SPEC = Path.at('spec');

/**
 * settleFamilies fills in the IP families of a Service, in place, for a cluster that has IPv4 addresses only. Answers what the Service asks
 * for that such a cluster does not have; then nothing is filled in. A headless Service without selector has the addresses that somebody
 * lists for it, of any family.
 */
export function settleFamilies({ spec = {} }: corev1.Service): FieldError[] {
  const { ipFamilies: wanted = [], ipFamilyPolicy: policy } = spec;
  const isHeadless = (spec.clusterIPs?.[0] ?? spec.clusterIP) === 'None';
  if (isHeadless && Object.keys(spec.selector ?? {}).length === 0) {
    spec.ipFamilyPolicy = policy ?? 'RequireDualStack';
    spec.ipFamilies = wanted.length ? wanted : ['IPv4'];
    if (spec.ipFamilies.length === 1 && spec.ipFamilyPolicy !== 'SingleStack')
      spec.ipFamilies = [...spec.ipFamilies, spec.ipFamilies[0] === 'IPv4' ? 'IPv6' : 'IPv4'];
    return [];
  }
  const errors: FieldError[] = [];
  if (policy === 'RequireDualStack') {
    const why = 'this cluster is not configured for dual-stack services';
    errors.push(field.invalid(SPEC.child('ipFamilyPolicy'), policy, why));
  }
  for (const [i, family] of wanted.entries()) {
    if (family !== 'IPv4')
      errors.push(field.invalid(SPEC.child('ipFamilies').index(i), family, 'not configured on this cluster'));
  }
  if (errors.length) return errors;
  spec.ipFamilyPolicy = policy ?? 'SingleStack';
  spec.ipFamilies = ['IPv4'];
  return [];
}
