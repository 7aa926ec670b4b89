import { unmarshalFailure } from '@navarch/api';
import {
  Path,
  StatusError,
  accessorError,
  badRequest,
  field,
  parseApiVersion,
  goJson,
  type AnyObject,
  type FieldError,
} from '@navarch/apimachinery';
import { apiVersionText, groupVersionOf, type BodyType } from './body-type';
import type { Target } from './target';

/** checkCustomBody refuses a body of no kind, or of another version than the path's. `type` is what it says it is of, completed. */
export function checkCustomBody(
  value: Record<string, unknown>,
  type: BodyType,
  target: Target,
  emulated: number,
  body?: Buffer,
): void {
  if (!value['kind']) throw noKind(value, type, target, emulated, body);
  if (value['apiVersion'] === null) throw notHandled(type, target.kind, accessorError('.apiVersion', null, 'string'));
  const [given, expected] = [apiVersionText(type), apiVersionText(target)];
  if (given !== expected)
    throw badRequest(`the API version in the data (${given}) does not match the expected API version (${expected})`);
}

function noKind(value: object, type: BodyType, target: Target, emulated: number, body?: Buffer): StatusError {
  const raw = body?.length ? body : Buffer.from(goJson(value));
  return notHandled(type, target.kind, kindMissing(raw, emulated));
}

/** kindMissing says of a body that it is of no kind. */
export function kindMissing(raw: Buffer, emulated: number): string {
  return unmarshalFailure(`Object 'Kind' is missing in '${raw.toString()}'`, raw, emulated);
}

/** checkCustomPatched refuses the result of a patch that is no object at all. Its kind and version are checked later. */
export function checkCustomPatched(value: Record<string, unknown>, target: Target, emulated: number): void {
  if (!value['kind']) throw noKind(value, target, target, emulated);
  for (const name of ['kind', 'apiVersion']) {
    const given = value[name];
    if (given !== undefined && typeof given !== 'string') throw new Error(accessorError(`.${name}`, given, 'string'));
  }
  const apiVersion = textOf(value['apiVersion']);
  if (apiVersion && !parseApiVersion(apiVersion)) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
}

/** takeCustomType makes an object one of the target's type, and answers what is wrong with the one that it says it is of, if that is not the same. */
export function takeCustomType(object: AnyObject, target: Target, anyKind: boolean): StatusError | undefined {
  const { kind = '', apiVersion = '', metadata } = object;
  const expected = `${target.group}/${target.version}`;
  object.kind = target.kind;
  object.apiVersion = expected;
  if (kind === target.kind && apiVersion === expected) return undefined;
  const gv = groupVersionOf(apiVersion);
  if (!gv.version) {
    const why = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
    return new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
  }
  if (anyKind) return undefined;
  const errors: FieldError[] = [];
  const wrong = (name: string, given: string, wanted: string) => {
    if (given !== wanted) errors.push(field.invalid(Path.at(name), given, `must be ${wanted}`));
  };
  wrong('kind', kind, target.kind);
  wrong('apiVersion', apiVersionText(gv), expected);
  return errors.length ? field.invalidObject({ group: gv.group, kind }, metadata?.name ?? '', errors) : undefined;
}

/** notHandled is the 400 for a body of a type that cannot be read as an object of a kind. */
export function notHandled(
  { kind: given, version }: Pick<BodyType, 'kind' | 'version'>,
  kind: string,
  why: string,
): StatusError {
  return badRequest(`${given} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
