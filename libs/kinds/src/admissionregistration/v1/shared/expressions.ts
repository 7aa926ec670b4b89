import {
  compileExpression,
  CompileError,
  environmentFor,
  type Environment,
  type Program,
  type Written,
} from '@navarch/cel';
import { field, isQualifiedName, type FieldError, type Path } from '@navarch/apimachinery';
import { each, requireText } from '../../../shared/errors';

const MAX_CONDITIONS = 64;

/** Result is a kind of value that an expression has to come to. */
type Result = 'bool' | 'string' | 'null';

/** WrittenIn is the environment of expressions that are written, and what they may use of it. */
export interface WrittenIn extends Written {
  readonly environment: Environment;
}

/** checkExpression compiles an expression: findings at `path` if it does not, or comes to something else than wanted; else the program. */
export function checkExpression(
  text: string,
  path: Path,
  { environment, ...written }: WrittenIn,
  wanted: readonly Result[] = [],
): { readonly errors: readonly FieldError[]; readonly program?: Program } {
  try {
    const program = compileExpression(text, environmentFor(text, environment, written));
    const isWanted = !wanted.length || program.type.kind === 'dyn' || wanted.some(kind => kind === program.type.kind);
    if (isWanted) return { errors: [], program };
    const names = wanted.map(kind => (kind === 'null' ? 'null_type' : kind));
    const detail = names.length === 1 ? `must evaluate to ${names[0]}` : `must evaluate to one of [${names.join(' ')}]`;
    return { errors: [field.invalid(path, text, detail)] };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return { errors: [field.invalid(path, text, `compilation failed: ${error.message}`)] };
  }
}

/** validateMatchConditions checks the conditions of a webhook or policy: named, each name once, all of them boolean. */
export function validateMatchConditions(
  conditions: readonly { readonly name?: string; readonly expression?: string }[] | undefined,
  path: Path,
  written: WrittenIn,
): FieldError[] {
  const all = conditions ?? [];
  const errors = all.length > MAX_CONDITIONS ? [field.tooMany(path, all.length, MAX_CONDITIONS)] : [];
  const names = new Set<string>();
  all.forEach(({ name, expression = '' }, i) => {
    const at = path.index(i);
    const text = expression.trim();
    if (text) errors.push(...checkExpression(text, at.child('expression'), written, ['bool']).errors);
    else errors.push(field.required(at.child('expression')));
    errors.push(...validateName(name, at.child('name'), names));
  });
  return errors;
}

function validateName(name: string | undefined, path: Path, names: Set<string>): FieldError[] {
  if (!name) return requireText(path, name);
  const errors = each(path, name, isQualifiedName(name));
  if (names.has(name)) errors.push(field.duplicate(path, name));
  names.add(name);
  return errors;
}
