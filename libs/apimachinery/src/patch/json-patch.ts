import { deepClone, deepEqual, isRecord, setOwn } from '../json';
import { badRequest, StatusError } from '../status-error';

/** MAX_JSON_PATCH_OPERATIONS is the documented limit of one patch. */
export const MAX_JSON_PATCH_OPERATIONS = 10_000;

/** MAX_COPIED_BYTES bounds what the copies of one patch may add up to, as JSON. */
export const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** JsonPatchOperation is one step of RFC 6902. */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** WHOLE_SINCE is the first release whose patches may replace or test a document as a whole. */
const WHOLE_SINCE = 22;

/**
 * applyJsonPatch applies operations in order, as the release `emulated` does; doc and ops stay as they are. In the API's dialect
 * `replace` adds a missing key of an object, and `copy` of a missing one copies null, since fields that are zero are left out of
 * what a client sees; null is a patch without operations. It throws a 400 StatusError for what is no list of operations, a 413 for
 * more than the limit, and a 422 for an operation that does not apply or copies too much.
 */
export function applyJsonPatch(doc: unknown, ops: unknown, emulated = 33): unknown {
  if (ops === null) return deepClone(doc);
  if (!Array.isArray(ops))
    throw badRequest(`json: cannot unmarshal ${goKind(ops)} into Go value of type jsonpatch.Patch`);
  const odd = ops.find(op => !isRecord(op) && op !== null);
  if (odd !== undefined)
    throw badRequest(`json: cannot unmarshal ${goKind(odd)} into Go value of type jsonpatch.Operation`);
  if (ops.length > MAX_JSON_PATCH_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MAX_JSON_PATCH_OPERATIONS}, got ${ops.length}`;
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
  }
  const holder: Record<string, unknown> = { root: deepClone(doc) };
  let copied = 0;
  for (const op of ops as (JsonPatchOperation | null)[]) {
    if (!op) throw refused('no operation');
    if (op.path === '' && emulated < WHOLE_SINCE) throw refused('no such path');
    copied += applyOperation(holder, op);
    if (copied > MAX_COPIED_BYTES) throw refused('copies too much');
  }
  return holder.root;
}

const goKind = (value: unknown) =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value;

/** refused is what a client hears of an operation that does not apply; its cause says why. */
function refused(why: string): StatusError {
  const error = new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  error.cause = new Error(why);
  return error;
}

/** noPath is the refusal of an operation whose target, or source, is below nothing. */
function noPath(op: string, path: unknown): StatusError {
  const which =
    op === 'test'
      ? 'is missing path'
      : op === 'copy' || op === 'move'
        ? 'doc is missing destination path'
        : 'doc is missing path';
  const shown = op === 'add' || op === 'remove' ? JSON.stringify(path ?? '') : String(path ?? '');
  return refused(`${op} operation does not apply: ${which}: ${shown}: missing value`);
}

const noIndex = (op: string, path: string, key: string): StatusError =>
  refused(`error in ${op} for path: '${path}': Unable to access invalid index: ${key}: invalid index referenced`);

/** WHOLE are the operations that may have the whole document as their target. */
const WHOLE = new Set(['replace', 'test']);
const OPERATIONS = new Set(['add', 'remove', 'replace', 'test', 'copy']);

/** applyOperation does one step and answers how many bytes it copied. */
function applyOperation(holder: Record<string, unknown>, { op, path, from, value }: JsonPatchOperation): number {
  if (op === 'move') return move(holder, from, path);
  const target = typeof path === 'string' && (path || WHOLE.has(op)) ? locate(holder, path) : undefined;
  if (!OPERATIONS.has(op)) throw refused(`Unexpected kind: ${op}`);
  if (!target) throw noPath(op, path);
  switch (op) {
    case 'add':
      add(target, deepClone(value ?? null), path);
      return 0;
    case 'remove':
      remove(target, path);
      return 0;
    case 'replace':
      // What is neither object nor list takes the place of no document.
      if (path || isRecord(value) || Array.isArray(value)) replace(target, deepClone(value ?? null), path);
      return 0;
    case 'test':
      if (Array.isArray(target.container) && !exists(target)) throw noIndex('test', path, target.key);
      if (!deepEqual(read(target) ?? null, value ?? null)) throw refused(`testing value ${path} failed: test failed`);
      return 0;
    default: {
      const source = sourceOf(holder, op, from);
      if (!exists(source) && Array.isArray(source.container))
        throw refused(
          `error in copy for from: '${from}': Unable to access invalid index: ${source.key}: invalid index referenced`,
        );
      const copied = deepClone(read(source) ?? null);
      add(target, copied, path);
      return copied === null ? 0 : Buffer.byteLength(JSON.stringify(copied));
    }
  }
}

/** move looks for its target when the source is gone, which may have shifted the list that the target is in. */
function move(holder: Record<string, unknown>, from: unknown, path: unknown): number {
  const source = sourceOf(holder, 'move', from);
  const moved = read(source) ?? null;
  remove(source, String(from), 'move');
  const target = typeof path === 'string' && path ? locate(holder, path) : undefined;
  if (!target) throw noPath('move', path);
  add(target, moved, String(path));
  return 0;
}

function sourceOf(holder: Record<string, unknown>, op: string, from: unknown): Target {
  const source = typeof from === 'string' && from ? locate(holder, from) : undefined;
  if (!source)
    throw refused(`${op} operation does not apply: doc is missing from path: ${String(from ?? '')}: missing value`);
  return source;
}

/** Target is a place in a document: a key of an object or an index of a list. The root is a key of its holder. */
interface Target {
  readonly container: Record<string, unknown> | unknown[];
  readonly key: string;
}

/** locate follows a JSON pointer up to its last step; undefined if the way does not exist. What stands before the first slash counts for nothing. */
function locate(holder: Record<string, unknown>, pointer: string): Target | undefined {
  if (pointer === '') return { container: holder, key: 'root' };
  const steps = pointer
    .split('/')
    .slice(1)
    .map(step => step.replace(/~[01]/g, escape => (escape === '~1' ? '/' : '~')));
  if (!steps.length) return undefined;
  let container = holder.root;
  for (const step of steps.slice(0, -1)) {
    if (Array.isArray(container)) container = container[indexOf(step, container.length) ?? -1];
    else if (isRecord(container) && Object.hasOwn(container, step)) container = container[step];
    else return undefined;
  }
  return Array.isArray(container) || isRecord(container) ? { container, key: steps.at(-1)! } : undefined;
}

/** indexOf reads a list index, counted from the end if negative; undefined out of bounds. */
function indexOf(step: string, length: number): number | undefined {
  if (!/^[+-]?\d+$/.test(step)) return undefined;
  const i = Number(step);
  const at = i < 0 ? i + length : i;
  return at >= 0 && at < length ? at : undefined;
}

const exists = ({ container, key }: Target) =>
  Array.isArray(container) ? indexOf(key, container.length) !== undefined : Object.hasOwn(container, key);

function read({ container, key }: Target): unknown {
  if (Array.isArray(container)) return container[indexOf(key, container.length) ?? -1] as unknown;
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function add({ container, key }: Target, value: unknown, path: string): void {
  if (!Array.isArray(container)) return setOwn(container, key, value);
  const at = key === '-' ? container.length : indexOf(key, container.length + 1);
  if (at === undefined) throw noIndex('add', path, key);
  container.splice(at, 0, value);
}

function replace({ container, key }: Target, value: unknown, path: string): void {
  if (!Array.isArray(container)) return setOwn(container, key, value);
  const at = indexOf(key, container.length);
  if (at === undefined) throw refused(`replace operation does not apply: doc is missing key: ${path}: missing value`);
  container[at] = value;
}

function remove(target: Target, path: string, op = 'remove'): void {
  const { container, key } = target;
  if (!exists(target) && Array.isArray(container)) throw noIndex(op, path, key);
  if (!exists(target))
    throw refused(`error in ${op} for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`);
  if (Array.isArray(container)) container.splice(indexOf(key, container.length)!, 1);
  else delete container[key];
}
