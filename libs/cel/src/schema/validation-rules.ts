import { field, type FieldError, type Path } from '@navarch/apimachinery';
import { isUnchanged, type JsonSchema } from '@navarch/schema';
import { BudgetError, CelError } from '../errors';
import type { Activation } from '../frame';
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
const EXHAUSTED = 'failed due to running out of cost budget, no further validation rules will be run';

export interface ValidationOptions {
  /**
   * ratchet, if given, gets in place of the caller what rules find of values that an update did not change. Where a value cannot be
   * matched with one before, as the items of most lists, the nearest one around it that can be counts.
   */
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

/**
 * compileValidationRules compiles the rules of a structural schema, that of a whole object unless `isRoot` is false. What does not
 * compile is a finding, below `path`.
 */
export function compileValidationRules(
  schema: Schema,
  path: Path,
  isRoot = true,
): { readonly rules: ValidationRules; readonly errors: FieldError[] } {
  const errors: FieldError[] = [];
  const tree = compileTree(schema, path, { errors, environment: () => KUBERNETES }, isRoot);
  const rules: ValidationRules = {
    empty: !tree,
    validate(value, oldValue, at, options = {}) {
      if (!tree) return [];
      const run = new Run(options);
      run.walk(tree, value, oldValue, at, new Unchanged(value, oldValue, tree.schema));
      return run.errors;
    },
  };
  return { rules, errors };
}

/** RuleCheck is how the rules of a schema are checked that is written. */
export interface RuleCheck {
  readonly written: Written;
  /** anyCost: the schema was accepted before, so each of its rules may cost what it costs. */
  readonly anyCost?: boolean;
  /** isFaulty tells schemas whose rules are not to be looked at, since something else in them is wrong. */
  isFaulty?(schema: Schema): boolean;
}

/**
 * checkValidationRules finds what is wrong with the rules of a structural schema, that of a whole object: rules that do not compile,
 * and rules that may cost too much by the bounds that the schema gives its values. The findings are below `path`.
 */
export function checkValidationRules(schema: Schema, path: Path, check: RuleCheck): FieldError[] {
  const errors: FieldError[] = [];
  const costs = new RuleCosts(check.anyCost);
  compileTree(schema, path, {
    errors,
    costs,
    environment: text => environmentFor(text, KUBERNETES, check.written),
    isFaulty: part => check.isFaulty?.(part) === true,
  });
  return [...errors, ...costs.findings(path)];
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

/** Unchanged tells whether an update left a value as it was; it compares when it is first asked. */
class Unchanged {
  private known: boolean | undefined;

  constructor(
    private readonly value: unknown,
    private readonly old: unknown,
    private readonly schema: Schema,
  ) {}

  get is(): boolean {
    return (this.known ??= this.old !== undefined && isUnchanged(this.value, this.old, this.schema as JsonSchema));
  }
  /** below is about a part of the value, if there was one before that it can be matched with. */
  below(part: unknown, old: unknown, schema: Schema): Unchanged {
    return old === undefined ? this : new Unchanged(part, old, schema);
  }
}

/** Run is one validation. */
class Run {
  readonly errors: FieldError[] = [];
  private readonly budget = new Budget(TOTAL_LIMIT);
  private ended = false;

  constructor(private readonly options: ValidationOptions) {}

  walk(tree: RuleTree, value: unknown, old: unknown, path: Path, unchanged: Unchanged): void {
    if (this.ended || value === null || value === undefined) return;
    this.rules(tree, value, old, path, unchanged);
    if (Array.isArray(value)) {
      if (tree.elements) this.items(tree.elements, tree.schema, value, old, path, unchanged);
      return;
    }
    if (typeof value !== 'object') return;
    for (const [name, part] of Object.entries(value)) {
      const own = tree.properties.get(name);
      const below = own ?? (tree.schema.properties?.[name] ? undefined : tree.elements);
      const before = below && member(old, name);
      if (below)
        this.walk(
          below,
          part,
          before,
          own ? path.child(name) : path.key(name),
          unchanged.below(part, before, below.schema),
        );
    }
  }

  private items(
    tree: RuleTree,
    schema: Schema,
    items: readonly unknown[],
    old: unknown,
    path: Path,
    unchanged: Unchanged,
  ): void {
    const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
    const identity = (item: unknown) => JSON.stringify(keys.map(key => member(item, key) ?? null));
    const before = new Map(keys.length && Array.isArray(old) ? old.map(item => [identity(item), item as unknown]) : []);
    items.forEach((item, i) => {
      const own = before.get(identity(item));
      this.walk(tree, item, own, path.index(i), unchanged.below(item, own, tree.schema));
    });
  }

  private rules(
    { rules, type, schema }: RuleTree,
    value: unknown,
    old: unknown,
    path: Path,
    unchanged: Unchanged,
  ): void {
    for (const compiled of rules) {
      if (this.ended) return;
      const { rule, program, isTransition } = compiled;
      if (isTransition && old === undefined && !rule.optionalOldSelf) continue;
      const activation = activationOf({ self: fromJson(value, type), oldSelf: oldSelf(old, type, rule) });
      const result = program.evaluate(activation, this.budget);
      const kind = schema.type ?? '';
      const end = endOf(result, this.budget, rule);
      if (end !== undefined) this.end(field.invalid(path, kind, end));
      else if (result instanceof CelError) this.errors.push(field.invalid(path, kind, failure(result, rule)));
      else if (result !== true) {
        const at = compiled.at ? path.child(compiled.at) : path;
        const tell = !isTransition && this.options.ratchet && unchanged.is ? this.options.ratchet : this.tell;
        const text = this.message(compiled, activation);
        tell(text.ends ? field.invalid(at, kind, text.message) : finding(at, kind, text.message, rule.reason));
        if (text.ends) this.ended = true;
      }
    }
  }

  private readonly tell = (error: FieldError): void => void this.errors.push(error);

  private end(error: FieldError): void {
    this.errors.push(error);
    this.ended = true;
  }

  /** message is how a rule that does not hold is told of; `ends`: its expression cost too much, and nothing is validated any more. */
  private message({ rule, message }: CompiledRule, activation: Activation): { message: string; ends?: true } {
    const text = message?.evaluate(activation, this.budget);
    if (message && this.budget.isExhausted) return { message: `messageExpression evaluation ${EXHAUSTED}`, ends: true };
    if (text instanceof BudgetError) {
      const source = JSON.stringify(message?.text);
      const why = 'no further validation rules will be run due to call cost exceeds limit for messageExpression';
      return { message: `${why}: ${source}`, ends: true };
    }
    if (typeof text === 'string') {
      const trimmed = text.trim();
      if (trimmed && !trimmed.includes('\n') && Buffer.byteLength(trimmed) <= MAX_MESSAGE_BYTES)
        return { message: trimmed };
    }
    return { message: rule.message ? rule.message.trim() : `failed rule: ${ruleText(rule)}` };
  }
}

/** endOf says why no further rule may run: this one, or all of them together, cost too much. undefined: they may. */
function endOf(result: Value | Error, budget: Budget, rule: Rule): string | undefined {
  if (budget.isExhausted) return `validation ${EXHAUSTED}`;
  if (!(result instanceof BudgetError)) return undefined;
  return `'${result.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`;
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
