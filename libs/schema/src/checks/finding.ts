import { field, Path, type FieldError } from '@navarch/apimachinery';
import { renderValue } from '../render';

/** TYPED_SINCE is the first release whose findings say what kind of fault they are; before, all were invalid values. */
const TYPED_SINCE = 23;

/** INDEXED_SINCE is the first release whose paths say which item of a list is meant. */
const INDEXED_SINCE = 23;

/** Findings gathers what is wrong with a value, in the words of a release. */
export class Findings {
  readonly list: FieldError[] = [];

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
    this.add(
      'FieldValueInvalid',
      path,
      `Invalid value: ${renderValue(value, this.emulated)}: ${path} in body ${words}`,
    );
  }

  /** wrongType: `found` is what is there instead of the wanted type. */
  wrongType(path: string, wanted: string, found: string): void {
    const reason = this.typed ? 'FieldValueTypeInvalid' : 'FieldValueInvalid';
    const shown = JSON.stringify(found);
    this.add(reason, path, `Invalid value: ${shown}: ${path} in body must be of type ${wanted}: ${shown}`);
  }

  required(path: string): void {
    this.list.push(field.required(pathOf(path)));
  }

  notSupported(path: string, value: unknown, supported: readonly string[]): void {
    const list = supported.map(v => JSON.stringify(v)).join(', ');
    const head = `Unsupported value: ${renderValue(value, this.emulated)}`;
    this.add('FieldValueNotSupported', path, `${head}: supported values: ${list}`);
  }

  tooLong(path: string, value: string, max: number): void {
    if (this.typed) this.list.push(field.tooLong(pathOf(path), value, max));
    else this.invalid(path, value, `should be at most ${max} chars long`);
  }

  /** tooMany: `noun` is what there are too many of: items, properties. */
  tooMany(path: string, actual: number, max: number, noun: string): void {
    if (this.typed) this.list.push(field.tooMany(pathOf(path), actual, max));
    else this.invalid(path, actual, `should have at most ${max} ${noun}`);
  }

  /** composite: a value does not fit a combination of schemas; such findings name no field. */
  composite(words: string): void {
    this.add('FieldValueInvalid', '', `Invalid value: "": ${words}`);
  }

  private add(reason: FieldError['reason'], path: string, message: string): void {
    this.list.push({ reason, field: path || '<nil>', message });
  }
}

function pathOf(path: string): Path {
  return path ? Path.at(path) : Path.at();
}
