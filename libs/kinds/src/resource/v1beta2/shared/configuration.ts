import type { resourcev1beta2 } from '@navarch/api';
import { field, isRecord, isValidLabelValue, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf } from '../../../shared/errors';
import { validateLabelName } from '../../../shared/label-validation';
import { validateSlice } from './lists';
import { validateDriver } from './names';

/** MAX_CONFIGS is how many configurations a claim or class may have. */
export const MAX_CONFIGS = 32;
const MAX_SELECTORS = 32;
const MAX_EXPRESSION = 10 * 1024;
const MAX_RAW = 10 * 1024;
const OMITTED = '<value omitted>';
const EFFECTS = ['NoExecute', 'NoSchedule'];

/** validateSelectors checks by which expressions devices are chosen; what they say is not looked at. */
export function validateSelectors(
  selectors: readonly resourcev1beta2.DeviceSelector[] | undefined,
  path: Path,
): FieldError[] {
  return validateSlice(selectors, MAX_SELECTORS, path, ({ cel }, at) => {
    if (!cel) return [field.required(at.child('cel'))];
    const where = at.child('cel', 'expression');
    return Buffer.byteLength(cel.expression ?? '') > MAX_EXPRESSION ? [field.tooLong(where, MAX_EXPRESSION)] : [];
  });
}

/** validateConfiguration checks what a driver is told; `stored`: it has been told so before, at whatever length. */
export function validateConfiguration(
  { opaque }: resourcev1beta2.DeviceConfiguration,
  path: Path,
  stored: boolean,
): FieldError[] {
  const at = path.child('opaque');
  if (!opaque) return [field.required(at)];
  return [
    ...validateDriver(opaque.driver, at.child('driver')),
    ...validateRaw(opaque.parameters, at.child('parameters'), stored),
  ];
}

/** validateRaw wants an object, of any form. */
export function validateRaw(value: unknown, path: Path, stored: boolean): FieldError[] {
  if (value === undefined || value === null) return [field.required(path)];
  if (!stored && Buffer.byteLength(JSON.stringify(value)) > MAX_RAW) return [field.tooLong(path, MAX_RAW)];
  return isRecord(value) ? [] : [field.invalid(path, OMITTED, 'parameters must be a valid JSON object')];
}

/** validateToleration checks which taints of devices do not matter. */
export function validateToleration(
  { key, operator, value = '', effect }: Partial<resourcev1beta2.DeviceToleration>,
  path: Path,
): FieldError[] {
  const at = path.child('operator');
  const where = path.child('value');
  return [
    ...(key ? validateLabelName(key, path.child('key')) : []),
    ...(operator ? oneOf(at, operator, ['Equal', 'Exists']) : [field.required(at)]),
    ...(operator === 'Exists' && value ? [field.invalid(where, value, 'must be empty for operator `Exists`')] : []),
    ...(operator === 'Equal' ? each(where, value, isValidLabelValue(value)) : []),
    ...(effect ? oneOf(path.child('effect'), effect, EFFECTS) : []),
  ];
}

/** validateTaint checks what keeps claims from a device. */
export function validateTaint({ key, value, effect }: Partial<resourcev1beta2.DeviceTaint>, path: Path): FieldError[] {
  const at = path.child('effect');
  return [
    ...validateLabelName(key ?? '', path.child('key')),
    ...(value ? each(path.child('value'), value, isValidLabelValue(value)) : []),
    ...(effect ? oneOf(at, effect, EFFECTS) : [field.required(at)]),
  ];
}
