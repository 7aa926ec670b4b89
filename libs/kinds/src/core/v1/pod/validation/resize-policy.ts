import type { corev1 } from '@navarch/api';
import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';
import { findInContainers } from './visit';

const RESIZED = ['cpu', 'memory'];
const POLICIES = ['NotRequired', 'RestartContainer'];

/** validateResizePolicies: each resource is named once, and containers of pods that never restart are not restarted to resize them. */
export function validateResizePolicies(spec: corev1.PodSpec, path: Path): FieldError[] {
  return findInContainers(spec, path, (container, where) => {
    const resizePolicy = container.resizePolicy ?? [];
    const at = where.child('resizePolicy');
    const oneOf = (value: string | undefined, supported: readonly string[]) => {
      if (!value) return [field.required(at)];
      return supported.includes(value) ? [] : [field.notSupported(at, value, supported)];
    };
    const names = resizePolicy.map(({ resourceName }) => resourceName);
    return foundIn(resizePolicy, ({ resourceName, restartPolicy }, i) => [
      ...(names.indexOf(resourceName) < i ? [field.duplicate(at.index(i), resourceName)] : []),
      ...oneOf(resourceName, RESIZED),
      ...oneOf(restartPolicy, POLICIES),
      ...(spec.restartPolicy === 'Never' && restartPolicy !== 'NotRequired'
        ? [field.invalid(at, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'")]
        : []),
    ]);
  });
}
