import type { metav1 } from '@navarch/api';
import {
  field,
  foundIn,
  isQualifiedName,
  isValidLabelValue,
  selectorFromLabelSelector,
  validateLabels,
  type FieldError,
  type Path,
  type Selector,
} from '@navarch/apimachinery';
import { each, type Release } from './errors';

/** validateLabelName checks a label's key. */
export const validateLabelName = (key: string, path: Path): FieldError[] => each(path, key, isQualifiedName(key));

/** readSelector is a LabelSelector to match labels with; undefined: it cannot be evaluated. An absent one matches nothing. */
export function readSelector(selector: metav1.LabelSelector | undefined): Selector | undefined {
  try {
    return selectorFromLabelSelector(selector);
  } catch {
    return undefined;
  }
}

/** VALUES_CHECKED is the first release that looks at what the values of expressions look like. */
const VALUES_CHECKED = 27;

/** validateLabelSelector checks a LabelSelector; absent is fine. `anyValues`: what the values of expressions look like does not matter. */
export function validateLabelSelector(
  selector: metav1.LabelSelector | undefined,
  path: Path,
  { emulated }: Release,
  anyValues = emulated < VALUES_CHECKED,
): FieldError[] {
  if (!selector) return [];
  return [
    ...validateLabels(selector.matchLabels, path.child('matchLabels')),
    ...foundIn(selector.matchExpressions, (e, i) =>
      validateRequirement(e, path.child('matchExpressions').index(i), anyValues),
    ),
  ];
}

function validateRequirement(
  { key, operator, values }: metav1.LabelSelectorRequirement,
  path: Path,
  anyValues: boolean,
): FieldError[] {
  const checked = anyValues ? [] : (values ?? []);
  return [
    ...validateValuesFor(operator, values, path),
    ...validateLabelName(key ?? '', path.child('key')),
    ...foundIn(checked, (value, i) => each(path.child('values').index(i), value, isValidLabelValue(value))),
  ];
}

function validateValuesFor(
  operator: string | undefined,
  values: readonly string[] | undefined,
  path: Path,
): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values?.length
        ? []
        : [field.required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values?.length
        ? [field.forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
        : [];
    default:
      return [field.invalid(path.child('operator'), operator ?? '', 'not a valid selector operator')];
  }
}
