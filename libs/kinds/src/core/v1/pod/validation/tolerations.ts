import type { corev1 } from '@navarch/api';
import { field, foundIn, isValidLabelValue, type FieldError, type Path } from '@navarch/apimachinery';
import { invalidStruct } from '../../../../shared/errors';
import { goStruct } from '../../../../shared/go-struct';
import { validateLabelName } from '../../../../shared/label-validation';

/** TAINT_EFFECTS in the order in which messages list them. */
export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** validateTaintEffect checks the effect of a taint or toleration; tolerations may leave it out. */
export function validateTaintEffect(effect: string | undefined, path: Path, mayBeEmpty: boolean): FieldError[] {
  if (!effect) return mayBeEmpty ? [] : [field.required(path)];
  return (TAINT_EFFECTS as readonly string[]).includes(effect) ? [] : [field.notSupported(path, effect, TAINT_EFFECTS)];
}

/** validateTolerations checks which taints a pod bears. */
export function validateTolerations(tolerations: readonly corev1.Toleration[] | undefined, path: Path): FieldError[] {
  return foundIn(tolerations, (toleration, i) => validateToleration(toleration, path.index(i)));
}

function validateToleration(toleration: corev1.Toleration, path: Path): FieldError[] {
  const { key, operator = '', value = '', effect, tolerationSeconds } = toleration;
  const at = path.child('operator');
  const errors: FieldError[] = [];
  if (key) errors.push(...validateLabelName(key, path.child('key')));
  if (!key && operator !== 'Exists') {
    errors.push(
      field.invalid(
        at,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(
      field.invalid(path.child('effect'), effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    );
  }
  if (operator === 'Equal' || operator === '') {
    const problems = isValidLabelValue(value);
    if (problems.length) errors.push(field.invalid(at, value, problems.join(';')));
  } else if (operator === 'Exists') {
    const detail = "value must be empty when `operator` is 'Exists'";
    if (value) errors.push(invalidStruct(at, goStruct('core.Toleration', toleration), detail));
  } else {
    errors.push(field.notSupported(at, operator, ['Equal', 'Exists']));
  }
  return [...errors, ...validateTaintEffect(effect, path.child('effect'), true)];
}
