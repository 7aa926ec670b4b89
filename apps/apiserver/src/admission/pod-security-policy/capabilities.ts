import type { corev1, policyv1beta1 } from '@navarch/api';
import { field, type Path } from '@navarch/apimachinery';
import { refused, type Finding } from './finding';

type Spec = policyv1beta1.PodSecurityPolicySpec;

const ANY = '*';

/**
 * defaultCapabilities are a container's with what the policy adds to all (but what the container drops) and what it drops from all, in
 * order; those that were given if that changes nothing.
 */
export function defaultCapabilities(
  { defaultAddCapabilities = [], requiredDropCapabilities = [] }: Spec,
  own: corev1.Capabilities | undefined,
): corev1.Capabilities | undefined {
  const ownAdd = new Set(own?.add);
  const ownDrop = new Set(own?.drop);
  const add = new Set([...ownAdd, ...defaultAddCapabilities.filter(name => !ownDrop.has(name))]);
  const drop = new Set([...ownDrop, ...requiredDropCapabilities]);
  if (add.size === ownAdd.size && drop.size === ownDrop.size) return own;
  return { ...(add.size && { add: [...add].sort() }), ...(drop.size && { drop: [...drop].sort() }) };
}

/** checkCapabilities: what is added has to be allowed, and what has to be dropped is. */
export function checkCapabilities(
  { defaultAddCapabilities = [], requiredDropCapabilities = [], allowedCapabilities = [] }: Spec,
  own: corev1.Capabilities | undefined,
  path: Path,
): Finding[] {
  if (!own) {
    if (!defaultAddCapabilities.length && !requiredDropCapabilities.length) return [];
    return [field.invalid(path, undefined, 'required capabilities are not set on the securityContext')];
  }
  if (allowedCapabilities.includes(ANY)) return [];
  const { add = [], drop } = own;
  const go = drop
    ? `[]core.Capability{${drop.map(name => JSON.stringify(name)).join(', ')}}`
    : '[]core.Capability(nil)';
  return [
    ...add
      .filter(name => !defaultAddCapabilities.includes(name) && !allowedCapabilities.includes(name))
      .map(name => field.invalid(path.child('add'), name, 'capability may not be added')),
    ...requiredDropCapabilities
      .filter(name => !drop?.includes(name))
      .map(name => refused(path.child('drop'), go, `${name} is required to be dropped but was not found`)),
  ];
}
