import type { metav1 } from '@navarch/api';
import { field, foundIn, isQualifiedName, regexError, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf, type Release } from './errors';

const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const MAX_REASON = 1024;
const MAX_MESSAGE = 32 * 1024;

/** validateConditions checks conditions of the common form, each type of which is there once. */
export function validateConditions(
  conditions: readonly metav1.Condition[] | undefined,
  path: Path,
  release: Release,
): FieldError[] {
  const types = new Set<string>();
  return foundIn(conditions, (condition, i) => {
    const at = path.index(i);
    const errors = types.has(condition.type) ? [field.duplicate(at.child('type'), condition.type)] : [];
    types.add(condition.type);
    return [...errors, ...validateCondition(condition, at, release)];
  });
}

function validateCondition(condition: Partial<metav1.Condition>, path: Path, { emulated }: Release): FieldError[] {
  const { type = '', status, observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition;
  const at = path.child('reason');
  const fits = new RegExp(`^${REASON}$`).test(reason);
  const examples = ['my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB'];
  const wrong = regexError(
    "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
    REASON,
    ...examples,
  );
  return [
    ...each(path.child('type'), type, isQualifiedName(type)),
    ...oneOf(path.child('status'), status, ['False', 'True', 'Unknown']),
    ...(observedGeneration < 0
      ? [field.invalid(path.child('observedGeneration'), observedGeneration, 'must be greater than or equal to zero')]
      : []),
    ...(lastTransitionTime ? [] : [field.required(path.child('lastTransitionTime'), 'must be set')]),
    ...(reason ? (fits ? [] : [field.invalid(at, reason, wrong)]) : [field.required(at, 'must be set')]),
    ...(reason.length > MAX_REASON ? [field.tooLong(at, MAX_REASON, emulated)] : []),
    ...(message.length > MAX_MESSAGE ? [field.tooLong(path.child('message'), MAX_MESSAGE, emulated)] : []),
  ];
}
