import { groupResourceName } from './meta';
import { StatusError, type StatusCause } from './status-error';

/**
 * Path names a field the way messages do: `spec.containers[0].ports[1].name`, `metadata.labels[app]`. Immutable. Validation walks every path
 * of every object and shows hardly any: the text is put together when somebody wants it.
 */
export class Path {
  private static readonly whole = new Path(undefined, '', false);

  private constructor(
    private readonly parent: Path | undefined,
    private readonly step: string | number,
    private readonly isItem: boolean,
  ) {}

  /** at starts a path; without names it stands for the whole object. */
  static at(...names: string[]): Path {
    return Path.whole.below(names);
  }

  /** child is a field, or one within it. Every check of an object makes dozens of paths: hence no list of names. */
  child(name: string, within?: string, further?: string): Path {
    const child = new Path(this, name, false);
    return within === undefined ? child : child.child(within, further);
  }
  index(i: number): Path {
    return new Path(this, i, true);
  }
  key(key: string): Path {
    return new Path(this, key, true);
  }
  /** below is a field some levels down. */
  below(names: readonly string[]): Path {
    return names.reduce((path, name) => path.child(name), this as Path);
  }
  toString(): string {
    return this.text() || '<nil>';
  }
  private text(): string {
    const above = this.parent?.text() ?? '';
    if (this.isItem) return `${above}[${this.step}]`;
    return above ? `${above}.${this.step}` : String(this.step);
  }
}

/** FieldErrorReason is the cause's machine-readable reason. */
export type FieldErrorReason =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid';

/** FieldError is one finding of a validation. */
export interface FieldError {
  readonly reason: FieldErrorReason;
  readonly field: string;
  /** message is without the field: `Required value: must be set`. */
  readonly message: string;
}

const error = (reason: FieldErrorReason, path: Path, head: string, detail?: string): FieldError => ({
  reason,
  field: path.toString(),
  message: detail ? `${head}: ${detail}` : head,
});

/** render shows a value as messages do: strings quoted, objects as JSON, an absent one as the text "null", an empty list that is none as null. */
export function render(value: unknown): string {
  return value === undefined ? '"null"' : JSON.stringify(value);
}

export const required = (path: Path, detail = '') => error('FieldValueRequired', path, 'Required value', detail);
export const invalid = (path: Path, value: unknown, detail: string) =>
  error('FieldValueInvalid', path, `Invalid value: ${render(value)}`, detail);
export const duplicate = (path: Path, value: unknown) =>
  error('FieldValueDuplicate', path, `Duplicate value: ${render(value)}`);
export const notFoundValue = (path: Path, value: unknown) =>
  error('FieldValueNotFound', path, `Not found: ${render(value)}`);
export const forbidden = (path: Path, detail: string) => error('FieldValueForbidden', path, 'Forbidden', detail);
/** tooLong is told as releases from 1.32 on do; `emulated` is an older one that does otherwise. */
export const tooLong = (path: Path, max: number, emulated?: number) =>
  error('FieldValueTooLong', path, 'Too long', atMostBytes(max, emulated));
export const tooMany = (path: Path, actual: number, max: number, emulated = 32) =>
  error('FieldValueTooMany', path, `Too many: ${actual}`, atMostItems(max, emulated));

/** BOUNDED is the first release that does not name a bound that nothing can keep. */
const BOUNDED = 23;

function atMostItems(max: number, emulated: number): string {
  if (max < 0 && emulated >= BOUNDED) return 'has too many items';
  return `must have at most ${max} ${max === 1 && emulated >= 32 ? 'item' : 'items'}`;
}

/** atMostBytes is how messages tell a length that is exceeded. */
export function atMostBytes(max: number, emulated = 32): string {
  if (max < 0 && emulated >= BOUNDED) return 'value is too long';
  return emulated < 32
    ? `must have at most ${max} bytes`
    : `may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`;
}
export const typeInvalid = (path: Path, value: unknown, detail: string) =>
  error('FieldValueTypeInvalid', path, `Invalid value: ${render(value)}`, detail);
export const notSupported = (path: Path, value: unknown, supported: readonly string[]) =>
  error(
    'FieldValueNotSupported',
    path,
    `Unsupported value: ${render(value)}`,
    supported.length ? `supported values: ${supported.map(v => JSON.stringify(v)).join(', ')}` : '',
  );

/** invalidObject is the 422 answer that carries the findings; `kind` with its group as messages name it. */
export function invalidObject(
  kind: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  // A finding that came up twice is told once; the causes keep it.
  const texts = [...new Set(errors.map(e => `${e.field}: ${e.message}`))];
  const list = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  const causes: StatusCause[] = errors.map(e => ({ reason: e.reason, message: e.message, field: e.field }));
  const title = groupResourceName({ group: kind.group, resource: kind.kind });
  return new StatusError(422, 'Invalid', `${title} ${JSON.stringify(name)} is invalid: ${list}`, {
    ...(name && { name }),
    ...(kind.group && { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}
