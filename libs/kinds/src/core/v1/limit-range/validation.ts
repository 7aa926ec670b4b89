import type { corev1 } from '@navarch/api';
import { field, isQualifiedName, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct, type Release } from '../../../shared/errors';
import { goQuantity } from '../../../shared/go-quantity';
import { isNativeResource } from '../../../shared/resource-names';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** validateLimitRange checks that the bounds of each type fit each other. */
export function validateLimitRange({ spec }: corev1.LimitRange, release: Release): FieldError[] {
  const types = new Set<string>();
  return (spec?.limits ?? []).flatMap((item, i) => {
    const at = Path.at('spec', 'limits').index(i);
    const errors = validateType(item.type ?? '', at.child('type'));
    if (types.has(item.type)) errors.push(field.duplicate(at.child('type'), item.type));
    types.add(item.type);
    return [...errors, ...validateItem(item, at, release)];
  });
}

function validateType(type: string, path: Path): FieldError[] {
  const errors = each(path, type, isQualifiedName(type));
  if (errors.length || type.includes('/') || TYPES.includes(type)) return errors;
  return [field.invalid(path, type, 'must be a standard limit type or fully qualified')];
}

function validateItem(item: corev1.LimitRangeItem, path: Path, release: Release): FieldError[] {
  const errors: FieldError[] = [];
  if (item.type === 'Pod') {
    for (const list of ['default', 'defaultRequest'] as const) {
      if (Object.keys(item[list] ?? {}).length)
        errors.push(field.forbidden(path.child(list), "may not be specified when `type` is 'Pod'"));
    }
  }
  if (item.type === 'PersistentVolumeClaim' && !item.min?.['storage'] && !item.max?.['storage']) {
    errors.push(
      field.required(
        path.child('limits'),
        'either minimum or maximum storage value is required, but neither was provided',
      ),
    );
  }
  const names = new Set(LISTS.flatMap(list => Object.keys(item[list] ?? {})));
  for (const list of LISTS) {
    for (const name of Object.keys(item[list] ?? {}))
      errors.push(...validateName(item.type, name, path.child(list).key(name)));
  }
  for (const name of names) errors.push(...validateBounds(item, name, path, release));
  return errors;
}

function validateName(type: string, name: string, path: Path): FieldError[] {
  const errors = each(path, name, isQualifiedName(name));
  if (errors.length || name.includes('/') || !isNativeResource(name)) return errors;
  const standard = type === 'PersistentVolumeClaim' ? ['storage'] : ['cpu', 'memory', 'ephemeral-storage', 'storage'];
  return standard.includes(name) || name.startsWith('hugepages-')
    ? []
    : [field.invalid(path, name, 'must be a standard resource type or fully qualified')];
}

function validateBounds(item: corev1.LimitRangeItem, name: string, path: Path, release: Release): FieldError[] {
  const { min, max, default: limit, defaultRequest: request, maxLimitRequestRatio: ratio } = item;
  const errors: FieldError[] = [];
  const show = (text: string) => parseQuantity(text).toString();
  const above = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && parseQuantity(a).cmp(parseQuantity(b)) > 0;
  const complain = (list: string, text: string, detail: string) =>
    errors.push(invalidStruct(path.child(list).key(name), show(text), goQuantity(text), detail, release));
  const [low, high, normal, wanted, factor] = [min?.[name], max?.[name], limit?.[name], request?.[name], ratio?.[name]];
  if (above(low, high)) complain('min', low!, `min value ${show(low!)} is greater than max value ${show(high!)}`);
  if (above(low, wanted))
    complain(
      'defaultRequest',
      wanted!,
      `min value ${show(low!)} is greater than default request value ${show(wanted!)}`,
    );
  if (above(wanted, high))
    complain(
      'defaultRequest',
      wanted!,
      `default request value ${show(wanted!)} is greater than max value ${show(high!)}`,
    );
  if (above(wanted, normal))
    complain(
      'defaultRequest',
      wanted!,
      `default request value ${show(wanted!)} is greater than default limit value ${show(normal!)}`,
    );
  // The quantity shown for these two is the bound, not the default.
  if (above(low, normal))
    complain('default', low!, `min value ${show(low!)} is greater than default value ${show(normal!)}`);
  if (above(normal, high))
    complain('default', high!, `default value ${show(normal!)} is greater than max value ${show(high!)}`);
  if (factor !== undefined && above('1', factor))
    complain('maxLimitRequestRatio', factor, `ratio ${show(factor)} is less than 1`);
  return errors;
}
