import { capital, clientName, type OpenApiMethod } from './operation';

/** Deed is what an operation does: everything that its name and its description tell of. */
export interface Deed {
  readonly action:
    'list' | 'watch' | 'watchlist' | 'get' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection' | 'connect';
  readonly method: OpenApiMethod;
  readonly group: string;
  readonly version: string;
  /** kind is that of the resource, also where a subresource has another. */
  readonly kind: string;
  readonly subresource?: string;
  /** watched: the kind can be watched. */
  readonly watched: boolean;
  readonly custom: boolean;
  /** scope is whose objects are meant; `all` are those of all namespaces. */
  readonly scope: 'cluster' | 'namespace' | 'all';
  /** below: with a path behind, that is handed on. */
  readonly below: boolean;
}

const VERBS: Readonly<Record<Deed['action'], string>> = {
  list: 'list',
  watch: 'watch',
  watchlist: 'watch',
  get: 'read',
  post: 'create',
  put: 'replace',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete',
  connect: 'connect',
};

/** describe names an operation and says what it does, as all API servers do: clients' functions are named for it. Pure. */
export function describe(deed: Deed): { readonly name: string; readonly description: string } {
  return { name: nameOf(deed), description: sentence(deed) };
}

function nameOf({ action, method, group, version, kind, subresource = '', scope, below }: Deed): string {
  return [
    VERBS[action],
    clientName(group || 'core', true),
    clientName(version, true),
    action === 'deletecollection' ? 'Collection' : action === 'connect' ? capital(method) : '',
    scope === 'namespace' ? 'Namespaced' : '',
    kind,
    capital(subresource),
    action === 'watchlist' ? 'List' : '',
    below ? 'WithPath' : '',
    scope === 'all' ? 'ForAllNamespaces' : '',
  ].join('');
}

const INSTEAD = "deprecated: use the 'watch' parameter with a list operation instead";

function sentence({ action, method, kind, subresource, watched, custom }: Deed): string {
  const of = subresource === undefined ? '' : `${subresource} of `;
  switch (action) {
    case 'list':
      return `${watched && !custom ? 'list or watch' : 'list'} ${of}objects of kind ${kind}`;
    case 'watch':
      return `watch changes to ${of}an object of kind ${kind}. ${INSTEAD}, filtered to a single item with the 'fieldSelector' parameter.`;
    case 'watchlist':
      return `watch individual changes to a list of ${of}${kind}. ${INSTEAD}.`;
    case 'get':
      return `read ${of}the specified ${kind}`;
    case 'put':
      return `replace ${of}the specified ${kind}`;
    case 'patch':
      return `partially update ${of}the specified ${kind}`;
    case 'post':
      return `create ${of}${one(kind)}`;
    case 'delete':
      return `delete ${of}${one(kind)}`;
    case 'deletecollection':
      return `delete collection of ${kind}`;
    case 'connect':
      return `connect ${method.toUpperCase()} requests to ${of}${kind}`;
  }
}

/** one puts an article before a noun, but for nouns in the plural. */
function one(noun: string): string {
  if (noun.endsWith('s') && !noun.endsWith('ss')) return noun;
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}
