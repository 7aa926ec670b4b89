import type { corev1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { IMMUTABLE, invalidStruct, type Release } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { COMBINATIONS, DUAL_STACK, isHeadless, needsHealthCheck, validateBalancerClass } from './validation';

const SPEC = Path.at('spec');
const FIXED = 'may not change once set';
type Spec = corev1.ServiceSpec;

/** validateServiceUpdate: addresses and families stay once they are there, but for the second ones, unless the type gives them up. */
export function validateServiceUpdate(
  { spec = {} }: corev1.Service,
  { spec: before = {} }: corev1.Service,
  release: Release,
): FieldError[] {
  const named = spec.type === 'ExternalName' || before.type === 'ExternalName';
  const errors = named ? [] : validateAddresses(spec, before);
  if (release.emulated < DUAL_STACK) return errors;
  return [
    ...errors,
    ...(named ? [] : validateFamiliesUnchanged(spec, before)),
    ...validateClassUnchanged(spec, before),
    ...(release.emulated < COMBINATIONS ? [] : validateHealthPortUnchanged(spec, before)),
  ];
}

function validateAddresses(spec: Spec, before: Spec): FieldError[] {
  const now = spec.clusterIPs ?? [];
  const old = before.clusterIPs ?? [];
  if (!before.clusterIP || (isHeadless(spec) && isHeadless(before))) return [];
  const at = SPEC.child('clusterIPs');
  const go = goStrings(spec.clusterIPs);
  if (!now.length) return [invalidStruct(at.index(0), go, 'primary clusterIP can not be unset')];
  const errors: FieldError[] = [];
  // Of lists of different length only the first addresses are compared.
  const compared = now.length === old.length ? now.length : 1;
  for (let i = 0; i < compared; i++)
    if (now[i] !== (old[i] ?? before.clusterIP)) errors.push(invalidStruct(at.index(i), go, FIXED));
  if (now.length === 1 && old.length > 1) errors.push(...validateReleased(spec, 'clusterIP'));
  return errors;
}

function validateFamiliesUnchanged(spec: Spec, before: Spec): FieldError[] {
  if (isHeadless(spec) || isHeadless(before)) return [];
  const now = spec.ipFamilies ?? [];
  const old = before.ipFamilies ?? [];
  const at = SPEC.child('ipFamilies').index(0);
  const families = goStrings(spec.ipFamilies, 'core.IPFamily');
  if (now.length === old.length)
    return old.filter((family, i) => family !== now[i]).map(() => invalidStruct(at, families, FIXED));
  const errors: FieldError[] = [];
  if (now.length < old.length && !spec.clusterIPs?.length)
    errors.push(invalidStruct(at, families, 'primary ipFamily can not be unset'));
  // What is shown here are the addresses.
  if (now.length && old.length && now[0] !== old[0]) errors.push(invalidStruct(at, goStrings(spec.clusterIPs), FIXED));
  if (now.length === 1 && old.length > 1) errors.push(...validateReleased(spec, 'ipFamily'));
  return errors;
}

/** Who gives a second address or family back says that he wants one only. */
function validateReleased({ ipFamilyPolicy: policy }: Spec, what: 'clusterIP' | 'ipFamily'): FieldError[] {
  if (policy === 'SingleStack') return [];
  const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
  return [field.invalid(SPEC.child('ipFamilyPolicy'), policy ?? null, detail)];
}

function validateClassUnchanged(spec: Spec, before: Spec): FieldError[] {
  const balanced = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer';
  const moved = balanced && spec.loadBalancerClass !== before.loadBalancerClass;
  return [
    ...(moved ? [field.invalid(SPEC.child('loadBalancerClass'), spec.loadBalancerClass ?? null, FIXED)] : []),
    ...validateBalancerClass(spec),
  ];
}

function movesHealthPort(spec: Spec, before: Spec): boolean {
  if (!needsHealthCheck(spec) || !needsHealthCheck(before)) return false;
  return (spec.healthCheckNodePort ?? 0) !== (before.healthCheckNodePort ?? 0);
}

function validateHealthPortUnchanged(spec: Spec, before: Spec): FieldError[] {
  return movesHealthPort(spec, before) ? [field.forbidden(SPEC.child('healthCheckNodePort'), IMMUTABLE)] : [];
}

const FIXED_HEALTH =
  'cannot change healthCheckNodePort on loadBalancer service with externalTraffic=Local during update';

/** validateHealthChange is how early releases say that the port of the health check stays as long as there is a check. */
export function validateHealthChange(
  { spec = {} }: corev1.Service,
  { spec: before = {} }: corev1.Service,
): FieldError[] {
  if (!movesHealthPort(spec, before)) return [];
  return [field.invalid(SPEC.child('healthCheckNodePort'), spec.healthCheckNodePort ?? 0, FIXED_HEALTH)];
}
