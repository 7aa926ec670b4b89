import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';

/** validateConditions checks the status of a flow-control object: its conditions have a type of their own each. */
export function validateConditions({ status }: { status?: { conditions?: { type?: string }[] } }): FieldError[] {
  const types = (status?.conditions ?? []).map(({ type = '' }) => type);
  return foundIn(types, (type, i) => {
    const at = Path.at('status', 'conditions').index(i).child('type');
    return [
      ...(types.indexOf(type) < i ? [field.duplicate(at, type)] : []),
      ...(type ? [] : [field.required(at, 'must not be empty')]),
    ];
  });
}
