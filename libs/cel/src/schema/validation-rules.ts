import { deepEqual, field, type FieldError, type Path } from '@navarch/apimachinery';
import { BudgetError, CelError } from '../errors';
import { fromJson } from '../json-values';
import { activationOf, Budget } from '../program';
import { Optional, type Value } from '../values';
import { environmentFor, type Written } from '../written';
import type { CompiledRule } from './rule-compiler';
import { KUBERNETES } from '../library';
import { RuleCosts } from './rule-costs';
import { compileTree, type RuleTree } from './rule-tree';
import type { Rule, Schema } from './schema-types';

/** TOTAL_LIMIT is what all rules of one object may cost together. */
const TOTAL_LIMIT = 10_000_000;
const MAX_MESSAGE_BYTES = 5 * 1024;
const EXHAUSTED = 'validation failed due to running out of cost budget, no further validation rules will be run';

export interface ValidationOptions {
  /** ratchet, if given, gets the findings about values that an update did not change, in place of the caller. */
  readonly ratchet?: (error: FieldError) => void;
}

/** ValidationRules are the x-kubernetes-validations of a schema, compiled. Immutable. */
export interface ValidationRules {
  /** empty: there are no rules, and validate has nothing to do. */
  readonly empty: boolean;
  /**
   * validate runs the rules against a value of the schema; `oldValue` is the value before an update. The findings come in
   * the order of the schema, a value's own before those of its parts. A rule that fails to run is a finding too.
   */
  validate(value: unknown, oldValue: unknown, path: Path, options?: ValidationOptions): FieldError[];
}

/** compileValidationRules compiles the rules of a structural schema, that of a whole object. What does not compile is a finding, below `path`. */
export function compileValidationRules(
  schema: Schema,
  path: Path,
): { readonly rules: ValidationRules; readonly errors: FieldError[] } {
  const errors: FieldError[] = [];
  const tree = compileTree(schema, path, { errors, environment: () => KUBERNETES });
  const rules: ValidationRules = {
    empty: !tree,
    validate(value, oldValue, at, options = {}) {
      if (!tree) return [];
      const run = new Run(options);
      run.walk(tree, value, oldValue, at);
      return run.errors;
    },
  };
  return { rules, errors };
}

/** RuleCheck is how the rules of a schema are checked that is written. */
export interface RuleCheck {
  readonly written: Written;
  /** anyCost: the schema was accepted before, so its rules may cost what they cost. */
  readonly anyCost?: boolean;
}

/**
 * checkValidationRules finds what is wrong with the rules of a structural schema, that of a whole object: rules that do not compile,
 * and rules that may cost too much by the bounds that the schema gives its values. The findings are below `path`.
 */
export function checkValidationRules(schema: Schema, path: Path, { written, anyCost }: RuleCheck): FieldError[] {
  const errors: FieldError[] = [];
  const costs = anyCost ? undefined : new RuleCosts();
  compileTree(schema, path, { errors, environment: text => environmentFor(text, KUBERNETES, written), costs });
  return [...errors, ...(costs?.findings(path) ?? [])];
}

/** ruleExpressions are all expressions in the rules of a schema. */
export function ruleExpressions(schema: Schema): string[] {
  const { properties = {}, items, additionalProperties, 'x-kubernetes-validations': rules = [] } = schema;
  const parts = [...Object.values(properties), items, additionalProperties];
  return [
    ...rules.flatMap(({ rule = '', messageExpression = '' }) => [rule, messageExpression]),
    ...parts.flatMap(part => (typeof part === 'object' ? ruleExpressions(part) : [])),
  ];
}

/** Run is one validation. */
class Run {
  readonly errors: FieldError[] = [];
  private readonly budget = new Budget(TOTAL_LIMIT);
  private ended = false;

  constructor(private readonly options: ValidationOptions) {}

  walk(tree: RuleTree, value: unknown, old: unknown, path: Path): void {
    if (this.ended || value === null || value === undefined) return;
    this.rules(tree, value, old, path);
    if (Array.isArray(value)) {
      if (tree.elements) this.items(tree.elements, tree.schema, value, old, path);
      return;
    }
    if (typeof value !== 'object') return;
    for (const [name, part] of Object.entries(value)) {
      const own = tree.properties.get(name);
      const below = own ?? (tree.schema.properties?.[name] ? undefined : tree.elements);
      if (below) this.walk(below, part, member(old, name), own ? path.child(name) : path.key(name));
    }
  }

  private items(tree: RuleTree, schema: Schema, items: readonly unknown[], old: unknown, path: Path): void {
    const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
    const identity = (item: unknown) => JSON.stringify(keys.map(key => member(item, key) ?? null));
    const before = new Map(keys.length && Array.isArray(old) ? old.map(item => [identity(item), item as unknown]) : []);
    items.forEach((item, i) => this.walk(tree, item, before.get(identity(item)), path.index(i)));
  }

  private rules({ rules, type, schema }: RuleTree, value: unknown, old: unknown, path: Path): void {
    const report = (rule: CompiledRule, error: FieldError) => {
      if (this.options.ratchet && !rule.isTransition && old !== undefined && deepEqual(value, old))
        this.options.ratchet(error);
      else this.errors.push(error);
    };
    for (const compiled of rules) {
      if (this.ended) return;
      const { rule, program, isTransition } = compiled;
      if (isTransition && old === undefined && !rule.optionalOldSelf) continue;
      const activation = activationOf({ self: fromJson(value, type), oldSelf: oldSelf(old, type, rule) });
      const result = program.evaluate(activation, this.budget);
      const kind = schema.type ?? '';
      if (result instanceof BudgetError || this.budget.isExhausted) {
        const detail =
          result instanceof BudgetError
            ? `'${result.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`
            : EXHAUSTED;
        this.errors.push(field.invalid(path, kind, detail));
        this.ended = true;
      } else if (result instanceof CelError) {
        report(compiled, field.invalid(path, kind, failure(result, rule)));
      } else if (result !== true) {
        report(compiled, finding(path.below(compiled.at), kind, this.message(compiled, activation), rule.reason));
      }
    }
  }

  private message({ rule, message }: CompiledRule, activation: ReturnType<typeof activationOf>): string {
    const text = message?.evaluate(activation, this.budget);
    if (typeof text === 'string') {
      const trimmed = text.trim();
      if (trimmed && !/[\r\n]/.test(trimmed) && Buffer.byteLength(trimmed) <= MAX_MESSAGE_BYTES) return trimmed;
    }
    return rule.message?.trim() || `failed rule: ${ruleText(rule)}`;
  }
}

function member(value: unknown, name: string): unknown {
  const isStructure = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isStructure ? (value as Record<string, unknown>)[name] : undefined;
}

function oldSelf(old: unknown, type: RuleTree['type'], { optionalOldSelf }: Rule): Value {
  if (!optionalOldSelf) return fromJson(old, type);
  return old === undefined ? Optional.none : new Optional(fromJson(old, type));
}

const ruleText = ({ message, rule = '' }: Rule) => (message ? message.trim() : rule.trim());

function failure({ message }: CelError, rule: Rule): string {
  return message.startsWith('no such overload')
    ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
    : `${message} evaluating rule: ${ruleText(rule)}`;
}

function finding(path: Path, kind: string, detail: string, reason: string | undefined): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return field.forbidden(path, detail);
    case 'FieldValueRequired':
      return field.required(path, detail);
    case 'FieldValueDuplicate':
      return field.duplicate(path, kind);
    default:
      return field.invalid(path, kind, detail);
  }
}
