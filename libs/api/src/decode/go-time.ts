import { utcMs } from '@navarch/base';

/** Moment is what a text says of a time: seconds since the epoch, and the digits of what is over. */
export interface Moment {
  readonly seconds: number;
  readonly fraction: string;
}

/** Layout is a form of times as Go writes it: what stands before each of its elements, and the element. */
interface Layout {
  readonly text: string;
  readonly elements: readonly (readonly [before: string, element: Element])[];
}

type Element = '2006' | '01' | '02' | '15' | '04' | '05' | '.000000' | 'Z07:00';

const TO_SECONDS = [
  ['', '2006'],
  ['-', '01'],
  ['-', '02'],
  ['T', '15'],
  [':', '04'],
  [':', '05'],
] as const;

/** RFC3339 takes any fraction of a second, and RFC3339_MICRO six digits of one. */
export const RFC3339: Layout = { text: '2006-01-02T15:04:05Z07:00', elements: [...TO_SECONDS, ['', 'Z07:00']] };
export const RFC3339_MICRO: Layout = {
  text: '2006-01-02T15:04:05.000000Z07:00',
  elements: [...TO_SECONDS, ['', '.000000'], ['', 'Z07:00']],
};

/** NUMBERS are the elements of two digits: what Go calls them, and where they begin and end. An hour may have one digit, and a day is looked at last. */
const NUMBERS: Partial<
  Record<Element, { readonly form: RegExp; readonly name: string; readonly in: [number, number] }>
> = {
  '01': { form: /^\d\d/, name: 'month', in: [1, 12] },
  '02': { form: /^\d\d/, name: 'day', in: [0, 99] },
  '15': { form: /^\d\d?/, name: 'hour', in: [0, 23] },
  '04': { form: /^\d\d/, name: 'minute', in: [0, 59] },
  '05': { form: /^\d\d/, name: 'second', in: [0, 59] },
};

/** parseTime reads a time of a layout as Go does. It throws an Error in Go's words. */
export function parseTime(text: string, layout: Layout): Moment {
  const reading = new Reading(text, layout);
  for (const [before, element] of layout.elements) {
    reading.take(before, before);
    reading.element(element);
  }
  return reading.end();
}

/** Reading is how far a text has been read. A character is a byte. */
class Reading {
  private readonly whole: string;
  private rest: string;
  private readonly numbers = new Map<Element, number>();
  private fraction = '';
  /** offset is by how much its clocks are ahead, in minutes. */
  private offset = 0;

  constructor(
    text: string,
    private readonly layout: Layout,
  ) {
    this.whole = this.rest = Buffer.from(text).toString('latin1');
  }

  /** take goes on behind what has to stand here. */
  take(expected: string, element: string): void {
    if (!this.rest.startsWith(expected)) this.refuse(element);
    this.rest = this.rest.slice(expected.length);
  }

  element(element: Element): void {
    const number = NUMBERS[element];
    if (number) {
      const value = Number(this.match(number.form, element));
      if (value < number.in[0] || value > number.in[1]) this.outOfRange(number.name);
      this.numbers.set(element, value);
    } else if (element === '2006') this.year();
    else if (element === 'Z07:00') this.zone();
    else this.fraction = this.fixed(7, /^[.,]\d{6}$/, element).slice(1);
    // A fraction that the layout does not have may stand behind the seconds.
    if (element === '05' && this.layout === RFC3339 && /^[.,]\d/.test(this.rest))
      this.fraction = this.match(/^[.,]\d+/, element).slice(1);
  }

  /** fixed takes so many bytes, which are told to be gone where they are not of the form. */
  private fixed(length: number, form: RegExp, element: Element): string {
    if (this.rest.length < length) this.refuse(element);
    const bytes = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
    if (!form.test(bytes)) this.refuse(element);
    return bytes;
  }

  private year(): void {
    if (!/^\d/.test(this.rest)) this.refuse('2006');
    this.numbers.set('2006', Number(this.fixed(4, /^\d{4}$/, '2006')));
  }

  private zone(): void {
    if (this.rest.startsWith('Z')) return this.take('Z', 'Z07:00');
    if (this.rest[3] !== ':') this.refuse('Z07:00');
    const zone = this.fixed(6, /^[+-]\d\d:\d\d$/, 'Z07:00');
    this.offset = Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  }

  /** end is the time, once nothing is left and the month has such a day. */
  end(): Moment {
    if (this.rest) throw new Error(`parsing time ${quoted(this.whole)}: extra text: ${quoted(this.rest)}`);
    const [year, month, day, hour, minute, second] = TO_SECONDS.map(([, element]) => this.numbers.get(element)!);
    const utc = utcMs(year!, month! - 1, day!, hour, minute, second);
    if (new Date(utc).getUTCDate() !== day) this.outOfRange('day');
    return { seconds: utc / 1000 - this.offset * 60, fraction: this.fraction };
  }

  private match(form: RegExp, element: Element): string {
    const found = form.exec(this.rest)?.[0];
    if (found === undefined) this.refuse(element);
    this.rest = this.rest.slice(found.length);
    return found;
  }

  private outOfRange(name: string): never {
    throw new Error(`parsing time ${quoted(this.whole)}: ${name} out of range`);
  }

  private refuse(element: string): never {
    const [whole, layout, rest, expected] = [this.whole, this.layout.text, this.rest, element].map(quoted);
    throw new Error(`parsing time ${whole} as ${layout}: cannot parse ${rest} as ${expected}`);
  }
}

/** quoted shows bytes as Go's times do: those that are no printable ASCII by their numbers. */
const quoted = (bytes: string): string =>
  `"${bytes.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7f]/g, c => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
