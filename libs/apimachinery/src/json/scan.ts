/** JsonError says why bytes are no JSON, in the words of the Kubernetes API (which are Go's). */
export class JsonError extends Error {
  /** endsEarly: there is nothing wrong with the bytes but that more is to come. */
  constructor(
    message: string,
    readonly endsEarly = false,
  ) {
    super(message);
    this.name = 'JsonError';
  }
}

const END = 'unexpected end of JSON input';
const ESCAPES = 'bfnrt\\/"';

/** JsonVisitor is told what stands in an object or a list, in the order of the text. */
export interface JsonVisitor {
  /** member is told of a key, and answers who is told of its value; undefined: nobody. */
  member(key: string): JsonVisitor | undefined;
  /** item is told of an item of a list, and answers the same. */
  item(index: number): JsonVisitor | undefined;
  /** opens is told that the value is an object or a list, scalar of the text of any other. */
  opens?(bracket: '{' | '['): void;
  scalar?(text: string): void;
}

/** scanJson walks JSON text by hand. It throws a JsonError for what is no JSON. The visitor is told of the value. */
export function scanJson(text: string, visitor?: JsonVisitor): void {
  const scanner = new Scanner(text);
  scanner.space();
  scanner.value(visitor);
  scanner.space();
  if (!scanner.atEnd()) scanner.fail('after top-level value');
}

/** firstJsonValue is the part of some bytes up to the end of the first JSON value in them. It throws a JsonError where there is none. */
export function firstJsonValue(bytes: Buffer): Buffer {
  const scanner = new Scanner(bytes.toString('latin1'));
  scanner.space();
  scanner.value();
  return bytes.subarray(0, scanner.at);
}

/** Scanner is at one place of the text; its recursion is as deep as the text, which the caller has bounded. */
class Scanner {
  at = 0;
  constructor(private readonly text: string) {}

  atEnd(): boolean {
    return this.at >= this.text.length;
  }

  space(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.at++;
    }
  }

  /** fail tells what stands here that may not. Where a blank may not stand either (`within` a word), the end is told as one. */
  fail(where: string, within = false): never {
    if (this.atEnd()) throw new JsonError(within ? `invalid character ' ' ${where}` : END, true);
    throw new JsonError(`invalid character ${quoteByte(this.text.charCodeAt(this.at))} ${where}`);
  }

  value(visitor?: JsonVisitor): void {
    const c = this.text[this.at];
    if (c === '{' || c === '[') {
      visitor?.opens?.(c);
      return c === '{' ? this.object(visitor) : this.array(visitor);
    }
    const start = this.at;
    this.scalar(c);
    visitor?.scalar?.(this.text.slice(start, this.at));
  }

  private scalar(c: string | undefined): void {
    if (c === '"') this.string();
    else if (c === 't') this.literal('true');
    else if (c === 'f') this.literal('false');
    else if (c === 'n') this.literal('null');
    else if (c !== undefined && (c === '-' || (c >= '0' && c <= '9'))) this.number();
    else this.fail('looking for beginning of value');
  }

  private object(visitor: JsonVisitor | undefined): void {
    this.at++;
    this.space();
    if (this.text[this.at] === '}') {
      this.at++;
      return;
    }
    for (;;) {
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
      const key = this.string();
      const child = visitor?.member(key);
      this.space();
      if (this.text[this.at] !== ':') this.fail('after object key');
      this.at++;
      this.space();
      this.value(child);
      this.space();
      const next = this.text[this.at];
      if (next === '}') {
        this.at++;
        return;
      }
      if (next !== ',') this.fail('after object key:value pair');
      this.at++;
      this.space();
    }
  }

  private array(visitor: JsonVisitor | undefined): void {
    this.at++;
    this.space();
    if (this.text[this.at] === ']') {
      this.at++;
      return;
    }
    for (let i = 0; ; i++) {
      this.value(visitor?.item(i));
      this.space();
      const next = this.text[this.at];
      if (next === ']') {
        this.at++;
        return;
      }
      if (next !== ',') this.fail('after array element');
      this.at++;
      this.space();
    }
  }

  private string(): string {
    const start = this.at++;
    for (;;) {
      const c = this.text[this.at];
      if (c === '"') break;
      if (c === undefined || c < ' ') this.fail('in string literal');
      if (c === '\\') this.escape();
      this.at++;
    }
    this.at++;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  private escape(): void {
    this.at++;
    const c = this.text[this.at];
    if (c === 'u') {
      for (let i = 0; i < 4; i++) {
        this.at++;
        if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) this.fail('in \\u hexadecimal character escape', true);
      }
    } else if (c === undefined || !ESCAPES.includes(c)) this.fail('in string escape code', true);
  }

  private number(): void {
    if (this.text[this.at] === '-') this.at++;
    if (this.text[this.at] === '0') this.at++;
    else this.digits('in numeric literal');
    if (this.text[this.at] === '.') {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if (this.text[this.at] === 'e' || this.text[this.at] === 'E') {
      this.at++;
      if (this.text[this.at] === '+' || this.text[this.at] === '-') this.at++;
      this.digits('in exponent of numeric literal');
    }
  }

  private digits(where: string): void {
    const isDigit = () => /[0-9]/.test(this.text[this.at] ?? '');
    if (!isDigit()) this.fail(where, true);
    while (isDigit()) this.at++;
  }

  private literal(word: string): void {
    for (const expected of word) {
      if (this.text[this.at] !== expected) this.fail(`in literal ${word} (expecting '${expected}')`, true);
      this.at++;
    }
  }
}

const SHORT = new Map([...'\x07\b\t\n\v\f\r'].map((c, i) => [c.charCodeAt(0), `\\${'abtnvfr'[i]!}`]));

/** quoteByte shows a byte between single quotes as Go does: as the character of that number, escaped if it cannot be printed. */
export function quoteByte(byte: number): string {
  const c = String.fromCharCode(byte);
  if (c === "'" || c === '\\') return `'\\${c}'`;
  const short = SHORT.get(byte);
  if (short) return `'${short}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  if (byte > 0x7f && (byte <= 0xa0 || byte === 0xad)) return `'\\u00${byte.toString(16)}'`;
  return `'${c}'`;
}
