import { field, Path, type FieldError } from '@navarch/apimachinery';
import { renderValue } from '../render';

/** TYPED_SINCE is the first release whose findings say what kind of fault they are; before, all were invalid values. */
const TYPED_SINCE = 23;

/** BYTES_SINCE is the first release that says of what a text has too many. */
const BYTES_SINCE = 32;

/** INDEXED_SINCE is the first release whose paths say which item of a list is meant. */
const INDEXED_SINCE = 23;

/** NO_FIELD is what a finding about the value itself names as its field. */
export const NO_FIELD = '<nil>';

/**
 * Findings gathers what is wrong with a value, in the words of a release. One that was told before is not told again: paths that
 * name no index make it come up once an item.
 */
export class Findings {
  readonly list: FieldError[] = [];
  /** matches counts what was checked: of several schemas the one with most of it comes closest. */
  matches = 0;
  private readonly told: string[] = [];

  constructor(readonly emulated: number) {}

  get typed(): boolean {
    return this.emulated >= TYPED_SINCE;
  }

  /** item is the path of a list's item. */
  item(path: string, index: number): string {
    return this.emulated >= INDEXED_SINCE ? `${path}[${index}]` : path;
  }

  /** invalid adds a finding; `words` continue "PATH in body". */
  invalid(path: string, value: unknown, words: string): void {
    const text = `${path} in body ${words}`;
    this.tell(text, path, 'FieldValueInvalid', `Invalid value: ${renderValue(value)}: ${text}`);
  }

  /** wrongType: `found` is what is there instead of the wanted type, or the text that is not of the wanted format. */
  wrongType(path: string, wanted: string, found: string): void {
    const reason = this.typed ? 'FieldValueTypeInvalid' : 'FieldValueInvalid';
    const shown = JSON.stringify(found);
    const text = `${path} in body must be of type ${wanted}: ${shown}`;
    this.tell(text, path, reason, `Invalid value: ${shown}: ${text}`);
  }

  required(path: string): void {
    if (this.isNew(`${path} in body is required`)) this.list.push(field.required(pathOf(path)));
  }

  /** forbidden: an object has a field that it may not have. */
  forbidden(path: string, name: string): void {
    const text = `${path}.${name} in body is a forbidden property`;
    this.tell(text, path, 'FieldValueInvalid', `Invalid value: ${JSON.stringify(name)}: ${text}`);
  }

  notSupported(path: string, value: unknown, supported: readonly string[]): void {
    const list = supported.map(v => JSON.stringify(v)).join(', ');
    const head = `Unsupported value: ${renderValue(value)}`;
    const text = `${path} in body should be one of [${supported.join(' ')}]`;
    this.tell(text, path, 'FieldValueNotSupported', `${head}: supported values: ${list}`);
  }

  tooLong(path: string, value: string, max: number): void {
    const words = `should be at most ${max} chars long`;
    if (!this.typed) this.invalid(path, value, words);
    else if (this.isNew(`${path} in body ${words}`)) {
      const finding = field.tooLong(pathOf(path), max);
      const older = `Too long: may not be longer than ${max}`;
      this.list.push(this.emulated < BYTES_SINCE && max >= 0 ? { ...finding, message: older } : finding);
    }
  }

  /** tooFew: older releases show how many properties there should be. */
  tooFew(path: string, actual: number, min: number, noun: string): void {
    this.invalid(path, this.typed ? actual : min, `should have at least ${min} ${noun}`);
  }

  /** tooMany: `noun` is what there are too many of: items, properties. */
  tooMany(path: string, actual: number, max: number, noun: string): void {
    const words = `should have at most ${max} ${noun}`;
    if (!this.typed) this.invalid(path, noun === 'properties' ? max : actual, words);
    else if (this.isNew(`${path} in body ${words}`))
      this.list.push(field.tooMany(pathOf(path), actual, max, this.emulated));
  }

  /** composite: a value does not fit a combination of schemas; such findings name no field. */
  composite(words: string): void {
    this.tell(words, '', 'FieldValueInvalid', `Invalid value: "": ${words}`);
  }

  /** merge takes over what another one found and checked. */
  merge({ list, told, matches }: Findings): void {
    this.matches += matches;
    list.forEach((error, i) => {
      if (this.isNew(told[i]!)) this.list.push(error);
    });
  }

  private tell(text: string, path: string, reason: FieldError['reason'], message: string): void {
    if (this.isNew(text)) this.list.push({ reason, field: path || NO_FIELD, message });
  }

  private isNew(text: string): boolean {
    if (this.told.includes(text)) return false;
    this.told.push(text);
    return true;
  }
}

function pathOf(path: string): Path {
  return path ? Path.at(path) : Path.at();
}
