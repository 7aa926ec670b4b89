import { parseApiVersion } from '@navarch/apimachinery';

/** BodyType is the type that a body says it is of; '' for what it leaves out. */
export interface BodyType {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

/** BodyTypeError says why nobody can tell what type a body is of. */
export class BodyTypeError extends Error {}

/** KIND and API_VERSION are read in any case: who looks for the type of a body has never minded it. */
const KIND = /^kind$/i;
const API_VERSION = /^apiversion$/i;

/** bodyType is the type that plain JSON says it is of. It throws a BodyTypeError for what names none. */
export function bodyType(value: Readonly<Record<string, unknown>>): BodyType {
  let kind = '';
  let apiVersion = '';
  for (const key in value) {
    if (key.length === 4 && KIND.test(key)) kind = text(value[key], 'kind', kind);
    else if (key.length === 10 && API_VERSION.test(key)) apiVersion = text(value[key], 'apiVersion', apiVersion);
  }
  return { kind, ...groupVersionOf(apiVersion) };
}

/** groupVersionOf takes an apiVersion apart; '' and '/' name none. It throws a BodyTypeError for what has too many parts. */
export function groupVersionOf(apiVersion: string): Pick<BodyType, 'group' | 'version'> {
  if (apiVersion === '' || apiVersion === '/') return { group: '', version: '' };
  const gv = parseApiVersion(apiVersion);
  if (!gv) throw new BodyTypeError(`unexpected GroupVersion string: ${apiVersion}`);
  return gv;
}

function text(value: unknown, name: string, before: string): string {
  if (typeof value === 'string') return value;
  if (value === null) return before;
  const found = jsonKind(value);
  throw new BodyTypeError(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into Go struct field .${name} of type string`,
  );
}

/** completeType fills what a type leaves out from another one: a version only together with its group. */
export function completeType({ kind, group, version }: BodyType, from: BodyType): BodyType {
  const given = version !== '' || (group !== '' && group !== from.group);
  return {
    kind: kind || from.kind,
    group: given ? group : from.group,
    version: given ? version : from.version,
  };
}

/** apiVersionText joins group and version as objects have them. */
export const apiVersionText = ({ group, version }: Pick<BodyType, 'group' | 'version'>): string =>
  group ? `${group}/${version}` : version;

/** jsonKind is how messages name what a JSON value is. */
export const jsonKind = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

/** notAnObject says what is wrong with JSON that is no object. */
export function notAnObject(value: unknown): string {
  const found = jsonKind(value);
  return `couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
}
