import type { apiextensionsv1 } from '@navarch/api';
import { field, type FieldError, type Path } from '@navarch/apimachinery';

type Schema = apiextensionsv1.JSONSchemaProps;
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

const typeOf = (schema: Schema) => schema.type;
const isOpen = (schema: Schema) => {
  const extended = schema as Record<string, unknown>;
  return extended['x-kubernetes-int-or-string'] === true || extended['x-kubernetes-preserve-unknown-fields'] === true;
};

/** validateSchema checks that a schema is structural: it says of every value what type it has. */
export function validateSchema(schema: Schema, path: Path): FieldError[] {
  const type = typeOf(schema);
  const at = path.child('type');
  const root = !type
    ? [field.required(at, 'must not be empty at the root')]
    : type !== 'object'
      ? [field.invalid(at, type, 'must be object at the root')]
      : [];
  return [...root, ...validateParts(schema, path)];
}

function validateParts(schema: Schema, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const known = typeOf(schema);
  if (known && !TYPES.includes(known)) errors.push(field.notSupported(path.child('type'), known, TYPES));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = path.child('properties').key(name);
    errors.push(...validateTyped(property, at, 'must not be empty for specified object fields'));
  }
  const { items, additionalProperties } = schema as { items?: unknown; additionalProperties?: unknown };
  if (Array.isArray(items))
    errors.push(field.forbidden(path.child('items'), 'items must be a schema object and not an array'));
  else if (items)
    errors.push(...validateTyped(items as Schema, path.child('items'), 'must not be empty for specified array items'));
  else if (known === 'array') errors.push(field.required(path.child('items'), 'must be specified'));
  if (typeof additionalProperties === 'object' && additionalProperties !== null) {
    if (Object.keys(schema.properties ?? {}).length) {
      errors.push(
        field.forbidden(path.child('additionalProperties'), 'additionalProperties and properties are mutual exclusive'),
      );
    }
    errors.push(
      ...validateTyped(
        additionalProperties as Schema,
        path.child('additionalProperties'),
        'must not be empty for specified object fields',
      ),
    );
  }
  return errors;
}

function validateTyped(schema: Schema, path: Path, detail: string): FieldError[] {
  const missing = typeOf(schema) || isOpen(schema) ? [] : [field.required(path.child('type'), detail)];
  return [...missing, ...validateParts(schema, path)];
}
