import { badRequest } from '@navarch/apimachinery';
import type { Attributes, ObjectPath, Predicate, ResourceStorageConfig } from './interface';

/** keyOf is an object's key in etcd. Throws 400 for a name or namespace that would be another path. */
export function keyOf(config: ResourceStorageConfig, { namespace, name }: ObjectPath): string {
  if (!isSegment(name)) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${whyNot(name)}`);
  if (!config.namespaced) return config.prefix + name;
  if (!isSegment(namespace)) throw badRequest(`invalid namespace ${JSON.stringify(namespace)}`);
  return `${config.prefix}${namespace}/${name}`;
}

/** rangeOf is the narrowest prefix that holds all keys a predicate can match. */
export function rangeOf(config: ResourceStorageConfig, predicate: Predicate): string {
  if (!config.namespaced || !predicate.namespace) return config.prefix;
  if (!isSegment(predicate.namespace)) throw badRequest(`invalid namespace ${JSON.stringify(predicate.namespace)}`);
  return `${config.prefix}${predicate.namespace}/`;
}

/** singleKey is the one key a predicate can match, undefined if there may be several. */
export function singleKey(config: ResourceStorageConfig, { namespace, name }: Predicate): string | undefined {
  if (name === undefined || (config.namespaced && !namespace)) return undefined;
  // A name that cannot be a key matches nothing, and so does this key.
  return isSegment(name) ? keyOf(config, { namespace: namespace ?? '', name }) : `${config.prefix}//`;
}

/** matches tells whether all parts of a predicate match. */
export function matches(predicate: Predicate, attributes: Attributes): boolean {
  const { namespace, name, indexed } = predicate;
  return (
    (!namespace || attributes.namespace === namespace) &&
    (name === undefined || attributes.name === name) &&
    (indexed === undefined || (attributes.fields[indexed.field] ?? '') === indexed.value) &&
    (predicate.matches === undefined || predicate.matches(attributes))
  );
}

/** hasSelector tells whether a predicate narrows further than to a namespace. */
export function hasSelector(predicate: Predicate): boolean {
  return predicate.name !== undefined || predicate.indexed !== undefined || predicate.matches !== undefined;
}

/** whyNot says what keeps text from being part of a path, in the API's words. */
function whyNot(text: string): string {
  if (text === '.' || text === '..') return `may not be '${text}'`;
  return text.includes('%') ? "may not contain '%'" : "may not contain '/'";
}

function isSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/%\0]/.test(text);
}
