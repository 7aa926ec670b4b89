import { StatusError } from '@navarch/apimachinery';
import { splitDefName } from '../schema';
import { decoderOf, type DecodeState } from './compile';
import { explain, type Dialect } from './explain';
import { Mismatch } from './mismatch';

/** DecodeOptions choose how failures read, and what form the result has. */
export interface DecodeOptions {
  /** emulated is the release (20, 33) whose messages and output form are wanted; 33 unless given. */
  readonly emulated?: number;
  /** raw is the body that value was parsed from; messages of v1.20 quote it. */
  readonly raw?: Buffer | string;
  /** dialect `unstructured` is that of patched objects, which never were a body; `json` unless given. */
  readonly dialect?: Dialect;
  /** handledAs names kind and version in the message; those of the definition unless given. */
  readonly handledAs?: { readonly kind: string; readonly version: string };
  /** bare: what fails is a plain Error that says why, without a word of what was read. */
  readonly bare?: boolean;
  /** sorted: maps get their keys in order, so that equal objects have equal bytes; else they keep the client's order. */
  readonly sorted?: boolean;
  /** keepsEmpty: lists and maps without content stay, which the stored form does not tell from none. */
  readonly keepsEmpty?: boolean;
  /**
   * restored: the value is what a strategic patch or apply made, and not a body: keys of values without a type are in order, and at 1.20 of
   * whole numbers past 32 bits the lower bits are kept.
   */
  readonly restored?: boolean;
}

export interface Decoded {
  /** object is a private copy: fields in the schema's order, canonical quantities and times, absent instead of null. */
  readonly object: Record<string, unknown>;
  /** unknown are the paths of the fields that were dropped, as strict errors name them: `spec.foo`. */
  readonly unknown: readonly string[];
}

/**
 * decodeTyped reads JSON into the typed form that the server stores and answers: unknown fields dropped (and reported), empty
 * optional fields left out, and those always written filled in (`status: {}`, `creationTimestamp: null`); unless `sorted`, an empty list that
 * was sent stays where nothing is written as null. Fields stand in the schema's order; what is said about the entries of a map comes in the client's. The value stays as it is. It throws
 * a 400 StatusError, `Pod in version "v1" cannot be handled as a Pod: …`; in the dialect `unstructured` a plain Error, because a
 * patch names itself, and so if `bare`.
 */
export function decodeTyped(defName: string, value: unknown, options: DecodeOptions = {}): Decoded {
  const emulated = options.emulated ?? 33;
  const { sorted = false, keepsEmpty = false, restored = false } = options;
  const state: DecodeState = { path: [], unknown: [], emulated, sorted, keepsEmpty, restored };
  try {
    const object = decoderOf(defName).decode(value, state) as Record<string, unknown>;
    return { object, unknown: state.unknown };
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const dialect = options.dialect ?? 'json';
    const text = explain(error, defName, { emulated, raw: options.raw, dialect, complain: complaintOf });
    if (options.dialect === 'unstructured' || options.bare) throw new Error(text, { cause: error });
    const { kind, version } = options.handledAs ?? splitDefName(defName);
    throw new StatusError(
      400,
      'BadRequest',
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${text}`,
    );
  }
}

/** complaintOf is what a type that reads itself has against a value. */
function complaintOf(type: string, value: unknown): string | undefined {
  try {
    const plain = { emulated: 20, sorted: false, keepsEmpty: false, restored: false };
    if (value !== null) decoderOf(type).decode(value, { path: [], unknown: [], ...plain });
    return undefined;
  } catch (error) {
    return error instanceof Mismatch ? error.message : undefined;
  }
}

/**
 * completeForOutput is the typed form of an object that is known to fit its definition (made by the server itself), as it is
 * stored and answered. Two equal objects have equal bytes.
 */
export function completeForOutput<T extends object>(defName: string, object: T, emulated = 33): T {
  return decodeTyped(defName, object, { emulated, sorted: true }).object as T;
}

/** emptyObject is what an object of a definition looks like before anything is set: `{metadata: {creationTimestamp: null}, spec: {…}}`. */
export function emptyObject(defName: string, emulated = 33): Record<string, unknown> {
  return decodeTyped(defName, {}, { emulated }).object;
}
