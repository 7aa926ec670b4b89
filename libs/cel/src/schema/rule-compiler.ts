import { field, type FieldError, type Path } from '@navarch/apimachinery';
import type { Environment } from '../environment';
import { CompileError } from '../issues';
import { compileExpression, type Program } from '../program';
import { optionalOf, type SimpleKind, type Type } from '../types';
import { parseFieldPath } from './field-path';
import type { Rule, Schema } from './schema-types';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** CompiledRule is a rule ready to run. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly program: Program;
  readonly message: Program | undefined;
  /** isTransition: the rule compares with the value before, so it runs only where there is one. */
  readonly isTransition: boolean;
  /** at is where findings are placed, below the value itself. */
  readonly at: readonly string[];
}

/** RuleScope is where a rule stands. */
export interface RuleScope {
  readonly schema: Schema;
  readonly type: Type;
  readonly environment: Environment;
  /** uncorrelatable is the place from which on a value cannot be matched with the one before. */
  readonly uncorrelatable: Path | undefined;
}

/** compileRule compiles a rule; findings about it go to `errors`, at `path`, and then there is no rule. */
export function compileRule(rule: Rule, path: Path, scope: RuleScope, errors: FieldError[]): CompiledRule | undefined {
  const found = [...checkTexts(rule, path), ...checkPlace(rule, path, scope)];
  const environment = scope.environment.withVariables({
    self: scope.type,
    oldSelf: rule.optionalOldSelf ? optionalOf(scope.type) : scope.type,
  });
  const compiled = (name: 'rule' | 'messageExpression', head: string, wanted: SimpleKind, detail: string) => {
    const text = rule[name];
    if (!text?.trim()) return undefined;
    const at = path.child(name);
    try {
      const program = compileExpression(text, environment);
      if (program.type.kind === wanted) return program;
      found.push(field.invalid(at, shown(rule), detail));
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      found.push(field.invalid(at, shown(rule), `${head}compilation failed: ${error.message}`));
    }
    return undefined;
  };
  const program = compiled('rule', '', 'bool', 'cel expression must evaluate to a bool');
  const messageDetail = 'messageExpression must evaluate to a string';
  const message = compiled('messageExpression', 'messageExpression ', 'string', messageDetail);
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
  errors.push(...found);
  if (!program || found.length) return undefined;
  const at = rule.fieldPath ? parseFieldPath(rule.fieldPath, scope.schema) : [];
  return { rule, program, message, isTransition, at: typeof at === 'string' ? [] : at };
}

/** shown is how messages name a rule: all its parts. */
function shown({ rule = '', message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: Rule) {
  return {
    Rule: rule,
    Message: message,
    MessageExpression: messageExpression,
    Reason: reason ?? null,
    FieldPath: fieldPath,
    OptionalOldSelf: optionalOldSelf ?? null,
  };
}

const isBlank = (text: string | undefined) => !!text && !text.trim();
const hasLineBreak = (text: string) => /[\r\n]/.test(text);

function checkTexts({ rule = '', message = '', messageExpression, reason }: Rule, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child('message');
  if (!rule.trim()) errors.push(field.required(path.child('rule'), 'rule is not specified'));
  if (isBlank(message)) errors.push(field.invalid(at, message, 'message must be non-empty if specified'));
  else if (hasLineBreak(message.trim()))
    errors.push(field.invalid(at, message, 'message must not contain line breaks'));
  else if (hasLineBreak(rule.trim()) && !message)
    errors.push(field.required(at, 'message must be specified if rule contains line breaks'));
  if (isBlank(messageExpression))
    errors.push(field.required(path.child('messageExpression'), 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && !REASONS.includes(reason))
    errors.push(field.notSupported(path.child('reason'), reason, REASONS));
  return errors;
}

function checkPlace({ fieldPath }: Rule, path: Path, { schema }: RuleScope): FieldError[] {
  if (!fieldPath) return [];
  const at = path.child('fieldPath');
  const invalid = (detail: string) => [field.invalid(at, fieldPath, detail)];
  if (isBlank(fieldPath)) return invalid('fieldPath must be non-empty if specified');
  if (hasLineBreak(fieldPath)) return invalid('fieldPath must not contain line breaks');
  const parsed = parseFieldPath(fieldPath, schema);
  return typeof parsed === 'string' ? invalid(`fieldPath must be a valid path: ${parsed}`) : [];
}
