import { sameSize, traversal } from '../cost/model';
import { fn, method, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, listOf, mapOf, opaque, STRING } from '../types';
import { EntryMap, List, Opaque } from '../values';

const URL_TYPE = opaque('kubernetes.URL');

/** UrlValue is an absolute URI or an absolute path, in parts as they were written. */
class UrlValue extends Opaque {
  readonly type = URL_TYPE;
  constructor(
    readonly text: string,
    readonly scheme: string,
    readonly host: string,
    readonly path: string,
    readonly query: string,
  ) {
    super();
  }
  equals(other: UrlValue): boolean {
    return this.text === other.text;
  }
}

const FORM = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?)?(\/[^?#]*|[^?#/][^?#]*)?(?:\?([^#]*))?$/;

const FORBIDDEN = /[\x00-\x20\x7f]|%(?![0-9a-fA-F]{2})/;

function read(text: string): UrlValue | undefined {
  const m = FORM.exec(text);
  if (!m || FORBIDDEN.test(m[2] ?? '') || /[\x00-\x1f\x7f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(m[3] ?? ''))
    return undefined;
  const [, scheme = '', host = '', path = '', query = ''] = m;
  if (!scheme && !path.startsWith('/')) return undefined;
  const port = /^(?:\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(host);
  if (!port) return undefined;
  return new UrlValue(text, scheme.toLowerCase(), host, path, query);
}

function parse(text: string): UrlValue {
  const url = read(text);
  if (!url)
    throw new CelError(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    );
  return url;
}

const hostname = (host: string) => host.replace(/:\d*$/, '').replace(/^\[|\]$/g, '');

function escapedPath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu, c => encodeURIComponent(c));
}

function queryOf({ query }: UrlValue): EntryMap {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  const map = new EntryMap();
  for (const [name, all] of values) map.put(name, new List(all));
  return map;
}

const part = (read: (url: UrlValue) => string) => [method([URL_TYPE], STRING, read)];

/** URLS are the functions of URLs. */
export const URLS: Library = {
  url: [fn([STRING], URL_TYPE, parse, { costs: traversal(1, sameSize) })],
  isURL: [fn([STRING], BOOL, (text: string) => read(text) !== undefined)],
  getScheme: part(({ scheme }) => scheme),
  getHost: part(({ host }) => host),
  getHostname: part(({ host }) => hostname(host)),
  getPort: part(({ host }) => /:(\d*)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? ''),
  getEscapedPath: part(({ path }) => escapedPath(path)),
  getQuery: [method([URL_TYPE], mapOf(STRING, listOf(STRING)), queryOf)],
};
