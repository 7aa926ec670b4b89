import { getOwn, isRecord } from '../json';
import { untyped, type TypeSchema } from '../schema';
import { FieldSet, type PathElement } from './field-set';
import { ownershipOf, type Ownership } from './releases';
import { childSchema, itemElement, toFieldSet } from './typed';

/**
 * reconciled is an owner's set as the schema has it now: what is owned as a whole and is looked into by the schema (a field that was
 * empty when it was set, too) is owned field by field, as the object has them; what has one owner by the schema is owned as a whole.
 * The set itself where nothing changes.
 */
export function reconciled(
  schema: TypeSchema,
  set: FieldSet,
  object: unknown,
  ownership: Ownership = ownershipOf(),
): FieldSet {
  return isDeduced(schema) ? set : walk(schema, set, () => object, ownership);
}

/** The structure of what is deduced from values says nothing of ownership. */
const isDeduced = (schema: TypeSchema) => schema.kind === 'untyped' && !schema.atomic;

function walk(schema: TypeSchema, set: FieldSet, value: () => unknown, ownership: Ownership): FieldSet {
  let changed: FieldSet | undefined;
  const steps = [...set.children.keys()];
  for (const step of set.members) if (!set.children.has(step)) steps.push(step);
  for (const step of steps) {
    const below = schemaBelow(schema, step);
    if (!below || below.kind === 'scalar') continue;
    const child = set.children.get(step);
    const now = at(below, child, () => valueBelow(schema, value(), step), ownership);
    if (now === child) continue;
    changed ??= copyOf(set);
    changed.members.add(step);
    if (now) changed.children.set(step, now);
    else changed.children.delete(step);
    // An item or field that was owned only in parts stays so while nothing but its parts changed.
    if (now && child && !set.members.has(step)) changed.members.delete(step);
  }
  return changed ?? set;
}

/** at is what is owned below a place: undefined for the place as a whole. */
function at(
  schema: TypeSchema,
  child: FieldSet | undefined,
  value: () => unknown,
  ownership: Ownership,
): FieldSet | undefined {
  const isWhole = schema.kind === 'list' ? (schema.listType ?? 'atomic') === 'atomic' : schema.atomic === true;
  if (isWhole) return undefined;
  if (child) return walk(schema, child, value, ownership);
  const parts = toFieldSet(schema, value(), ownership);
  return parts.empty ? undefined : parts;
}

function schemaBelow(schema: TypeSchema, step: PathElement): TypeSchema | undefined {
  if (schema.kind === 'list') return schema.element ?? untyped;
  if (!step.startsWith('f:')) return undefined;
  const name = step.slice(2);
  if (schema.kind === 'object' && !schema.field(name) && !schema.preservesUnknown) return undefined;
  return childSchema(schema, name);
}

function valueBelow(schema: TypeSchema, value: unknown, step: PathElement): unknown {
  if (step.startsWith('f:')) return isRecord(value) ? getOwn(value, step.slice(2)) : undefined;
  if (!Array.isArray(value)) return undefined;
  return value.find(item => itemElement(schema, item) === step) as unknown;
}

function copyOf(set: FieldSet): FieldSet {
  const copy = new FieldSet();
  for (const step of set.members) copy.members.add(step);
  for (const [step, child] of set.children) copy.children.set(step, child);
  return copy;
}
