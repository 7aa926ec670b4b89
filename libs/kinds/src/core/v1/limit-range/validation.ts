import type { corev1 } from '@navarch/api';
import { field, foundIn, isQualifiedName, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct } from '../../../shared/errors';
import { goQuantity } from '../../../shared/go-quantity';
import { isOvercommitAllowed } from '../../../shared/resource-names';
import { validateContainerResourceName, validateResourceName } from '../pod/validation/resources';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
/** goFloat prints a number with six digits, as Go does. */
const goFloat = (value: number) => (Number.isFinite(value) ? value.toFixed(6) : '+Inf');
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** validateLimitRange checks that the bounds of each type fit each other. */
export function validateLimitRange({ spec }: corev1.LimitRange): FieldError[] {
  const types = new Set<string>();
  return foundIn(spec?.limits, (item, i) => {
    const at = Path.at('spec', 'limits').index(i);
    const errors = validateType(item.type ?? '', at.child('type'));
    if (types.has(item.type)) errors.push(field.duplicate(at.child('type'), item.type));
    types.add(item.type);
    return [...errors, ...validateItem(item, at)];
  });
}

function validateType(type: string, path: Path): FieldError[] {
  const errors = each(path, type, isQualifiedName(type));
  if (errors.length || type.includes('/') || TYPES.includes(type)) return errors;
  return [field.invalid(path, type, 'must be a standard limit type or fully qualified')];
}

function validateItem(item: corev1.LimitRangeItem, path: Path): FieldError[] {
  const ofPods = item.type === 'Pod';
  const ofPodsOrContainers = ofPods || item.type === 'Container';
  const names = (list: (typeof LISTS)[number]) => Object.keys(item[list] ?? {});
  const check = (list: (typeof LISTS)[number]) =>
    foundIn(names(list), name =>
      (ofPodsOrContainers ? validateContainerResourceName : validateResourceName)(name, path.child(list).key(name)),
    );
  const defaults = foundIn(['default', 'defaultRequest'] as const, list => {
    if (!ofPods) return check(list);
    return names(list).length ? [field.forbidden(path.child(list), "may not be specified when `type` is 'Pod'")] : [];
  });
  const unbounded = item.type === 'PersistentVolumeClaim' && !item.min?.['storage'] && !item.max?.['storage'];
  const all = new Set(LISTS.filter(list => !ofPods || !list.startsWith('default')).flatMap(names));
  return [
    ...check('max'),
    ...check('min'),
    ...defaults,
    ...(unbounded ? [field.required(path.child('limits'), UNBOUNDED)] : []),
    ...check('maxLimitRequestRatio'),
    ...foundIn([...all], name => validateBounds(ofPods ? withoutDefaults(item) : item, name, path)),
  ];
}

const UNBOUNDED = 'either minimum or maximum storage value is required, but neither was provided';

function withoutDefaults({ default: _d, defaultRequest: _r, ...rest }: corev1.LimitRangeItem): corev1.LimitRangeItem {
  return rest;
}

function validateBounds(item: corev1.LimitRangeItem, name: string, path: Path): FieldError[] {
  const { min, max, default: limit, defaultRequest: request, maxLimitRequestRatio: ratio } = item;
  const errors: FieldError[] = [];
  const show = (text: string) => parseQuantity(text).toString();
  const above = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && parseQuantity(a).cmp(parseQuantity(b)) > 0;
  const complain = (list: string, text: string, detail: string) =>
    errors.push(invalidStruct(path.child(list).key(name), goQuantity(text), detail));
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
  if (factor !== undefined && low !== undefined && high !== undefined) {
    const number = (text: string) => Number(parseQuantity(text).milliValue());
    const bound = number(high) / number(low);
    if (number(factor) / 1000 > bound)
      complain('maxLimitRequestRatio', factor, `ratio ${show(factor)} is greater than max/min = ${goFloat(bound)}`);
  }
  const differ = normal !== undefined && wanted !== undefined && parseQuantity(normal).cmp(parseQuantity(wanted)) !== 0;
  if (differ && !isOvercommitAllowed(name)) {
    const detail = `default value ${show(normal)} must equal to defaultRequest value ${show(wanted)} in ${name}`;
    complain('defaultRequest', wanted, detail);
  }
  return errors;
}
