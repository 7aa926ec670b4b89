import type { corev1 } from '@navarch/api';
import {
  field,
  isQualifiedName,
  parseQuantity,
  type FieldError,
  type Path,
  type Quantity,
} from '@navarch/apimachinery';
import { each, invalidStruct, NON_NEGATIVE, type Release } from '../../../../shared/errors';
import { goQuantity } from '../../../../shared/go-quantity';
import {
  isExtendedResource,
  isHugePages,
  isIntegerResource,
  isNativeResource,
  isOvercommitAllowed,
  isStandardResource,
} from '../../../../shared/resource-names';

/** validateQuantity checks an amount of a resource: not negative, whole where parts make no sense. */
export function validateQuantity(resource: string, text: string, path: Path): FieldError[] {
  const quantity = parseQuantity(text);
  const errors = quantity.sign() < 0 ? [field.invalid(path, quantity.toString(), NON_NEGATIVE)] : [];
  if (!isIntegerResource(resource) || quantity.isInteger()) return errors;
  return [...errors, invalidStruct(path, goQuantity(text), 'must be an integer')];
}

/** validateContainerResourceName checks the name of a resource that a container may ask for. */
export function validateContainerResourceName(name: string, path: Path): FieldError[] {
  const errors = validateResourceName(name, path);
  if (!name.includes('/')) {
    const standard = ['cpu', 'memory', 'ephemeral-storage'].includes(name) || isHugePages(name);
    return standard ? errors : [...errors, field.invalid(path, name, 'must be a standard resource for containers')];
  }
  const fine = isNativeResource(name) || isExtendedResource(name);
  return fine ? errors : [...errors, field.invalid(path, name, "doesn't follow extended resource name standard")];
}

/** validateResourceName checks the name of any resource: one that Kubernetes knows, or one with a domain. */
export function validateResourceName(name: string, path: Path): FieldError[] {
  const errors = each(path, name, isQualifiedName(name));
  if (errors.length || name.includes('/') || isStandardResource(name)) return errors;
  return [field.invalid(path, name, 'must be a standard resource type or fully qualified')];
}

/** validateResources checks limits and requests of a container. */
export function validateResources(
  resources: corev1.ResourceRequirements | undefined,
  path: Path,
  release: Release,
): FieldError[] {
  const limits = new Map(Object.entries(resources?.limits ?? {}));
  const errors: FieldError[] = [];
  const list = (
    values: Iterable<readonly [string, string]>,
    at: Path,
    more?: (name: string, quantity: Quantity) => FieldError[],
  ) => {
    for (const [name, text] of values) {
      errors.push(...validateContainerResourceName(name, at.key(name)), ...validateQuantity(name, text, at.key(name)));
      if (more) errors.push(...more(name, parseQuantity(text)));
    }
  };
  list(limits, path.child('limits'));
  const requests = path.child('requests');
  list(Object.entries(resources?.requests ?? {}), requests, (name, quantity) => {
    const text = limits.get(name);
    if (text === undefined) {
      return isOvercommitAllowed(name)
        ? []
        : [field.required(path.child('limits'), 'Limit must be set for non overcommitable resources')];
    }
    const limit = parseQuantity(text);
    const order = quantity.cmp(limit);
    const amount = release.emulated >= 27 ? ` of ${limit.toString()}` : '';
    if (order !== 0 && !isOvercommitAllowed(name)) {
      return [field.invalid(requests, quantity.toString(), `must be equal to ${name} limit${amount}`)];
    }
    return order > 0
      ? [field.invalid(requests, quantity.toString(), `must be less than or equal to ${name} limit${amount}`)]
      : [];
  });
  const names = [...limits.keys(), ...Object.keys(resources?.requests ?? {})];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(field.forbidden(path, 'HugePages require cpu or memory'));
  return errors;
}
