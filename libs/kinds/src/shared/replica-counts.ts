import { field, Path, type FieldError } from '@navarch/apimachinery';
import { NON_NEGATIVE } from './errors';

const STATUS = Path.at('status');

/**
 * validateReplicaCounts checks the numbers in a workload's status: none is negative, none of `counts` is above `replicas`, and, if
 * they tell it, no more pods are available than ready. `numbers` are all fields, in the order of the messages.
 */
export function validateReplicaCounts<T extends object>(
  status: T | undefined,
  numbers: readonly (keyof T & string)[],
  counts: readonly (keyof T & string)[],
): FieldError[] {
  const number = (name: string) => Number((status as Readonly<Record<string, unknown>> | undefined)?.[name] ?? 0);
  const errors = numbers
    .filter(name => number(name) < 0)
    .map(name => field.invalid(STATUS.child(name), number(name), NON_NEGATIVE));
  const tooMany = (name: string, detail: string) =>
    errors.push(field.invalid(STATUS.child(name), number(name), detail));
  for (const name of counts)
    if (number(name) > number('replicas')) tooMany(name, 'cannot be greater than status.replicas');
  if (
    (counts as readonly string[]).includes('availableReplicas') &&
    number('availableReplicas') > number('readyReplicas')
  )
    tooMany('availableReplicas', 'cannot be greater than readyReplicas');
  return errors;
}

/** validateCollisions: the count of collisions makes the names of new revisions; going back would make an old one again. */
export function validateCollisions(
  now: { readonly collisionCount?: number } | undefined,
  old: { readonly collisionCount?: number } | undefined,
): FieldError[] {
  const before = old?.collisionCount;
  const count = now?.collisionCount;
  if (before === undefined || (count !== undefined && count >= before)) return [];
  return [field.invalid(STATUS.child('collisionCount'), count ?? 0, 'cannot be decremented')];
}
