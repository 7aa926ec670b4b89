import type { Flag, FlagSet, FlagValue, FlagValues } from './interfaces';

/** FlagError says what is wrong with the command line or the config file, and how to see the flags. */
export class FlagError extends Error {}

/** flag makes declarations short: `flag.string('', 'path of the kubeconfig')`. Durations are given as Go writes them. */
export const flag = {
  string: (value: string, help: string): Flag<string> => ({ type: 'string', default: value, help }),
  int: (value: number, help: string): Flag<number> => ({ type: 'int', default: value, help }),
  bool: (value: boolean, help: string): Flag<boolean> => ({ type: 'bool', default: value, help }),
  duration: (value: string, help: string): Flag<number> => ({ type: 'duration', default: parseDuration(value), help }),
  strings: (value: readonly string[], help: string): Flag<readonly string[]> => ({
    type: 'strings',
    default: value,
    help,
  }),
  /** repeated is a list whose items may have commas in them: the flag is given once for each. */
  repeated: (help: string): Flag<readonly string[]> => ({ type: 'repeated', default: [], help }),
};

const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000001,
};

/** parseDuration reads a Go duration (`1h30m`, `250ms`, `0`) into milliseconds; it throws FlagError for anything else. */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|\u00b5s|ns|m|s)/g)];
  if (!parts.length || parts.map(part => part[0]).join('') !== text)
    throw new FlagError(`invalid duration ${JSON.stringify(text)}`);
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit!]!, 0);
}

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'True', 'TRUE'].map(text => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'False', 'FALSE'].map(text => [text, false] as const),
]);

/** parseBool reads a truth value as Go writes it; undefined for anything else. */
export const parseBool = (text: string): boolean | undefined => BOOLS.get(text);

/**
 * parseFlags reads `--name=value`, `--name value` and `--bool`; what the command line leaves out comes from `config` (the
 * config file's top level, same names), then from the defaults. Unknown names throw FlagError.
 */
export function parseFlags<F extends FlagSet>(
  flags: F,
  argv: readonly string[],
  config: Readonly<Record<string, unknown>> = {},
): FlagValues<F> {
  const given = new Map<string, FlagValue>();
  for (let i = 0; i < argv.length; i++) {
    const { name, inline } = splitArgument(argv[i]!);
    const declared = lookup(flags, name, `unknown flag: --${name}`);
    const text = inline ?? (declared.type === 'bool' ? 'true' : argv[++i]);
    if (text === undefined) throw new FlagError(`flag needs an argument: --${name}`);
    const value = parseValue(declared, name, text);
    // A list may be given in several places; they add up.
    given.set(name, isList(declared) ? [...((given.get(name) as string[]) ?? []), ...(value as string[])] : value);
  }
  for (const [name, value] of Object.entries(config)) {
    const declared = lookup(flags, name, `unknown field in the config file: ${name}`);
    if (!given.has(name)) given.set(name, parseConfigValue(declared, name, value));
  }
  return Object.fromEntries(
    Object.entries(flags).map(([name, f]) => [name, given.has(name) ? given.get(name) : f.default]),
  ) as FlagValues<F>;
}

/** usage is what --help prints: one line a flag. */
export function usage(name: string, description: string, flags: FlagSet): string {
  const lines = Object.entries(flags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([flagName, f]) => `  --${flagName}${f.type === 'bool' ? '' : ` ${f.type}`}\n        ${f.help}${shownDefault(f)}`,
    );
  return `${description}\n\nUsage:\n  ${name} [flags]\n\nFlags:\n${lines.join('\n')}\n`;
}

function splitArgument(argument: string): { name: string; inline?: string } {
  if (!argument.startsWith('-') || argument === '-' || argument === '--')
    throw new FlagError(`unexpected argument ${JSON.stringify(argument)}`);
  const text = argument.replace(/^--?/, '');
  const equals = text.indexOf('=');
  return equals < 0 ? { name: text } : { name: text.slice(0, equals), inline: text.slice(equals + 1) };
}

function lookup(flags: FlagSet, name: string, complaint: string): Flag {
  if (!Object.hasOwn(flags, name)) throw new FlagError(complaint);
  return flags[name]!;
}

function parseValue(declared: Flag, name: string, text: string): FlagValue {
  switch (declared.type) {
    case 'string':
      return text;
    case 'strings':
      return text === '' ? [] : text.split(',');
    case 'repeated':
      return [text];
    case 'duration':
      return parseDuration(text);
    case 'int':
      if (!/^-?\d+$/.test(text))
        throw new FlagError(`invalid argument ${JSON.stringify(text)} for --${name}: not a whole number`);
      return Number(text);
    case 'bool': {
      const value = parseBool(text);
      if (value === undefined)
        throw new FlagError(`invalid argument ${JSON.stringify(text)} for --${name}: not true or false`);
      return value;
    }
  }
}

const isList = ({ type }: Flag) => type === 'strings' || type === 'repeated';

function parseConfigValue(declared: Flag, name: string, value: unknown): FlagValue {
  if (isList(declared) && Array.isArray(value)) return value.map(String);
  if (typeof value === 'object') throw new FlagError(`invalid value for ${name} in the config file`);
  return parseValue(declared, name, String(value));
}

function shownDefault(f: Flag): string {
  if (
    f.default === undefined ||
    f.default === '' ||
    f.default === false ||
    (Array.isArray(f.default) && !f.default.length)
  )
    return '';
  return ` (default ${f.type === 'duration' ? `${Number(f.default) / 1000}s` : String(f.default)})`;
}
