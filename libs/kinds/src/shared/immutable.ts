import { field, Path, type FieldError } from '@navarch/apimachinery';
import { semanticEqual } from './equal';

const DETAIL = 'field is immutable when `immutable` is set';

/** validateImmutable holds an object to its word: with `immutable: true` it stays so, and its content stays. */
export function validateImmutable<T extends { immutable?: boolean }>(
  object: T,
  old: T,
  content: readonly (keyof T & string)[],
): FieldError[] {
  if (!old.immutable) return [];
  return [
    ...(object.immutable ? [] : [field.forbidden(Path.at('immutable'), DETAIL)]),
    ...content
      .filter(name => !semanticEqual(object[name], old[name], name))
      .map(name => field.forbidden(Path.at(name), DETAIL)),
  ];
}
