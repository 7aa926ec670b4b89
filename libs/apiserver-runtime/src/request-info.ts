import type { RequestInfo } from './interfaces';
import { PlainTextError } from './status-response';

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of a namespace itself, so that `/namespaces/x/status` is not a resource called status in x. */
const namespaceSubresources = new Set(['status', 'finalize']);

/**
 * requestInfo reads what a request is about from its method, raw path and query, as the API server's path grammar says:
 * `/api/VERSION/…`, `/apis/GROUP/VERSION/…`, then `[watch|proxy/][namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE[/…]]]`.
 * Slashes around the path do not count; an empty part within it is a name without letters: in all namespaces, or none at all. Anything
 * else is a non-resource request, whose verb is the lower-case method. Pure; throws URIError for broken escapes, PlainTextError for a
 * watch of nothing.
 */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const raw = trimmed(path).split('/');
  const parts = path.includes('%') ? raw.map(unescaped) : raw;
  const root = parts[0];
  const groupless = root === 'api';
  if ((!groupless && root !== 'apis') || parts.length < (groupless ? 3 : 4)) return nonResource(method, path);

  const group = groupless ? '' : parts[1]!;
  const version = groupless ? parts[1]! : parts[2]!;
  let at = groupless ? 2 : 3;
  let verb = verbOfMethod[method] ?? '';
  let special = '';
  if (parts[at] === 'watch' || parts[at] === 'proxy') {
    if (parts.length - at < 2)
      throw new PlainTextError(
        `failed to create RequestInfo: unable to determine kind and namespace from url, ${query.size ? `${path}?${query.toString()}` : path}`,
      );
    special = verb = parts[at]!;
    at++;
  }
  let namespace = '';
  if (parts[at] === 'namespaces' && parts.length - at > 1) {
    namespace = parts[at + 1]!;
    if (parts.length - at > 2 && !namespaceSubresources.has(parts[at + 2]!)) at += 2;
  }
  const resource = parts[at]!;
  let name = parts[at + 1] ?? '';
  const subresource = special === 'proxy' ? '' : (parts[at + 2] ?? '');
  const restFrom = special === 'proxy' ? at + 2 : at + 3;
  if (!name && verb === 'get') {
    verb = isTrue(query.get('watch')) ? 'watch' : 'list';
  } else if (!name && verb === 'delete') {
    verb = 'deletecollection';
  }
  if (!name && (verb === 'list' || verb === 'watch')) name = nameOfSelector(query);
  return {
    isResourceRequest: true,
    path,
    verb,
    group,
    version,
    namespace,
    resource,
    subresource,
    name,
    rest: rest(path, raw, restFrom),
  };
}

/** unescaped is a part of a path without its escapes. What they make that is no UTF-8 is the name of nothing. */
function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (BROKEN_ESCAPE.test(part)) throw error;
    const bytes = part.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
  }
}

const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;

/** trimmed is a path without the slashes around it. */
function trimmed(path: string): string {
  let from = 0;
  let to = path.length;
  while (from < to && path[from] === '/') from++;
  while (to > from && path[to - 1] === '/') to--;
  return path.slice(from, to);
}

function nonResource(method: string, path: string): RequestInfo {
  return {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    rest: '',
  };
}

/** nameOfSelector is the name that `fieldSelector=metadata.name=x` narrows to, so that authorization may know it. */
function nameOfSelector(query: URLSearchParams): string {
  const selector = query.get('fieldSelector');
  if (!selector?.includes('metadata.name')) return '';
  for (const term of selector.split(',').sort()) {
    const match = /^metadata\.name==?([^=!].*)$/.exec(term);
    if (match && !/[/%\\]/.test(match[1]!)) return match[1]!;
  }
  return '';
}

/** rest is the raw path from its `from`th part on, with its slashes, `` if there is none. */
function rest(path: string, raw: readonly string[], from: number): string {
  if (raw.length < from) return '';
  const tail = raw.slice(from).join('/');
  const slash = path.endsWith('/') ? '/' : '';
  return tail ? `/${tail}${slash}` : slash;
}

/** isTrue reads a boolean query parameter as upstream does: present and neither `false` nor `0`. */
export function isTrue(value: string | null): boolean {
  if (value === null) return false;
  const text = value.toLowerCase();
  return text !== 'false' && text !== '0';
}

/** isLongRunning: watches, connections and logs, which no time limit and no in-flight bound applies to. */
export function isLongRunning(info: RequestInfo): boolean {
  if (!info.isResourceRequest) return false;
  return info.verb === 'watch' || info.verb === 'proxy' || longRunningSubresources.has(info.subresource);
}

const longRunningSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);
