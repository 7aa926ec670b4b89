import type { Revision } from './interface';

/** Spliced is an object's JSON with its resourceVersion in place: the bytes [at, at+length) are that member and its comma. */
export interface Spliced {
  readonly json: Buffer;
  readonly at: number;
  readonly length: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const NEWLINE = 0x0a;

/** The members of metadata that stand before resourceVersion where Kubernetes writes it; all are strings. */
const BEFORE = new Set(['name', 'generateName', 'namespace', 'selfLink', 'uid']);

/**
 * spliceRevision puts resourceVersion into an object's stored JSON, where Kubernetes has it, and leaves out the newline at its end. Bytes that
 * are not laid out as Kubernetes stores them (kind and apiVersion before metadata, no spaces) are rewritten first. Throws if they are no object.
 */
export function spliceRevision(stored: Buffer, revision: Revision): Spliced {
  const json = withoutNewline(stored);
  const at = insertionPoint(json);
  if (at !== undefined) return insert(json, at, revision);
  const rewritten = withoutNewline(encodeStored(JSON.parse(json.toString()) as object));
  const point = insertionPoint(rewritten);
  if (point === undefined) throw new Error('the stored value is not an API object');
  return insert(rewritten, point, revision);
}

/** respliceRevision replaces the resourceVersion. */
export function respliceRevision({ json, at, length }: Spliced, revision: Revision): Spliced {
  const stored = Buffer.concat([json.subarray(0, at), json.subarray(at + length)]);
  return insert(stored, at, revision);
}

/** sameStored tells whether these bytes are the spliced JSON without its resourceVersion, as it is stored. */
export function sameStored({ json, at, length }: Spliced, stored: Buffer): boolean {
  const end = stored.length - 1;
  return (
    json.length - length === end &&
    stored[end] === NEWLINE &&
    json.compare(stored, 0, at, 0, at) === 0 &&
    json.compare(stored, at, end, at + length) === 0
  );
}

const withoutNewline = (stored: Buffer) => (stored.at(-1) === NEWLINE ? stored.subarray(0, -1) : stored);

/** encodeStored is an object's JSON as it is stored: kind, apiVersion and metadata first, no resourceVersion, no selfLink, and a newline. */
export function encodeStored(object: object): Buffer {
  const { kind, apiVersion, metadata, ...rest } = object as {
    kind?: unknown;
    apiVersion?: unknown;
    metadata?: unknown;
  };
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || typeof metadata !== 'object' || metadata === null) {
    throw new Error('an object to be stored needs kind, apiVersion and metadata');
  }
  const kept =
    'resourceVersion' in metadata || 'selfLink' in metadata
      ? { ...metadata, resourceVersion: undefined, selfLink: undefined }
      : metadata;
  const json = JSON.stringify({ kind, apiVersion, metadata: kept, ...rest });
  const size = Buffer.byteLength(json);
  const stored = Buffer.allocUnsafe(size + 1);
  stored.write(json);
  stored[size] = NEWLINE;
  return stored;
}

function insert(stored: Buffer, at: number, revision: Revision): Spliced {
  const member = `"resourceVersion":"${revision}"`;
  const before = stored[at - 1];
  const text = stored[at] === CLOSE ? (before === OPEN ? member : `,${member}`) : `${member},`;
  // Not from the shared pool: an entry lives long, and would keep its neighbours' bytes with it.
  const json = Buffer.allocUnsafeSlow(stored.length + text.length);
  stored.copy(json, 0, 0, at);
  json.write(text, at, 'latin1');
  stored.copy(json, at + text.length, at);
  return { json, at, length: text.length };
}

/** insertionPoint is where resourceVersion goes; undefined for a layout this quick scan does not know. */
function insertionPoint(json: Buffer): number | undefined {
  if (json[0] !== OPEN) return undefined;
  let at = 1;
  for (let members = 0; members < 3; members++) {
    const key = readKey(json, at);
    if (!key) return undefined;
    if (key.name === 'metadata') return json[key.end] === OPEN ? insideMetadata(json, key.end + 1) : undefined;
    if (key.name !== 'kind' && key.name !== 'apiVersion') return undefined;
    const end = skipString(json, key.end);
    if (end === undefined || json[end] !== COMMA) return undefined;
    at = end + 1;
  }
  return undefined;
}

function insideMetadata(json: Buffer, start: number): number | undefined {
  let at = start;
  while (json[at] === QUOTE) {
    const key = readKey(json, at);
    if (!key) return undefined;
    if (key.name === 'resourceVersion') return undefined;
    if (!BEFORE.has(key.name)) return at;
    const end = skipString(json, key.end);
    if (end === undefined) return at;
    if (json[end] === CLOSE) return end;
    if (json[end] !== COMMA) return undefined;
    at = end + 1;
  }
  return json[at] === CLOSE ? at : undefined;
}

/** readKey reads `"name":` at an offset; end is that of the value. */
function readKey(json: Buffer, at: number): { name: string; end: number } | undefined {
  const end = skipString(json, at);
  if (end === undefined || json[end] !== COLON) return undefined;
  return { name: json.toString('latin1', at + 1, end - 1), end: end + 1 };
}

/** skipString is the offset behind the string that begins at an offset. */
function skipString(json: Buffer, at: number): number | undefined {
  if (json[at] !== QUOTE) return undefined;
  for (let i = at + 1; i < json.length; i++) {
    if (json[i] === BACKSLASH) i++;
    else if (json[i] === QUOTE) return i + 1;
  }
  return undefined;
}
