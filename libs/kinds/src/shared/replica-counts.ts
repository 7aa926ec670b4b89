import { field, Path, type FieldError } from '@navarch/apimachinery';
import { NON_NEGATIVE } from './errors';

const STATUS = Path.at('status');

/**
 * validateReplicaCounts checks the numbers in a workload's status: none is negative, none above `replicas`, and no more pods
 * are available than ready. `counts` are the fields besides replicas, in the order of the messages.
 */
export function validateReplicaCounts<T extends object>(
  status: T | undefined,
  counts: readonly (keyof T & string)[],
): FieldError[] {
  const number = (name: string) => Number((status as Readonly<Record<string, unknown>> | undefined)?.[name] ?? 0);
  const errors = ['replicas', ...counts, 'unavailableReplicas', 'observedGeneration', 'collisionCount']
    .filter(name => number(name) < 0)
    .map(name => field.invalid(STATUS.child(name), number(name), NON_NEGATIVE));
  for (const name of counts) {
    if (number(name) > number('replicas'))
      errors.push(field.invalid(STATUS.child(name), number(name), 'cannot be greater than status.replicas'));
  }
  if (number('availableReplicas') > number('readyReplicas')) {
    errors.push(
      field.invalid(
        STATUS.child('availableReplicas'),
        number('availableReplicas'),
        'cannot be greater than readyReplicas',
      ),
    );
  }
  return errors;
}
