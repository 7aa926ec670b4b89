import { field, type FieldError, type Path } from '@navarch/apimachinery';
import type { JsonSchema } from '@navarch/schema';
import { invalidStruct } from '../../../shared/errors';

/** RULES_AT_ROOT is the first release whose schemas may have rules at the root beside a status endpoint. */
const RULES_AT_ROOT = 23;

/** ALLOWED are the keywords of a root whose status is validated by a schema of its own, as messages name them. */
const ALLOWED = [
  ...['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum'],
  ...['MaxLength', 'MinLength', 'Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required', 'Items'],
  ...['Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields'],
];

/** AHEAD are keywords that come before the type, where the look at a root ends at the first that is wrong. */
const AHEAD = ['id', '$schema', '$ref'];

/** rootErrors: beside a status endpoint a root says nothing that would have to be taken apart for the status. */
export function rootErrors(schema: JsonSchema, path: Path, emulated: number): FieldError[] {
  const allowed = emulated >= RULES_AT_ROOT ? [...ALLOWED, 'XValidations'] : ALLOWED;
  const given = Object.keys(schema).filter(keyword => !isNothing(schema[keyword]));
  const isAllowed = (keyword: string) => allowed.includes(goName(keyword));
  const why = `only [${allowed.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
  const wrong = invalidStruct(path, 'apiextensions.JSONSchemaProps{}', why);
  if (given.some(keyword => AHEAD.includes(keyword) && !isAllowed(keyword))) return [wrong];
  if (schema.type && schema.type !== 'object') {
    const text = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [field.invalid(path.child('type'), schema.type, text)];
  }
  return given.every(isAllowed) ? [] : [wrong];
}

const isNothing = (value: unknown) =>
  value === undefined || value === null || value === false || value === '' || value === 0;

/** goName is the keyword as a field of a Go struct. */
function goName(keyword: string): string {
  const parts = keyword.replace(/^x-kubernetes-/, 'x-').split('-');
  return parts.map(part => part.slice(0, 1).toUpperCase() + part.slice(1)).join('');
}
