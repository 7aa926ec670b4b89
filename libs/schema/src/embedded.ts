import { decodeTyped } from '@navarch/api';
import {
  field,
  isDNS1035Label,
  isRecord,
  parseApiVersion,
  Path,
  validateObjectMeta,
  type FieldError,
  type ObjectMeta,
} from '@navarch/apimachinery';
import type { SchemaNode } from './node';
import type { Unknown } from './prune';

/** META_SCHEMA is the definition of the metadata of all objects. */
export const META_SCHEMA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** MetadataError tells that the metadata of an object is none. */
export class MetadataError extends Error {
  constructor(
    readonly path: string,
    readonly value: unknown,
    message: string,
  ) {
    super(message);
  }
}

/** coerceMetadata brings the metadata of an object into its type, in place; unknown fields are told and dropped. Throws a MetadataError. */
export function coerceMetadata(object: Record<string, unknown>, path: string, emulated: number, tell: Unknown): void {
  const own = object['metadata'];
  if (own === undefined) return;
  const at = path ? `${path}.metadata` : 'metadata';
  let decoded;
  try {
    decoded = decodeTyped(META_SCHEMA, own ?? {}, { emulated, dialect: 'unstructured' });
  } catch (error) {
    throw new MetadataError(at, own, (error as Error).message);
  }
  for (const name of decoded.unknown) tell(`${at}.${name}`);
  if (decoded.object['creationTimestamp'] === null) delete decoded.object['creationTimestamp'];
  object['metadata'] = decoded.object;
}

/** coerceEmbedded does that for all objects that are embedded in a value. What is no metadata at all is left for validation. */
export function coerceEmbedded(
  value: unknown,
  node: SchemaNode | 'any' | undefined,
  path: string,
  emulated: number,
  tell: Unknown,
): void {
  walk(value, node, path, (object, at) => {
    try {
      coerceMetadata(object, at, emulated, tell);
    } catch (error) {
      if (!(error instanceof MetadataError)) throw error;
    }
  });
}

/** embeddedErrors is what is wrong with the kinds, versions and metadata of embedded objects. */
export function embeddedErrors(value: unknown, root: SchemaNode, emulated: number): FieldError[] {
  const errors: FieldError[] = [];
  walk(value, root, '', (object, at) => {
    if (at) errors.push(...errorsOf(object, Path.at(at), emulated));
  });
  return errors;
}

function walk(
  value: unknown,
  node: SchemaNode | 'any' | undefined,
  path: string,
  visit: (object: Record<string, unknown>, path: string) => void,
): void {
  if (node === undefined || node === 'any' || !node.hasEmbedded) return;
  if (Array.isArray(value)) value.forEach((item, i) => walk(item, node.items, `${path}[${i}]`, visit));
  if (!isRecord(value)) return;
  if (node.embedded) visit(value, path);
  for (const name of Object.keys(value)) walk(value[name], node.child(name), path ? `${path}.${name}` : name, visit);
}

function errorsOf(object: Record<string, unknown>, path: Path, emulated: number): FieldError[] {
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
  object: Record<string, unknown>,
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

function metadataErrors(object: Record<string, unknown>, path: Path, emulated: number): FieldError[] {
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
  return validateObjectMeta(metadata, { namespaced: !!metadata.namespace, nameRule: 'subdomain', path: at });
}
