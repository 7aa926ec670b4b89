import type { Expr } from './ast';
import { depthOf } from './depth';
import { CompileError } from './issues';
import { tokenize, type Token } from './lexer';
import { expandMacro } from './macros';
import { MAX_INT, MIN_INT, Uint } from './values';

/** MAX_DEPTH bounds brackets within brackets, MAX_LEVELS also long chains of operators, MAX_LENGTH the length of an expression. */
const MAX_DEPTH = 250;
const MAX_LEVELS = 500;
const MAX_LENGTH = 100_000;

const RELATIONS = new Set(['<', '<=', '>', '>=', '==', '!=', 'in']);
const SUMS = new Set(['+', '-']);
const PRODUCTS = new Set(['*', '/', '%']);
const RESERVED = new Set([
  ...['as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package'],
  ...['namespace', 'return', 'var', 'void', 'while'],
]);
const CLOSING = new Set([')', ']', '}']);
const STARTS = `{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`;

/** parse reads an expression, macros expanded. It throws a CompileError. */
export function parse(text: string): Expr {
  if (text.length > MAX_LENGTH) {
    const message = `expression code point size exceeds limit: size: ${[...text].length}, limit ${MAX_LENGTH}`;
    throw new CompileError(text, [{ offset: 0, message }]);
  }
  return new Parser(text, tokenize(text)).whole();
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
  ) {}

  whole(): Expr {
    const expr = this.expression();
    if (this.token.kind !== 'end') this.unexpected('<EOF>', 'extraneous');
    if (depthOf(expr) > MAX_LEVELS) this.fail(0, `expression recursion limit exceeded: ${MAX_LEVELS}`);
    return expr;
  }

  private get token(): Token {
    return this.tokens[this.at]!;
  }

  private fail(offset: number, message: string): never {
    throw new CompileError(this.text, [{ offset, message }]);
  }

  private unexpected(expected: string, what = 'mismatched'): never {
    return this.fail(this.token.offset, `Syntax error: ${what} input '${this.token.text}' expecting ${expected}`);
  }

  private isNext(...texts: string[]): boolean {
    const { kind, text } = this.token;
    return (kind === 'operator' || text === 'in') && texts.includes(text);
  }

  private take(text: string): Token | undefined {
    return this.isNext(text) ? this.tokens[this.at++] : undefined;
  }

  private expect(text: string): Token {
    const token = this.take(text);
    if (token) return token;
    // The last bracket is what is missing only where nothing else is.
    if (this.token.kind === 'end' && this.depth === 1 && CLOSING.has(text))
      this.fail(this.token.offset, `Syntax error: missing '${text}' at '<EOF>'`);
    return this.unexpected(`'${text}'`);
  }

  /** each reads the parts of a literal up to its end; a comma may stand behind the last one. */
  private each(end: string, read: () => void): void {
    if (!this.isNext(end)) {
      do read();
      while (this.take(',') && !this.isNext(end) && this.token.kind !== 'end');
    }
    this.expect(end);
  }

  private name(): Token {
    if (this.token.kind !== 'identifier' || this.token.text === 'in') return this.unexpected('IDENTIFIER');
    return this.tokens[this.at++]!;
  }

  private expression(): Expr {
    if (++this.depth > MAX_DEPTH) this.fail(this.token.offset, `expression recursion limit exceeded: ${MAX_DEPTH}`);
    const condition = this.logical('||', '_||_', () => this.logical('&&', '_&&_', () => this.relation()));
    const question = this.take('?');
    if (!question) {
      this.depth--;
      return condition;
    }
    const yes = this.logical('||', '_||_', () => this.logical('&&', '_&&_', () => this.relation()));
    this.expect(':');
    const no = this.expression();
    this.depth--;
    return call('_?_:_', question.offset, condition, yes, no);
  }

  /** logical reads a chain of && or ||, whose grouping does not matter, into a tree as flat as can be. */
  private logical(operator: string, name: string, operand: () => Expr): Expr {
    const operands = [operand()];
    const offsets: number[] = [];
    for (let token = this.take(operator); token; token = this.take(operator)) {
      offsets.push(token.offset);
      operands.push(operand());
    }
    const join = (from: number, to: number): Expr => {
      if (from === to) return operands[from]!;
      const middle = (from + to) >> 1;
      return call(name, offsets[middle]!, join(from, middle), join(middle + 1, to));
    };
    return join(0, operands.length - 1);
  }

  private binary(operators: ReadonlySet<string>, nameOf: (text: string) => string, operand: () => Expr): Expr {
    let left = operand();
    while ((this.token.kind === 'operator' || this.token.text === 'in') && operators.has(this.token.text)) {
      const { text, offset } = this.tokens[this.at++]!;
      left = call(nameOf(text), offset, left, operand());
    }
    return left;
  }

  private relation(): Expr {
    return this.binary(
      RELATIONS,
      text => (text === 'in' ? '@in' : `_${text}_`),
      () => this.sum(),
    );
  }

  private sum(): Expr {
    const product = () =>
      this.binary(
        PRODUCTS,
        text => `_${text}_`,
        () => this.unary(),
      );
    return this.binary(SUMS, text => `_${text}_`, product);
  }

  private unary(): Expr {
    const first = this.token;
    const sign = this.take('!') ?? this.take('-');
    if (!sign) return this.member();
    let odd = true;
    while (this.token.kind === 'operator' && this.token.text === sign.text) {
      this.at++;
      odd = !odd;
    }
    const { kind, value } = this.token;
    if (sign.text === '-' && odd && kind === 'literal' && (typeof value === 'bigint' || typeof value === 'number')) {
      return this.member(-1);
    }
    const operand = this.member();
    return odd ? call(sign.text === '!' ? '!_' : '-_', first.offset, operand) : operand;
  }

  private member(factor: 1 | -1 = 1): Expr {
    let expr = this.primary(factor);
    for (;;) {
      const dot = this.take('.');
      if (dot) {
        const optional = !!this.take('?');
        const { text } = this.name();
        const open = optional ? undefined : this.take('(');
        expr = open
          ? this.method(expr, text, open)
          : { kind: 'select', offset: dot.offset, operand: expr, field: unquote(text), test: false, optional };
        continue;
      }
      const bracket = this.take('[');
      if (!bracket) break;
      const optional = !!this.take('?');
      const index = this.expression();
      this.expect(']');
      expr = call(optional ? '_[?_]' : '_[_]', bracket.offset, expr, index);
    }
    const brace = this.isNext('{') ? qualifiedName(expr) : undefined;
    return brace === undefined ? expr : this.object(brace, expr.offset);
  }

  private method(target: Expr, name: string, open: Token): Expr {
    const args = this.args();
    return (
      expandMacro({ name, target, args, offset: open.offset }, (offset, message) => this.fail(offset, message)) ?? {
        kind: 'call',
        offset: open.offset,
        name,
        target,
        args,
      }
    );
  }

  private primary(factor: 1 | -1): Expr {
    const token = this.token;
    if (token.kind === 'literal') {
      this.at++;
      return { kind: 'literal', offset: token.offset, value: this.literal(token, factor) };
    }
    if (this.take('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (this.take('[')) return this.listLiteral(token.offset);
    if (this.take('{')) return this.mapLiteral(token.offset);
    this.take('.');
    if (this.token.kind !== 'identifier' || this.token.text === 'in') return this.unexpected(STARTS);
    const { text, offset } = this.name();
    if (text === 'true' || text === 'false') return { kind: 'literal', offset, value: text === 'true' };
    if (text === 'null') return { kind: 'literal', offset, value: null };
    if (RESERVED.has(text)) this.fail(offset, `reserved identifier: ${text}`);
    const open = this.take('(');
    if (!open) return { kind: 'ident', offset, name: unquote(text) };
    const args = this.args();
    const macro = expandMacro({ name: text, target: undefined, args, offset: open.offset }, (where, message) =>
      this.fail(where, message),
    );
    return macro ?? { kind: 'call', offset: open.offset, name: text, target: undefined, args };
  }

  private literal({ value, offset }: Token, factor: 1 | -1) {
    if (typeof value === 'number') return factor * value;
    if (value instanceof Uint && value.value >= 1n << 64n) return this.fail(offset, 'invalid uint literal');
    if (typeof value !== 'bigint') return value!;
    const signed = BigInt(factor) * value;
    return signed > MAX_INT || signed < MIN_INT ? this.fail(offset, 'invalid int literal') : signed;
  }

  private args(): Expr[] {
    const args: Expr[] = [];
    if (!this.isNext(')')) {
      do args.push(this.expression());
      while (this.take(','));
    }
    this.expect(')');
    return args;
  }

  private listLiteral(offset: number): Expr {
    const elements: { value: Expr; optional: boolean }[] = [];
    this.each(']', () => {
      const optional = !!this.take('?');
      elements.push({ optional, value: this.expression() });
    });
    return { kind: 'list', offset, elements };
  }

  private mapLiteral(offset: number): Expr {
    const entries: { key: Expr; value: Expr; optional: boolean }[] = [];
    this.each('}', () => {
      const optional = !!this.take('?');
      const key = this.expression();
      this.expect(':');
      entries.push({ optional, key, value: this.expression() });
    });
    return { kind: 'map', offset, entries };
  }

  private object(type: string, offset: number): Expr {
    this.expect('{');
    const entries: { field: string; value: Expr; offset: number }[] = [];
    this.each('}', () => {
      const name = this.name();
      this.expect(':');
      entries.push({ field: unquote(name.text), offset: name.offset, value: this.expression() });
    });
    return { kind: 'object', offset, type, entries };
  }
}

const unquote = (name: string) => name.replace(/^`|`$/g, '');

function call(name: string, offset: number, ...args: Expr[]): Expr {
  return { kind: 'call', offset, name, target: undefined, args };
}

/** qualifiedName is `a.b.c` of an expression that is nothing but names; undefined for others. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test || expr.optional) return undefined;
  const head = qualifiedName(expr.operand);
  return head === undefined ? undefined : `${head}.${expr.field}`;
}
