import { deepClone, deepEqual, isRecord, type FieldError, type Path } from '@navarch/apimachinery';
import { compileCheck, Findings, itemSchema, prune, renderValue, SchemaNode, type JsonSchema } from '@navarch/schema';
import { invalidStruct } from '../../../shared/errors';

/** NOWHERE is the field of a finding that is about the whole. */
const NOWHERE = '<nil>';

/** DefaultLimits are what is asked of defaults; `prunedDefaults`: they have no field that their schema does not know. */
interface DefaultLimits {
  readonly emulated: number;
  readonly prunedDefaults: boolean;
}

/** validateDefaults checks that each default is a value that its own schema allows, with no field that it does not know. */
export function validateDefaults(schema: JsonSchema, path: Path, limits: DefaultLimits): FieldError[] {
  const { items, properties } = { items: itemSchema(schema), properties: Object.entries(schema.properties ?? {}) };
  const has = schema.default !== undefined && schema.default !== null;
  return [
    ...(has ? errorsOf(schema, path.child('default'), limits) : []),
    ...(items ? validateDefaults(items, path.child('items'), limits) : []),
    ...properties.flatMap(([name, part]) => validateDefaults(part, path.child('properties').key(name), limits)),
  ];
}

function errorsOf(schema: JsonSchema, path: Path, { emulated, prunedDefaults }: DefaultLimits): FieldError[] {
  const value = schema.default;
  const errors: FieldError[] = [];
  if (prunedDefaults && !isPruned(value, schema)) {
    const shown = renderValue(value);
    errors.push(invalidStruct(path, shown, 'must not have unknown fields'));
  }
  const findings = new Findings(emulated);
  // The default is a whole of its own: texts name what is in it, from there on.
  compileCheck(schema)(value, undefined, '', findings);
  const at = (own: string) => (own === NOWHERE ? path.toString() : `${path.toString()}.${own}`);
  return [...errors, ...findings.list.map(error => ({ ...error, field: at(error.field) }))];
}

function isPruned(value: unknown, schema: JsonSchema): boolean {
  if (!isRecord(value)) return true;
  const pruned = deepClone(value);
  prune(pruned, new SchemaNode(schema));
  return deepEqual(pruned, value);
}
