import type { Schema } from './schema-types';

/** FieldPath is a path below a schema: `.spec.foo`, `['a.b']`. */
export interface FieldPath {
  /** text names the field as messages do: `spec.foo`, `spec.labels[app]`. */
  readonly text: string;
  /** root is the name of its first field. */
  readonly root: string;
  /** schema of what it leads to. */
  readonly schema: Schema;
}

/** FieldPathOptions: `brackets` are allowed unless it is false. */
export interface FieldPathOptions {
  readonly brackets?: boolean;
}

/** A token is a delimiter, a quoted text, or what stands between. */
const TOKEN = /'(?:\\[^]|[^'\\])*'|'[^]*$|[.[\]]|[^.[\]]+/y;

/** parseFieldPath reads a path below a schema; a string says why it is none. Pure. */
export function parseFieldPath(text: string, schema: Schema, { brackets }: FieldPathOptions = {}): FieldPath | string {
  const tokens = tokensOf(text);
  const END = 'unexpected end of JSON path';
  let path: FieldPath = { text: '', root: '', schema };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token !== '.' && token !== '[') return `expected [ or . but got: ${token}`;
    if (token === '[' && brackets === false) return 'array notation is not allowed';
    const name = tokens[++i];
    if (name === undefined) return END;
    const read = token === '.' ? { name } : quoted(name);
    if (typeof read === 'string') return read;
    const next = step(path, read.name);
    if (!next) return 'does not refer to a valid field';
    path = next;
    if (token === '.') continue;
    const closing = tokens[++i];
    if (closing === undefined) return END;
    if (closing !== ']') return `expected ] but got ${closing}`;
  }
  return path;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) tokens.push(TOKEN.exec(text)![0]);
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ "'": "'", '\\': '\\' },
};

function quoted(token: string): { name: string } | string {
  if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'"))
    return `expected single quoted string but got ${token}`;
  const odd = [...token.slice(1, -1).matchAll(/\\([^])/g)].find(([, char]) => !Object.hasOwn(ESCAPES, char!));
  if (odd) return `invalid string literal: invalid escape char ${odd[0]}`;
  return { name: token.slice(1, -1).replace(/\\([^])/g, (_all, char: string) => ESCAPES[char]!) };
}

function step({ text, root, schema }: FieldPath, name: string): FieldPath | undefined {
  const { properties, additionalProperties: values } = schema;
  if (properties && Object.keys(properties).length) {
    if (!Object.hasOwn(properties, name)) return undefined;
    return { text: text ? `${text}.${name}` : name, root: root || name, schema: properties[name]! };
  }
  return typeof values === 'object' ? { text: `${text}[${name}]`, root: root || name, schema: values } : undefined;
}
