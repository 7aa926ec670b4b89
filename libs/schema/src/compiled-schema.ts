import { typeSchema } from '@navarch/api';
import { field, Path, type FieldError, type TypeSchema } from '@navarch/apimachinery';
import { compileCheck, ratcheting } from './checks/compile';
import { Findings, NO_FIELD } from './checks/finding';
import type { Check } from './checks/keywords';
import { dropNulls, setDefaults } from './defaults';
import { coerceEmbedded, coerceMetadata, embeddedErrors, META_SCHEMA } from './embedded';
import type { JsonSchema } from './json-schema';
import { repeatedItems } from './keys';
import { SchemaNode } from './node';
import { prune, type Unknown } from './prune';
import { structureOf } from './structure';

type Fields = Record<string, unknown>;

/** RATCHET_SINCE is the first release that lets be what an update leaves as it was, valid or not. */
const RATCHET_SINCE = 30;

/** LISTS_UNCHECKED_UNTIL is the last release that does not look for repeated items where the status alone changes. */
const LISTS_UNCHECKED_UNTIL = 20;

/** STATUS_ALONE_SINCE is the first release that looks at nothing but the status where that is all that changes. */
const STATUS_ALONE_SINCE = 28;

/** Rules are the expressions of a schema (x-kubernetes-validations), compiled. */
export interface Rules {
  /** validate answers what the rules find in a value; `oldValue` is undefined for a new object. */
  validate(
    value: unknown,
    oldValue: unknown,
    path: Path,
    options?: { ratchet?: (error: FieldError) => void },
  ): FieldError[];
}

/** SchemaOptions say how a schema is meant. */
export interface SchemaOptions {
  readonly emulated: number;
  /** preservesAll: nothing is dropped anywhere (preserveUnknownFields of older definitions). */
  readonly preservesAll?: boolean;
  readonly rules?: Rules;
}

/** Forgive is told what a rule finds of a value that an update did not change: such findings are not held against it. */
export type Forgive = (error: FieldError) => void;

/** ValidateOptions: `more` is what else was found wrong with the values; `isNameless`, that the object has no name. */
export interface ValidateOptions {
  readonly more?: readonly FieldError[];
  readonly isNameless?: boolean;
  readonly forgive?: Forgive;
}

/** ReadOptions: `nulls` keeps fields that are null although they may not be, for validation to find. */
export interface ReadOptions {
  readonly nulls?: boolean;
}

/** BLOCKING are findings after which rules are not looked at: values may not be what the rules take them for. */
const BLOCKING: ReadonlySet<FieldError['reason']> = new Set([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueNotSupported',
  'FieldValueTypeInvalid',
]);
const ignore: Forgive = () => undefined;
const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/** CompiledSchema is the schema of one version of a custom resource, made into functions once. Immutable. */
export class CompiledSchema {
  readonly root: SchemaNode;
  readonly structure: TypeSchema;
  private readonly check: Check | undefined;
  private readonly statusCheck: Check | undefined;

  /** schema: undefined says nothing at all of the objects. */
  constructor(
    schema: JsonSchema | undefined,
    private readonly options: SchemaOptions,
  ) {
    const { emulated } = options;
    this.root = new SchemaNode(schema ?? {}, options.preservesAll);
    this.structure = structureOf(schema && this.root, typeSchema(META_SCHEMA, emulated), emulated);
    this.check = schema && compileCheck(schema);
    const status = schema?.properties?.['status'];
    this.statusCheck = status && ratcheting(status);
  }

  /**
   * read brings an object that a client sent into shape, in place: metadata typed, unknown fields dropped, defaults filled in.
   * Answers the paths of what was dropped: of its metadata, of its own fields, then of embedded metadata. Throws a MetadataError.
   */
  read(object: Fields, { nulls }: ReadOptions = {}): string[] {
    const { emulated, preservesAll } = this.options;
    const metadata = dropped(tell => coerceMetadata(object, '', emulated, tell));
    const own = dropped(tell => prune(object, this.root, tell));
    if (!nulls && !preservesAll) dropNulls(object, this.root);
    const embedded = dropped(tell => coerceEmbedded(object, this.root, '', emulated, tell));
    setDefaults(object, this.root);
    return [...metadata, ...own, ...embedded];
  }

  /** refresh brings a stored object up to this schema, in place: it may be older than the schema. Answers whether it changed. */
  refresh(object: Fields): boolean {
    const pruned = prune(object, this.root);
    return setDefaults(object, this.root) || pruned;
  }

  /** prune drops what the schema does not know, in place. */
  prune(object: Fields): void {
    prune(object, this.root);
  }

  /** validate answers what is wrong with an object; with `old`, what a change made wrong. */
  validate(object: Fields, old?: Fields, options: ValidateOptions = {}): FieldError[] {
    const embedded = embeddedErrors(object, this.root, this.options.emulated);
    const values = this.values(this.check, object, old);
    const errors = [...values, ...(options.more ?? []), ...embedded, ...this.repeated(object, old)];
    return this.withRules(object, old, errors, options);
  }

  /** validateStatus does that for a change of the status alone: embedded objects, and until v1.20 lists, are not looked at; since v1.28 no other values. */
  validateStatus(object: Fields, old: Fields, options: ValidateOptions = {}): FieldError[] {
    const { emulated } = this.options;
    const repeated = emulated > LISTS_UNCHECKED_UNTIL ? this.repeated(object, old) : [];
    const values = emulated >= STATUS_ALONE_SINCE ? this.status(object, old) : this.values(this.check, object, old);
    return this.withRules(object, old, [...values, ...(options.more ?? []), ...repeated], options);
  }

  /** repeated: an object whose lists were wrong before may go on so. */
  private repeated(object: Fields, old: Fields | undefined): FieldError[] {
    const errors = repeatedItems(object, this.root);
    return errors.length && old && repeatedItems(old, this.root).length ? [] : errors;
  }

  private withRules(
    object: Fields,
    old: Fields | undefined,
    errors: FieldError[],
    { forgive = ignore, isNameless = false }: ValidateOptions,
  ): FieldError[] {
    const { emulated, rules } = this.options;
    if (!rules) return errors;
    if (isNameless || errors.some(error => BLOCKING.has(error.reason)))
      return [...errors, field.invalid(Path.at(), 'null', UNCHECKED)];
    // What an update leaves as it was is not held against it.
    const ratcheting = old && emulated >= RATCHET_SINCE ? { ratchet: forgive } : {};
    return [...errors, ...rules.validate(object, old, Path.at(), ratcheting)];
  }

  /** status checks the status by itself: findings name what is in it from there. */
  private status({ status }: Fields, old: Fields): FieldError[] {
    if (status === undefined) return [];
    const found = this.values(this.statusCheck, status, old['status']);
    return found.map(error => ({ ...error, field: error.field === NO_FIELD ? 'status' : `status.${error.field}` }));
  }

  private values(check: Check | undefined, value: unknown, old: unknown): FieldError[] {
    if (!check) return [];
    const run = (before: unknown) => {
      const findings = new Findings(this.options.emulated);
      check(value, before, '', findings);
      return findings.list;
    };
    // Most objects are valid: only of others it matters what they were before.
    const found = run(undefined);
    return found.length && old !== undefined && this.options.emulated >= RATCHET_SINCE ? run(old) : found;
  }
}

/** dropped gathers, in order, the paths that a step tells of. */
function dropped(step: (tell: Unknown) => void): string[] {
  const paths: string[] = [];
  step(path => paths.push(path));
  return paths.sort();
}
