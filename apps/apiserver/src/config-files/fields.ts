import { parseDuration } from '@navarch/nest-host';

/**
 * Fields reads one object of a configuration file, strictly: each field by its type, and end() refuses what nobody asked for. Errors
 * name the field by its path.
 */
export class Fields {
  private readonly left: Map<string, unknown>;

  private constructor(
    value: object,
    private readonly path: string,
  ) {
    this.left = new Map(Object.entries(value));
  }

  /** of takes a parsed YAML value, which has to be an object. */
  static of(value: unknown, path = ''): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`${path || 'the document'}: must be an object`);
    return new Fields(value, path);
  }

  /** at is the path of a field. */
  at(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }

  /** has tells whether a field is there and was not read yet. */
  has(name: string): boolean {
    return this.left.get(name) !== undefined && this.left.get(name) !== null;
  }

  /** peek is a field as it stands; it counts as not read. */
  peek(name: string): unknown {
    return this.left.get(name);
  }

  /** text reads a string; '' if there is none. */
  text(name: string): string {
    return this.take(name, 'a string', value => typeof value === 'string') ?? '';
  }

  /** required reads a string that has to be there. */
  required(name: string): string {
    return this.text(name) || this.fail(name, 'is required');
  }

  /** oneOf reads a string of a set. */
  oneOf<T extends string>(name: string, known: readonly T[], fallback?: T): T {
    const text = fallback === undefined ? this.required(name) : this.text(name) || fallback;
    return known.find(one => one === text) ?? this.fail(name, `${JSON.stringify(text)} is none of ${known.join(', ')}`);
  }

  flag(name: string, fallback = false): boolean {
    return this.take<boolean>(name, 'true or false', value => typeof value === 'boolean') ?? fallback;
  }

  number(name: string): number | undefined {
    return this.take<number>(name, 'a whole number', value => Number.isSafeInteger(value));
  }

  /** durationMs reads a duration as Go writes it (`30s`). */
  durationMs(name: string, fallbackMs: number): number {
    const text = this.text(name);
    return text ? parseDuration(text) : fallbackMs;
  }

  texts(name: string): readonly string[] {
    const all = (value: unknown) => Array.isArray(value) && value.every(item => typeof item === 'string');
    return this.take<string[]>(name, 'a list of strings', all) ?? [];
  }

  /** textMap reads an object of strings. */
  textMap(name: string): ReadonlyMap<string, string> {
    const inner = this.object(name);
    return new Map([...(inner?.left.keys() ?? [])].map(key => [key, inner!.text(key)]));
  }

  /** any reads a value of whatever type; undefined if there is none. */
  any(name: string): unknown {
    return this.take(name, 'there', () => true);
  }

  object(name: string): Fields | undefined {
    if (!this.has(name)) return void this.left.delete(name);
    const value = this.left.get(name);
    this.left.delete(name);
    return Fields.of(value, this.at(name));
  }

  objects(name: string): Fields[] {
    const values = this.take<unknown[]>(name, 'a list', value => Array.isArray(value)) ?? [];
    return values.map((value, i) => Fields.of(value, `${this.at(name)}[${i}]`));
  }

  /** end refuses the fields that were not read. */
  end(): void {
    const [unknown] = this.left.keys();
    if (unknown !== undefined) throw new Error(`${this.at(unknown)}: unknown field`);
  }

  fail(name: string, why: string): never {
    throw new Error(`${this.at(name)}: ${why}`);
  }

  private take<T>(name: string, what: string, fits: (value: unknown) => boolean): T | undefined {
    const value = this.left.get(name);
    this.left.delete(name);
    if (value === undefined || value === null) return undefined;
    if (!fits(value)) this.fail(name, `must be ${what}`);
    return value as T;
  }
}

/** readDocument begins a configuration document: its kind, and one of the versions of its group. It answers the version. */
export function readDocument(fields: Fields, kind: string, group: string, versions: readonly string[]): string {
  fields.oneOf('kind', [kind]);
  const known = versions.map(version => `${group}/${version}`);
  return fields.oneOf('apiVersion', known).slice(group.length + 1);
}
