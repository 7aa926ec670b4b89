import type { FieldError, Path } from '@navarch/apimachinery';
import { KUBERNETES } from '../library';
import { DYN } from '../types';
import { compileRule, type CompiledRule } from './rule-compiler';
import { schemaType, type Schema } from './schema-types';
import type { Type } from '../types';

/** RuleTree are the rules of a schema, where they stand. Parts without rules are left out. */
export interface RuleTree {
  readonly schema: Schema;
  readonly type: Type;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleTree>;
  /** elements are the rules of a map's values or a list's items. */
  readonly elements: RuleTree | undefined;
}

/** compileTree compiles all rules of a schema; undefined if there are none that compile. Findings go to `errors`. */
export function compileTree(schema: Schema, path: Path, errors: FieldError[], isRoot = true): RuleTree | undefined {
  return compile(schema, { path, isRoot, uncorrelatable: undefined }, errors);
}

interface Place {
  readonly path: Path;
  readonly isRoot?: boolean;
  readonly uncorrelatable: Path | undefined;
}

function compile(schema: Schema, place: Place, errors: FieldError[]): RuleTree | undefined {
  const { path } = place;
  const validations = schema['x-kubernetes-validations'] ?? [];
  const type = (validations.length ? schemaType(schema, place.isRoot) : undefined) ?? DYN;
  const rules = validations.flatMap((rule, i) => {
    const at = path.child('x-kubernetes-validations').index(i);
    const scope = { schema, type, environment: KUBERNETES, uncorrelatable: place.uncorrelatable };
    return compileRule(rule, at, scope, errors) ?? [];
  });
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
  const uncorrelatable = place.uncorrelatable ?? (isAtomic ? path : undefined);
  const properties = new Map<string, RuleTree>();
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const tree = compile(part, { path: path.child('properties').key(name), uncorrelatable }, errors);
    if (tree) properties.set(name, tree);
  }
  const elements = compileElements(schema, path, uncorrelatable, errors);
  if (!rules.length && !properties.size && !elements) return undefined;
  return { schema, type, rules, properties, elements };
}

function compileElements(
  schema: Schema,
  path: Path,
  uncorrelatable: Path | undefined,
  errors: FieldError[],
): RuleTree | undefined {
  if (typeof schema.additionalProperties === 'object')
    return compile(schema.additionalProperties, { path: path.child('additionalProperties'), uncorrelatable }, errors);
  if (!schema.items) return undefined;
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  const from = uncorrelatable ?? (isMap ? undefined : path);
  return compile(schema.items, { path: path.child('items'), uncorrelatable: from }, errors);
}
