import type { CostModel } from './cost/model';
import type { Type } from './types';
import type { Value } from './values';

/** Overload is one signature of a function. `call` gets values of these types, in this order, and throws a CelError. */
export interface Overload {
  /** member: called as `receiver.name(rest)`; the receiver is the first parameter. */
  readonly member: boolean;
  readonly params: readonly Type[];
  readonly result: Type;
  call(...args: readonly Value[]): Value;
  /** costs of a call, if it is more than one unit, or more is known of the value than its type. */
  readonly costs?: CostModel;
  /** since is the first release (`30` is v1.30) whose users may write it; it is there always if not given. */
  readonly since?: number;
  /** check tells at compile time whether literal arguments will do; others are undefined. */
  check?(args: readonly (Value | undefined)[]): boolean;
}

/** Library is a table of functions by name; a name has one or more overloads. */
export type Library = Readonly<Record<string, readonly Overload[]>>;

/** since declares that a library came with a release. */
export function since(release: number, library: Library): Library {
  const dated = (overloads: readonly Overload[]) => overloads.map(overload => ({ ...overload, since: release }));
  return Object.fromEntries(Object.entries(library).map(([name, overloads]) => [name, dated(overloads)]));
}

/** SYNTAX_SINCE are the first releases whose users may write parts of the language that came later. */
const SYNTAX_SINCE = { optionals: 29, twoVariables: 33 };

/** Environment is what an expression may refer to. Immutable. */
export class Environment {
  private constructor(
    private readonly variables: ReadonlyMap<string, Type>,
    private readonly functions: ReadonlyMap<string, readonly Overload[]>,
    private readonly release = Infinity,
  ) {}

  static of(...libraries: readonly Library[]): Environment {
    return new Environment(new Map(), new Map()).withFunctions(...libraries);
  }

  /** withFunctions adds functions, or overloads to those there are. */
  withFunctions(...libraries: readonly Library[]): Environment {
    const functions = new Map(this.functions);
    for (const library of libraries) {
      for (const [name, overloads] of Object.entries(library))
        functions.set(name, [...(functions.get(name) ?? []), ...overloads]);
    }
    return new Environment(this.variables, functions, this.release);
  }

  /** withVariables adds variables (or replaces them); a name may have dots. */
  withVariables(variables: Readonly<Record<string, Type>>): Environment {
    const all = new Map([...this.variables, ...Object.entries(variables)]);
    return new Environment(all, this.functions, this.release);
  }

  /** asOf leaves out what came after a release. What was written when it was there has to be compiled without. */
  asOf(release: number): Environment {
    return new Environment(this.variables, this.functions, release);
  }

  variable(name: string): Type | undefined {
    return this.variables.get(name);
  }
  overloads(name: string): readonly Overload[] | undefined {
    const all = this.functions.get(name);
    return this.release === Infinity ? all : all?.filter(overload => (overload.since ?? 0) <= this.release);
  }
  allows(syntax: keyof typeof SYNTAX_SINCE): boolean {
    return SYNTAX_SINCE[syntax] <= this.release;
  }
}

type Call = (...args: never[]) => Value;
type More = Pick<Overload, 'costs' | 'check' | 'since'>;

/** fn declares a function's overload. The caller promises that `call` takes values of `params`. */
export function fn(params: readonly Type[], result: Type, call: Call, more: More = {}): Overload {
  return { member: false, params, result, call: call as Overload['call'], ...more };
}

/** method declares a method's overload; the receiver is the first parameter. */
export function method(params: readonly Type[], result: Type, call: Call, more: More = {}): Overload {
  return { ...fn(params, result, call, more), member: true };
}
