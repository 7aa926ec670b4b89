import { CompileError } from './issues';
import { Uint } from './values';

/** Token is a word of an expression. Operators and brackets have their own text as kind. */
export interface Token {
  readonly kind: 'identifier' | 'literal' | 'operator' | 'end';
  readonly text: string;
  readonly offset: number;
  /** value of a literal; an int without its sign may be 2^63. */
  readonly value?: bigint | number | string | Uint8Array | Uint;
}

const SPACE = /(?:[\t\r\n\f ]|\/\/[^\n]*)+/y;
const NUMBER = /(?:0x[0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|\d+[uU]?)/y;
const STRING_START = /(?:[bB][rR]?|[rR][bB]?)?(?:"""|'''|"|')/y;
const NAME = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const QUOTED_NAME = /`[a-zA-Z0-9_.\-/ ]+`/y;
const OPERATOR = /(?:==|!=|<=|>=|&&|\|\||[<>?:.,()[\]{}+\-*/%!=])/y;
const ESCAPE =
  /\\(?:([abfnrtv\\?"'`])|x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]?))/g;
const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** tokenize splits an expression into tokens, ended by one of kind `end`. It throws a CompileError. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const push = (token: Omit<Token, 'offset'>, length: number) => {
    tokens.push({ ...token, offset: at });
    at += length;
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space) {
      at += space.length;
      continue;
    }
    const start = match(STRING_START);
    if (start !== undefined) {
      const { source, value } = readString(text, at, start);
      push({ kind: 'literal', text: source, value }, source.length);
      continue;
    }
    const number = match(NUMBER);
    if (number !== undefined) {
      push({ kind: 'literal', text: number, value: readNumber(number) }, number.length);
      continue;
    }
    const name = match(NAME);
    if (name !== undefined) {
      push({ kind: 'identifier', text: name }, name.length);
      continue;
    }
    const quoted = match(QUOTED_NAME);
    if (quoted !== undefined) {
      push({ kind: 'identifier', text: quoted }, quoted.length);
      continue;
    }
    const operator = match(OPERATOR);
    if (operator === undefined) {
      const message = `Syntax error: token recognition error at: '${String.fromCodePoint(text.codePointAt(at)!)}'`;
      throw new CompileError(text, [{ offset: at, message }]);
    }
    push({ kind: 'operator', text: operator }, operator.length);
  }
  return [...tokens, { kind: 'end', text: '<EOF>', offset: text.length }];
}

function readNumber(text: string): bigint | number | Uint {
  if (/[uU]$/.test(text)) return new Uint(BigInt(text.slice(0, -1)));
  return !text.startsWith('0x') && /[.eE]/.test(text) ? Number(text) : BigInt(text);
}

function readString(text: string, at: number, start: string): { source: string; value: string | Uint8Array } {
  const [, prefix, quote] = /^([a-zA-Z]*)(.*)$/.exec(start) as unknown as [string, string, string];
  const raw = /r/i.test(prefix);
  const isBytes = /b/i.test(prefix);
  let end = at + start.length;
  while (!text.startsWith(quote, end)) {
    const unclosed = end >= text.length || (quote.length === 1 && /[\r\n]/.test(text[end]!));
    if (unclosed) {
      const message = `Syntax error: token recognition error at: '${text.slice(at, Math.min(end, text.length))}'`;
      throw new CompileError(text, [{ offset: at, message }]);
    }
    end += !raw && text[end] === '\\' ? 2 : 1;
  }
  const inner = text.slice(at + start.length, end).replace(/\r\n?/g, '\n');
  const fail = (message: string): never => {
    throw new CompileError(text, [{ offset: at, message }]);
  };
  const value = raw ? (isBytes ? Buffer.from(inner, 'utf8') : inner) : unescape(inner, isBytes, fail);
  return { source: text.slice(at, end + quote.length), value };
}

/** unescape resolves escapes; in bytes, \x and octal ones are bytes, elsewhere they are code points. */
function unescape(text: string, isBytes: boolean, fail: (message: string) => never): string | Uint8Array {
  const parts: Buffer[] = [];
  let plain = '';
  let last = 0;
  for (const m of text.matchAll(ESCAPE)) {
    plain += text.slice(last, m.index);
    last = m.index + m[0].length;
    const [whole, simple, x, bigX, u, bigU, octal] = m;
    const byte = x ?? bigX;
    if (simple !== undefined) plain += SIMPLE[simple] ?? simple;
    else if (byte !== undefined || octal !== undefined) {
      const code = byte !== undefined ? Number.parseInt(byte, 16) : Number.parseInt(octal!, 8);
      if (!isBytes) plain += String.fromCodePoint(code);
      else {
        parts.push(Buffer.from(plain, 'utf8'), Buffer.from([code]));
        plain = '';
      }
    } else if (u === undefined && bigU === undefined) {
      return fail(`Syntax error: token recognition error at: '${whole}'`);
    } else if (isBytes) {
      return fail('unable to unescape string');
    } else {
      const code = Number.parseInt((u ?? bigU)!, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return fail('invalid unicode code point');
      plain += String.fromCodePoint(code);
    }
  }
  plain += text.slice(last);
  return isBytes ? Buffer.concat([...parts, Buffer.from(plain, 'utf8')]) : plain;
}
