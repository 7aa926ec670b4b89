/** NEAR and AROUND are how many bytes stand before and behind a place in what messages show of a body: near it, and around it. */
const NEAR = 10;
const AROUND = 50;

/** NO_DIGIT is how the reader shows a byte that is no digit: as the number it took it for, which is no character. */
const NO_DIGIT = '\ufffd';

/**
 * ByteReader goes through JSON the way that v1.20's reader does, for its complaints: a failure does not stop it, but from then on it
 * cannot step back a byte, and loses its place. Only the first complaint counts. It is made for bodies that are known to be JSON.
 */
export class ByteReader {
  /** complaint is what went wrong, with the names of the way in front of it, so far. */
  complaint: string | undefined;
  private head = 0;

  constructor(private readonly raw: Buffer) {}

  /** fail complains, if nothing has failed before. */
  fail(operation: string, why: string): void {
    if (this.complaint !== undefined) return;
    const from = Math.max(0, this.head - NEAR);
    const near = this.raw.subarray(from, this.head + NEAR).toString();
    const around = this.raw.subarray(Math.max(0, this.head - AROUND), this.head + AROUND).toString();
    this.complaint = `${operation}: ${why}, error found in #${this.head - from} byte of ...|${near}|..., bigger context ...|${around}|...`;
  }

  /** within puts a name before the complaint, if there is one. */
  within(name: string): void {
    if (this.complaint !== undefined) this.complaint = name + this.complaint;
  }

  /** next is the next character that is no space; empty at the end. */
  next(): string {
    while (this.head < this.raw.length && ' \n\t\r'.includes(String.fromCharCode(this.raw[this.head]!))) this.head++;
    return this.byte();
  }

  /** back steps back a byte; not after a failure. */
  back(): void {
    if (this.complaint === undefined) this.head--;
  }

  /** isNull takes a null, if one stands here. */
  isNull(): boolean {
    if (this.next() === 'n') {
      this.literal('ull');
      return true;
    }
    this.back();
    return false;
  }

  /** peek is the next character, left where it is. */
  peek(): string {
    const c = this.next();
    this.back();
    return c;
  }

  literal(rest: string): void {
    for (const expected of rest) if (this.byte() !== expected) return this.fail('skipBytes', `expect ${rest}`);
  }

  string(): string {
    const c = this.next();
    if (c === '"') return this.restOfString();
    if (c === 'n') this.literal('ull');
    else this.fail('ReadString', `expects " or n, but found ${c}`);
    return '';
  }

  bool(): void {
    const c = this.next();
    if (c === 't') this.literal('rue');
    else if (c === 'f') this.literal('alse');
    else this.fail('ReadBool', `expect t or f, but found ${c}`);
  }

  /** integer reads a whole number of so many bits. */
  integer(bits: 32 | 64): void {
    let c = this.next();
    const negative = c === '-';
    if (negative) c = this.byte();
    const value = this.digits(c, bits);
    if (value === undefined) return;
    const most = 2n ** BigInt(bits - 1) - (negative ? 0n : 1n);
    if (value > most) this.fail(`ReadInt${bits}`, `overflow: ${value}`);
  }

  /** octet reads the number of one byte. */
  octet(): void {
    const value = this.digits(this.next(), 32);
    if (value !== undefined && value > 255n) this.fail('ReadUint8', `overflow: ${value}`);
  }

  double(): void {
    const c = this.next();
    if (!/[-0-9]/.test(c)) return this.fail('readFloat64', `invalid number`);
    this.back();
    this.number();
  }

  /** skip goes over any value, and answers its text. */
  skip(): string {
    const start = this.head;
    const c = this.next();
    if (c === '"') this.restOfString();
    else if (c === 'n') this.literal('ull');
    else if (c === 't') this.literal('rue');
    else if (c === 'f') this.literal('alse');
    else if (c === '[' || c === '{') {
      this.back();
      if (c === '[') this.list(() => this.skip());
      else this.entries(() => this.skip());
    } else if (/[-0-9]/.test(c)) this.number();
    else this.fail('Skip', `do not know how to skip: ${c ? c.charCodeAt(0) : 0}`);
    return this.raw.subarray(start, this.head).toString();
  }

  /** startOfObject takes an object's brace; false if there is nothing in it, or no object. */
  startOfObject(): boolean {
    let c = this.next();
    if (c === '{') {
      c = this.next();
      if (c === '"') {
        this.back();
        return true;
      }
      if (c !== '}') this.fail('readObjectStart', `expect " after {, but found ${c}`);
    } else if (c === 'n') this.literal('ull');
    else this.fail('readObjectStart', `expect { or n, but found ${c}`);
    return false;
  }

  /** colon takes what stands behind a key. */
  colon(operation: string): boolean {
    const c = this.next();
    if (c === ':') return true;
    this.fail(operation, `expect : after object field, but found ${c}`);
    return false;
  }

  private list(item: () => void): void {
    let c = this.next();
    if (c !== '[') return this.fail('ReadArrayCB', `expect [ or n, but found ${c}`);
    if (this.next() === ']') return;
    this.back();
    item();
    for (c = this.next(); c === ','; c = this.next()) item();
    if (c !== ']') this.fail('ReadArrayCB', `expect ] in the end, but found ${c}`);
  }

  private entries(value: () => void): void {
    let c = this.next();
    if (c !== '{') return this.fail('ReadObjectCB', `expect { or n, but found ${c}`);
    c = this.next();
    if (c === '}') return;
    this.back();
    do {
      this.string();
      this.colon('ReadObject');
      value();
      c = this.next();
    } while (c === ',');
    if (c !== '}') this.fail('ReadObjectCB', 'object not ended with }');
  }

  private byte(): string {
    return this.head < this.raw.length ? String.fromCharCode(this.raw[this.head++]!) : '';
  }

  /** restOfString reads a string whose first quote is taken. */
  restOfString(): string {
    const start = this.head;
    for (; this.head < this.raw.length; this.head++) {
      if (this.raw[this.head] === 0x5c) this.head++;
      else if (this.raw[this.head] === 0x22) break;
    }
    this.head = Math.min(this.head + 1, this.raw.length);
    const text = this.raw.subarray(start, this.head - 1).toString();
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return text;
    }
  }

  private number(): void {
    let at = this.head;
    while (at < this.raw.length && !',]} \t\n\r'.includes(String.fromCharCode(this.raw[at]!))) at++;
    // Where it has lost its place, what looks like no number to it makes it stop where it is.
    const isPlain = /^[0-9.]*$/.test(this.raw.subarray(this.head, at).toString('latin1'));
    if (isPlain || this.complaint === undefined) this.head = at;
  }

  private digits(first: string, bits: 32 | 64): bigint | undefined {
    const isDigit = (at: number) => this.raw[at]! >= 0x30 && this.raw[at]! <= 0x39;
    if (!/[0-9]/.test(first)) {
      this.fail(`readUint${bits}`, `unexpected character: ${NO_DIGIT}`);
      return undefined;
    }
    let value = BigInt(first);
    let at = this.head;
    // Where enough is left to read, the reader moves on by blocks of digits.
    const blocks = this.raw.length - this.head > 10 ? 7 : 0;
    for (; first !== '0' && at < this.raw.length && isDigit(at); at++) {
      value = value * 10n + BigInt(this.raw[at]! - 0x30);
      if (value >= 2n ** BigInt(bits)) {
        this.head += blocks;
        this.fail(`readUint${bits}`, 'overflow');
        return undefined;
      }
    }
    this.head = at;
    if (this.raw[at] === 0x2e) this.fail('assertInteger', 'can not decode float as int');
    return value;
  }
}
