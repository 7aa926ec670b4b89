import { InvalidOptions } from '../cluster/config';

/** OptionSpec declares one option of a command. */
export interface OptionSpec {
  readonly type: 'string' | 'number' | 'boolean';
  readonly help: string;
  /** short is a one-letter form, as in `-f`. */
  readonly short?: string;
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;
type ValueOf<O extends OptionSpec> = O['type'] extends 'number'
  ? number
  : O['type'] extends 'boolean'
    ? boolean
    : string;
/** Options are the values that were given; what was not given is absent. */
export type Options<S extends OptionSpecs> = { readonly [K in keyof S]?: ValueOf<S[K]> };

export interface Arguments<S extends OptionSpecs> {
  readonly options: Options<S>;
  readonly positional: readonly string[];
}

/** parseArguments reads `--name value`, `--name=value`, `--flag` and short forms; `--` ends the options. Throws InvalidOptions. */
export function parseArguments<S extends OptionSpecs>(specs: S, argv: readonly string[]): Arguments<S> {
  const options = new Map<string, string | number | boolean>();
  const positional: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === '--') {
      positional.push(...argv.slice(i + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      positional.push(argument);
      continue;
    }
    const { name, inline } = splitOption(specs, argument);
    const spec = specs[name]!;
    if (spec.type === 'boolean') {
      options.set(name, booleanOf(argument, inline));
      continue;
    }
    const value = inline ?? argv[++i];
    if (value === undefined) throw new InvalidOptions(`--${name} needs a value`);
    options.set(name, spec.type === 'number' ? numberOf(name, value) : value);
  }
  return { options: Object.fromEntries(options) as Options<S>, positional };
}

function splitOption(specs: OptionSpecs, argument: string): { name: string; inline?: string } {
  const [, name, inline] = /^--?([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
  const known = Object.keys(specs).find(key => (argument.startsWith('--') ? key === name : specs[key]!.short === name));
  if (known === undefined) throw new InvalidOptions(`unknown option ${argument}`);
  return inline === undefined ? { name: known } : { name: known, inline };
}

function numberOf(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidOptions(`--${name} needs a whole number, not ${JSON.stringify(value)}`);
  return Number(value);
}

function booleanOf(argument: string, inline: string | undefined): boolean {
  if (inline !== undefined && !/^(true|false)$/.test(inline)) throw new InvalidOptions(`${argument}: true or false`);
  return inline !== 'false';
}

/** optionsHelp lists the options, one a line. */
export function optionsHelp(specs: OptionSpecs): string {
  return Object.entries(specs)
    .map(([name, { type, help, short }]) => {
      const form = `${short ? `-${short}, ` : ''}--${name}${type === 'boolean' ? '' : type === 'number' ? ' N' : ' VALUE'}`;
      return `  ${form.padEnd(28)} ${help}\n`;
    })
    .join('');
}
