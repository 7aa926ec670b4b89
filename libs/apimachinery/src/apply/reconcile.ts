import { getOwn, isRecord } from '../json';
import { untyped, type TypeSchema } from '../schema';
import { FieldSet, LEAF, type PathElement } from './field-set';
import { ownershipOf, type Ownership } from './releases';
import { childSchema, itemElement, toFieldSet } from './typed';

/**
 * reconciled is an owner's set as the schema has it now: what has one owner by the schema is owned as a whole; in older releases what is
 * owned as a whole and is looked into by the schema (a field that was empty when it was set, too) is owned field by field, as the object
 * has them. The set itself where nothing changes.
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
  for (const [step, child] of set.below) {
    const inside = schemaBelow(schema, step);
    if (!inside || inside.kind === 'scalar') continue;
    const now = place(inside, child, () => valueBelow(schema, value(), step), ownership);
    if (now === child) continue;
    changed ??= new FieldSet(set.own, new Map(set.below));
    changed.below.set(step, now);
  }
  return changed ?? set;
}

/** place is what is owned at a place: what is below it follows the schema. */
function place(schema: TypeSchema, owned: FieldSet, value: () => unknown, ownership: Ownership): FieldSet {
  const isWhole = schema.kind === 'list' ? (schema.listType ?? 'atomic') === 'atomic' : schema.atomic === true;
  if (isWhole) return owned.below.size ? LEAF : owned;
  // An item or field that was owned only in parts stays so while nothing but its parts changed.
  if (owned.below.size) return walk(schema, owned, value, ownership);
  if (!ownership.looksInside) return owned;
  const parts = toFieldSet(schema, value(), ownership);
  return parts.empty ? owned : new FieldSet(true, parts.below);
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
