import { decodeTyped } from '@navarch/api';
import {
  field,
  isDNS1035Label,
  isRecord,
  parseApiVersion,
  Path,
  goJson,
  validateObjectMeta,
  type FieldError,
  type ObjectMeta,
} from '@navarch/apimachinery';
import type { SchemaNode } from './node';
import type { Unknown } from './prune';
import { renderValue } from './render';

type Fields = Record<string, unknown>;

/** META_SCHEMA is the definition of the metadata of all objects. */
export const META_SCHEMA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** MetadataError tells, in the API's words, that kind, version or metadata of an object are none. */
export class MetadataError extends Error {}

/** coerceMetadata brings the metadata of an object into its type, in place; unknown fields are told and dropped. Throws a MetadataError. */
export function coerceMetadata(object: Fields, path: string, emulated: number, tell: Unknown): void {
  const own = object['metadata'];
  if (own === undefined) return;
  const at = path ? `${path}.metadata` : 'metadata';
  let decoded;
  try {
    decoded = decodeTyped(META_SCHEMA, own ?? {}, { emulated, bare: true });
  } catch {
    throw new MetadataError(whyNoMetadata(own, emulated));
  }
  for (const name of decoded.unknown) tell(`${at}.${name}`);
  if (decoded.object['creationTimestamp'] === null) delete decoded.object['creationTimestamp'];
  object['metadata'] = decoded.object;
}

/** whyNoMetadata: metadata is read from JSON of its own, with its keys in order. */
function whyNoMetadata(own: unknown, emulated: number): string {
  try {
    decodeTyped(META_SCHEMA, own, { emulated, bare: true, raw: goJson(own) });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** coerceEmbedded brings kind, version and metadata of all objects that are embedded in a value into their types. Throws a MetadataError. */
export function coerceEmbedded(
  value: unknown,
  node: SchemaNode | 'any' | undefined,
  path: string,
  emulated: number,
  tell: Unknown,
): void {
  const wrong = (at: string, part: unknown, why: string) =>
    new MetadataError(`${at}: Invalid value: ${renderValue(part)}: ${why}`);
  walk(value, node, path, (object, at) => {
    for (const name of ['apiVersion', 'kind']) {
      if (object[name] !== undefined && typeof object[name] !== 'string')
        throw wrong(`${at}.${name}`, object[name], 'must be a string');
    }
    const { metadata } = object;
    try {
      coerceMetadata(object, at, emulated, tell);
    } catch (error) {
      if (!(error instanceof MetadataError)) throw error;
      throw wrong(`${at}.metadata`, metadata, error.message);
    }
  });
}

/**
 * embeddedErrors is what is wrong with the kinds, versions and metadata of embedded objects. `path` is where the value stands; without
 * it the value is an object of its own, and only what is embedded in it is looked at.
 */
export function embeddedErrors(value: unknown, root: SchemaNode, emulated: number, path?: string): FieldError[] {
  const errors: FieldError[] = [];
  walk(value, root, path ?? '', (object, at) => {
    if (at || path !== undefined) errors.push(...errorsOf(object, Path.at(at), emulated));
  });
  return errors;
}

function walk(
  value: unknown,
  node: SchemaNode | 'any' | undefined,
  path: string,
  visit: (object: Fields, path: string) => void,
): void {
  if (node === undefined || node === 'any' || !node.hasEmbedded) return;
  if (Array.isArray(value)) value.forEach((item, i) => walk(item, node.items, `${path}[${i}]`, visit));
  if (!isRecord(value)) return;
  if (node.embedded) visit(value, path);
  for (const name of Object.keys(value)) walk(value[name], node.child(name), node.pathOf(path, name), visit);
}

function errorsOf(object: Fields, path: Path, emulated: number): FieldError[] {
  return [
    ...typeErrors(object, 'apiVersion', path, text =>
      parseApiVersion(text) ? [] : [`unexpected GroupVersion string: ${text}`],
    ),
    ...typeErrors(object, 'kind', path, text => {
      const problems = isDNS1035Label(text.toLowerCase());
      return problems.length ? [`may have mixed case, but should otherwise match: ${problems.join(',')}`] : [];
    }),
    ...metadataErrors(object, path, emulated),
  ];
}

function typeErrors(
  object: Fields,
  name: 'apiVersion' | 'kind',
  path: Path,
  check: (text: string) => string[],
): FieldError[] {
  const at = path.child(name);
  if (!Object.hasOwn(object, name)) return [field.required(at, 'must not be empty')];
  const text = object[name];
  if (typeof text !== 'string') return [field.invalid(at, text, 'must be a string')];
  return (text ? check(text) : ['must not be empty']).map(problem => field.invalid(at, text, problem));
}

function metadataErrors(object: Fields, path: Path, emulated: number): FieldError[] {
  const copy = { metadata: object['metadata'] };
  const at = path.child('metadata');
  try {
    coerceMetadata(copy, path.toString(), emulated, () => undefined);
  } catch (error) {
    return [field.invalid(at, copy.metadata, (error as Error).message)];
  }
  const metadata = { ...(copy.metadata as ObjectMeta | undefined) };
  // An embedded object may go without a name: it gets one where it is created.
  metadata.name ||= 'fakename';
  return validateObjectMeta(metadata, {
    namespaced: !!metadata.namespace,
    nameRule: 'pathSegment',
    anyFinalizer: true,
    path: at,
  });
}
