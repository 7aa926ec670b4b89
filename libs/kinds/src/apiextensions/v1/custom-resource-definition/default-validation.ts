import { deepClone, field, isRecord, type FieldError, type Path } from '@navarch/apimachinery';
import { compileCheck, Findings, prune, SchemaNode, setDefaults, type JsonSchema } from '@navarch/schema';
import { schemaParts } from './schema-parts';

/** validateDefaults checks that each default is a value that its own schema allows, with no field that it does not know. */
export function validateDefaults(schema: JsonSchema, path: Path, emulated: number): FieldError[] {
  const own = schema.default === undefined ? [] : errorsOf(schema, path.child('default'), emulated);
  return [...own, ...schemaParts(schema, path).flatMap(([part, at]) => validateDefaults(part, at, emulated))];
}

function errorsOf(schema: JsonSchema, path: Path, emulated: number): FieldError[] {
  const node = new SchemaNode(schema);
  const value = deepClone(schema.default);
  const pruned = deepClone(value);
  if (isRecord(pruned) && prune(pruned, node))
    return [field.invalid(path, schema.default, 'must not have unknown fields')];
  setDefaults(value, node);
  const findings = new Findings(emulated);
  compileCheck(schema)(value, undefined, path.toString(), findings);
  return findings.list;
}
