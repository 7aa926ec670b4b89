import type { ComprehensionName, Expr } from './ast';

interface MacroCall {
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
  readonly offset: number;
}
type Fail = (offset: number, message: string) => never;

/** ONE_VARIABLE are the macros over elements (of a map: its keys), by name and number of arguments. */
const ONE_VARIABLE: Readonly<Record<string, ComprehensionName>> = {
  'all/2': 'all',
  'exists/2': 'exists',
  'exists_one/2': 'existsOne',
  'existsOne/2': 'existsOne',
  'map/2': 'map',
  'map/3': 'map',
  'filter/2': 'filter',
};

/** TWO_VARIABLES are the macros over index and element (of a map: key and value). */
const TWO_VARIABLES: Readonly<Record<string, ComprehensionName>> = {
  'all/3': 'all',
  'exists/3': 'exists',
  'exists_one/3': 'existsOne',
  'existsOne/3': 'existsOne',
  'transformList/3': 'transformList',
  'transformList/4': 'transformList',
  'transformMap/3': 'transformMap',
  'transformMap/4': 'transformMap',
  'transformMapEntry/3': 'transformMapEntry',
  'transformMapEntry/4': 'transformMapEntry',
};

/** expandMacro is what a call stands for if it is a macro's; undefined if it is a call. `fail` throws. Pure. */
export function expandMacro(macro: MacroCall, fail: Fail): Expr | undefined {
  const { name, target, args, offset } = macro;
  if (!target) return name === 'has' && args.length === 1 ? expandHas(args[0]!, offset, fail) : undefined;
  if (name === 'bind' && target.kind === 'ident' && target.name === 'cel' && args.length === 3) {
    return { kind: 'bind', offset, name: simpleName(args[0]!, fail), value: args[1]!, body: args[2]! };
  }
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
    const flat = name === 'optFlatMap';
    return { kind: 'optionalMap', offset, target, name: simpleName(args[0]!, fail), body: args[1]!, flat };
  }
  const key = `${name}/${args.length}`;
  const count = Object.hasOwn(ONE_VARIABLE, key) ? 1 : Object.hasOwn(TWO_VARIABLES, key) ? 2 : 0;
  if (!count) return undefined;
  const variables = args.slice(0, count).map(arg => simpleName(arg, fail));
  if (count === 2 && variables[0] === variables[1]) fail(args[1]!.offset, `duplicate variable name: ${variables[1]!}`);
  const rest = args.slice(count);
  return {
    kind: 'comprehension',
    offset,
    macro: (count === 1 ? ONE_VARIABLE : TWO_VARIABLES)[key]!,
    range: target,
    variables,
    filter: rest.length === 2 ? rest[0] : undefined,
    body: rest.at(-1)!,
  };
}

function expandHas(arg: Expr, offset: number, fail: Fail): Expr {
  if (arg.kind !== 'select') return fail(arg.offset, 'invalid argument to has() macro');
  return { ...arg, offset, test: true };
}

function simpleName(arg: Expr, fail: Fail): string {
  return arg.kind === 'ident' ? arg.name : fail(arg.offset, 'argument must be a simple name');
}
