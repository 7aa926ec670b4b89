import { field, type FieldError, type Path } from '@navarch/apimachinery';
import { parseFieldPath } from './field-path';
import type { Rule, Schema } from './schema-types';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

const isBlank = (text: string) => text !== '' && !text.trim();
const hasLineBreak = (text: string) => /[\r\n]/.test(text);

/** ruleTextErrors is what is wrong with a rule of a schema before any of its expressions is looked at. The findings are below `path`. */
export function ruleTextErrors(rule: Rule, path: Path, schema: Schema): FieldError[] {
  const { messageExpression = '', reason } = rule;
  const errors = messageErrors(rule, path);
  if (isBlank(messageExpression))
    errors.push(field.required(path.child('messageExpression'), 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && !REASONS.includes(reason))
    errors.push(field.notSupported(path.child('reason'), reason, REASONS));
  return [...errors, ...placeErrors(rule, path.child('fieldPath'), schema)];
}

function messageErrors({ rule = '', message = '' }: Rule, path: Path): FieldError[] {
  const at = path.child('message');
  if (!rule.trim()) return [field.required(path.child('rule'), 'rule is not specified')];
  if (isBlank(message)) return [field.invalid(at, message, 'message must be non-empty if specified')];
  if (hasLineBreak(message.trim())) return [field.invalid(at, message, 'message must not contain line breaks')];
  return hasLineBreak(rule.trim()) && !message
    ? [field.required(at, 'message must be specified if rule contains line breaks')]
    : [];
}

function placeErrors({ fieldPath = '' }: Rule, path: Path, schema: Schema): FieldError[] {
  if (!fieldPath) return [];
  const found = [
    ...(isBlank(fieldPath) ? ['fieldPath must be non-empty if specified'] : []),
    ...(hasLineBreak(fieldPath) ? ['fieldPath must not contain line breaks'] : []),
    ...(typeof parseFieldPath(fieldPath, schema) === 'string' ? ['fieldPath must be a valid path'] : []),
  ];
  return found.map(detail => field.invalid(path, fieldPath, detail));
}
