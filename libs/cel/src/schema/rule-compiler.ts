import { field, type FieldError, type Path } from '@navarch/apimachinery';
import type { Environment } from '../environment';
import { estimateCost, type VariableExtents } from '../cost/estimate';
import { CompileError } from '../issues';
import { checkExpression, programOf, type Program } from '../program';
import { optionalOf, type SimpleKind, type Type } from '../types';
import { parseFieldPath } from './field-path';
import type { Cardinality, RuleCosts } from './rule-costs';
import { schemaExtent } from './schema-extent';
import type { Rule, Schema } from './schema-types';

/** CompiledRule is a rule ready to run. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly program: Program;
  readonly message: Program | undefined;
  /** isTransition: the rule compares with the value before, so it runs only where there is one. */
  readonly isTransition: boolean;
  /** at is the field, below the value itself, where findings are placed; empty: the value. */
  readonly at: string;
}

/** RuleScope is where a rule stands. */
export interface RuleScope {
  readonly schema: Schema;
  readonly type: Type;
  readonly isRoot: boolean;
  /** uncorrelatable is the place from which on a value cannot be matched with the one before. */
  readonly uncorrelatable: Path | undefined;
  readonly cardinality: Cardinality;
}

/** RuleCompilation is the compilation of all rules of a schema. */
export interface RuleCompilation {
  readonly errors: FieldError[];
  /** environment in which an expression is compiled; the variables of its scope come to it. */
  environment(expression: string): Environment;
  /** costs, if given, get the estimates of all expressions. */
  readonly costs?: RuleCosts | undefined;
  /** isFaulty tells schemas whose rules are not looked at: something else in them is wrong. */
  isFaulty?(schema: Schema): boolean;
}

/** compileRule compiles a rule; findings about it go to the compilation's, at `path`, and then there is no rule. */
export function compileRule(
  rule: Rule,
  path: Path,
  scope: RuleScope,
  compilation: RuleCompilation,
): CompiledRule | undefined {
  const found: FieldError[] = [];
  const compiler = new ExpressionCompiler(rule, path, scope, compilation, found);
  const program = compiler.rule();
  const message = program && compiler.message();
  const isTransition = !!program?.variables.has('oldSelf');
  if (isTransition && scope.uncorrelatable) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${String(scope.uncorrelatable)}`;
    found.push(field.invalid(path.child('rule'), rule.rule, detail));
  }
  if (program && !isTransition && rule.optionalOldSelf !== undefined)
    found.push(
      field.invalid(
        path.child('optionalOldSelf'),
        rule.optionalOldSelf,
        'may not be set if oldSelf is not used in rule',
      ),
    );
  compilation.errors.push(...found);
  if (!program || found.length) return undefined;
  const at = parseFieldPath(rule.fieldPath ?? '', scope.schema);
  return { rule, program, message, isTransition, at: typeof at === 'string' ? '' : at.text };
}

/** ExpressionCompiler compiles the expressions of one rule, and takes note of what they cost. */
class ExpressionCompiler {
  constructor(
    private readonly parts: Rule,
    private readonly path: Path,
    private readonly scope: RuleScope,
    private readonly compilation: RuleCompilation,
    private readonly found: FieldError[],
  ) {}

  rule(): Program | undefined {
    const { schema, cardinality } = this.scope;
    return this.compile('rule', '', 'bool', 'cel expression must evaluate to a bool', (costs, at, cost) =>
      costs.rule(at, cost, schema, cardinality),
    );
  }

  message(): Program | undefined {
    const detail = 'messageExpression must evaluate to a string';
    return this.compile('messageExpression', 'messageExpression ', 'string', detail, (costs, at, cost) =>
      costs.message(at, cost),
    );
  }

  private compile(
    name: 'rule' | 'messageExpression',
    head: string,
    wanted: SimpleKind,
    detail: string,
    take: (costs: RuleCosts, at: Path, cost: number) => FieldError[],
  ): Program | undefined {
    const text = this.parts[name];
    if (!text?.trim()) return undefined;
    const at = this.path.child(name);
    try {
      const checked = checkExpression(text, this.environment(text));
      if (checked.type.kind === wanted) {
        const { costs } = this.compilation;
        if (costs) this.found.push(...take(costs, at, estimateCost(checked, this.extents()).max));
        return programOf(text, checked);
      }
      this.found.push(refused(at, this.parts, detail));
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      this.found.push(refused(at, this.parts, `${head}compilation failed: ${error.message}`));
    }
    return undefined;
  }

  private environment(text: string): Environment {
    const { type } = this.scope;
    const oldSelf = this.parts.optionalOldSelf ? optionalOf(type) : type;
    return this.compilation.environment(text).withVariables({ self: type, oldSelf });
  }

  private extents(): VariableExtents {
    const self = schemaExtent(this.scope.schema, this.scope.isRoot);
    return { self, oldSelf: self };
  }
}

/** refused is a finding about an expression; up to release 1.33 messages show all of its rule, in Go's syntax. */
function refused(path: Path, rule: Rule, detail: string): FieldError {
  const text = (value = '') => JSON.stringify(value);
  const pointer = (type: string, value: unknown) => `(*${type})(${value === undefined ? 'nil' : '0xc000000000'})`;
  const parts = [
    `Rule:${text(rule.rule)}`,
    `Message:${text(rule.message)}`,
    `MessageExpression:${text(rule.messageExpression)}`,
    `Reason:${pointer('apiextensions.FieldValueErrorReason', rule.reason)}`,
    `FieldPath:${text(rule.fieldPath)}`,
    `OptionalOldSelf:${pointer('bool', rule.optionalOldSelf)}`,
  ];
  const message = `Invalid value: apiextensions.ValidationRule{${parts.join(', ')}}: ${detail}`;
  return { reason: 'FieldValueInvalid', field: path.toString(), message };
}
