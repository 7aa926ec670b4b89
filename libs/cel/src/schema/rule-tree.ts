import type { FieldError, Path } from '@navarch/apimachinery';
import { DYN, type Type } from '../types';
import { compileRule, type CompiledRule, type RuleCompilation } from './rule-compiler';
import { cardinalityBelow, type Cardinality } from './rule-costs';
import { schemaType, type Schema } from './schema-types';

/** RuleTree are the rules of a schema, where they stand. Parts without rules are left out. */
export interface RuleTree {
  readonly schema: Schema;
  readonly type: Type;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleTree>;
  /** elements are the rules of a map's values or a list's items. */
  readonly elements: RuleTree | undefined;
}

/**
 * compileTree compiles all rules of a schema, that of a whole object unless `isRoot` is false; undefined if there are none that
 * compile. Findings go to `compilation.errors`, those about parts of a schema before its own.
 */
export function compileTree(
  schema: Schema,
  path: Path,
  compilation: RuleCompilation,
  isRoot = true,
): RuleTree | undefined {
  return compile(schema, { path, isRoot, uncorrelatable: undefined, cardinality: 1 }, compilation);
}

/** Place is where a schema stands within the whole. */
interface Place {
  readonly path: Path;
  readonly isRoot: boolean;
  readonly uncorrelatable: Path | undefined;
  /** cardinality is how often values of the schema may occur in an object. */
  readonly cardinality: Cardinality;
}

function compile(schema: Schema, place: Place, compilation: RuleCompilation): RuleTree | undefined {
  const { path, uncorrelatable } = place;
  const below = { isRoot: false, uncorrelatable, cardinality: cardinalityBelow(place.cardinality, schema) };
  const properties = new Map<string, RuleTree>();
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const tree = compile(part, { ...below, path: path.child('properties').key(name) }, compilation);
    if (tree) properties.set(name, tree);
  }
  const elements = compileElements(schema, { ...below, path }, compilation);
  const { type, rules } = compileOwn(schema, place, compilation);
  if (!rules.length && !properties.size && !elements) return undefined;
  return { schema, type, rules, properties, elements };
}

/** NONE is what comes of a schema without rules of its own. */
const NONE: Pick<RuleTree, 'type' | 'rules'> = { type: DYN, rules: [] };

function compileOwn(schema: Schema, place: Place, compilation: RuleCompilation): typeof NONE {
  const { 'x-kubernetes-validations': validations = [] } = schema;
  if (!validations.length || compilation.isFaulty?.(schema)) return NONE;
  const path = place.path.child('x-kubernetes-validations');
  const type = schemaType(schema, place.isRoot);
  if (!type) {
    compilation.errors.push(untyped(path));
    return NONE;
  }
  const scope = { ...place, schema, type };
  const rules = validations.flatMap((rule, i) => compileRule(rule, path.index(i), scope, compilation) ?? []);
  return { type, rules };
}

/** untyped: of values that may be anything, expressions see nothing. */
function untyped(path: Path): FieldError {
  const message = 'Internal error: internal error: failed to retrieve type information for x-kubernetes-validations';
  return { reason: 'InternalError', field: path.toString(), message };
}

function compileElements(schema: Schema, place: Place, compilation: RuleCompilation): RuleTree | undefined {
  const { path, uncorrelatable } = place;
  if (typeof schema.additionalProperties === 'object')
    return compile(schema.additionalProperties, { ...place, path: path.child('additionalProperties') }, compilation);
  if (!schema.items) return undefined;
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  const from = uncorrelatable ?? (isMap ? undefined : path);
  return compile(schema.items, { ...place, path: path.child('items'), uncorrelatable: from }, compilation);
}
