import type { Field } from '../header-table';

/** RequestHead is what a request's headers say. */
export interface RequestHead {
  readonly method: string;
  /** path has the query too; '' for CONNECT. */
  readonly path: string;
  /** fields are the others, in the order they came; names in lower case. A Host follows from the authority where there is none. */
  readonly fields: readonly Field[];
  /** length is how long the body was announced to be. */
  readonly length: number | undefined;
}

const PSEUDO = [':method', ':scheme', ':authority', ':path'];
const CONNECTION_SPECIFIC = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
/** TOKEN is what names are made of: RFC 9110, section 5.6.2, without capitals. METHOD has them. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const METHOD = /^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/;
const NO_VALUE = /[\0\r\n]/;
/** BLANK would end a part of the first line for whoever passes it on by HTTP/1.1. */
const BLANK = /[\0- \x7f]/;
const DIGITS = /^\d{1,15}$/;

/** requestHead reads a request's header fields; undefined: they are malformed (RFC 9113, section 8). */
export function requestHead(all: readonly Field[]): RequestHead | undefined {
  const pseudo: Record<string, string> = { __proto__: null } as never;
  const fields: Field[] = [];
  let host: string | undefined;
  let length: number | undefined;
  for (const field of all) {
    const { name, value } = field;
    if (name.charCodeAt(0) === 0x3a) {
      if (fields.length || !PSEUDO.includes(name) || pseudo[name] !== undefined || BLANK.test(value)) return undefined;
      pseudo[name] = value;
      continue;
    }
    if (!isRegular(field)) return undefined;
    if (name === 'host') {
      if (host !== undefined && host !== value) return undefined;
      host = value;
    }
    if (name === 'content-length') {
      if (!DIGITS.test(value) || (length !== undefined && length !== Number(value))) return undefined;
      length = Number(value);
    }
    fields.push(field);
  }
  const { ':method': method, ':path': path, ':scheme': scheme, ':authority': authority } = pseudo;
  if (!method || !METHOD.test(method)) return undefined;
  if (authority !== undefined) {
    if (host === undefined) fields.push({ name: 'host', value: authority });
    else if (host.toLowerCase() !== authority.toLowerCase()) return undefined;
  }
  if (method === 'CONNECT') {
    if (!authority || path !== undefined || scheme !== undefined) return undefined;
    return { method, path: '', fields, length };
  }
  if (!scheme || path === undefined) return undefined;
  if (!path.startsWith('/') && !(path === '*' && method === 'OPTIONS')) return undefined;
  return { method, path, fields, length };
}

/** areTrailers tells whether fields may come behind a body. */
export function areTrailers(fields: readonly Field[]): boolean {
  return fields.every(isRegular);
}

function isRegular({ name, value }: Field): boolean {
  if (!known(name)) return false;
  if (CONNECTION_SPECIFIC.has(name)) return false;
  if (name === 'te' && value !== 'trailers') return false;
  return !isSpace(value.charCodeAt(0)) && !isSpace(value.charCodeAt(value.length - 1)) && !NO_VALUE.test(value);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** names are those that were looked at: clients send the same few again and again. */
const names = new Set<string>();
const MAX_NAMES = 1024;

function known(name: string): boolean {
  if (names.has(name)) return true;
  if (!TOKEN.test(name)) return false;
  if (names.size < MAX_NAMES && name.length < 64) names.add(name);
  return true;
}
