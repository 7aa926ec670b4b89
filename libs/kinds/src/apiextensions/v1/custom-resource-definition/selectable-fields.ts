import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';
import { parseFieldPath, type Schema } from '@navarch/cel';
import { isShared, type Version } from './versions';

const MAX_SELECTABLE = 8;
const SCALARS = ['string', 'boolean', 'integer'];

/** hasSharedSelectable: all versions agree in their selectable fields, and in the schema that these are fields of. */
export function hasSharedSelectable(versions: readonly Version[]): boolean {
  return isShared(versions, 'schema') && isShared(versions, 'selectableFields');
}

/** validateSelectable checks the fields by which objects of a version can be selected; `unschemed` is said where there is no schema. */
export function validateSelectable({ selectableFields, schema }: Version, path: Path, unschemed: string): FieldError[] {
  if (!selectableFields?.length) return [];
  const root = schema?.openAPIV3Schema as Schema | undefined;
  if (!root) return [field.invalid(path, '', unschemed)];
  const unique = new Set<string>();
  const errors = foundIn(selectableFields, ({ jsonPath = '' }, i) =>
    pathErrors(jsonPath, root, path.index(i).child('jsonPath'), unique),
  );
  return unique.size > MAX_SELECTABLE ? [...errors, field.tooMany(path, unique.size, MAX_SELECTABLE)] : errors;
}

function pathErrors(text: string, schema: Schema, path: Path, unique: Set<string>): FieldError[] {
  if (!text) return [field.required(path)];
  const found = parseFieldPath(text, schema, { brackets: false });
  if (typeof found === 'string') return [field.invalid(path, text, `is an invalid path: ${found}`)];
  const errors: FieldError[] = [];
  if (found.root === 'metadata') errors.push(field.invalid(path, text, 'must not point to fields in metadata'));
  if (!SCALARS.includes(found.schema.type ?? '')) {
    const why =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
    errors.push(field.invalid(path, text, why));
  }
  if (unique.has(found.text)) errors.push(field.duplicate(path, text));
  unique.add(found.text);
  return errors;
}
