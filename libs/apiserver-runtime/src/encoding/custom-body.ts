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
import { apiVersionText, type BodyType } from './body-type';
import type { Target } from './target';

/** checkCustomBody refuses a body of no kind, or of another version than the path's. `type` is what it says it is of, completed. */
export function checkCustomBody(
  value: Record<string, unknown>,
  type: BodyType,
  target: Target,
  emulated: number,
  body?: Buffer,
): void {
  if (!value['kind']) {
    const raw = body?.length ? body : Buffer.from(goJson(value));
    const why = unmarshalFailure(`Object 'Kind' is missing in '${raw.toString()}'`, raw, emulated);
    throw notHandled(type, target.kind, why);
  }
  if (value['apiVersion'] === null) throw notHandled(type, target.kind, accessorError('.apiVersion', null, 'string'));
  const [given, expected] = [apiVersionText(type), apiVersionText(target)];
  if (given !== expected)
    throw badRequest(`the API version in the data (${given}) does not match the expected API version (${expected})`);
}

/** checkCustomPatched refuses the result of a patch that is no object at all. Its kind and version are checked later. */
export function checkCustomPatched(value: Record<string, unknown>, target: Target, emulated: number): void {
  checkCustomBody({ ...value, apiVersion: '' }, target, target, emulated);
  for (const name of ['kind', 'apiVersion']) {
    const given = value[name];
    if (given !== undefined && typeof given !== 'string') throw new Error(accessorError(`.${name}`, given, 'string'));
  }
  const apiVersion = textOf(value['apiVersion']);
  if (apiVersion && !parseApiVersion(apiVersion)) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
}

/** takeCustomType makes an object one of the target's type: 422 for another one, 500 if it names no version. `any` takes all. */
export function takeCustomType(object: AnyObject, target: Target, any: boolean): void {
  const expected = `${target.group}/${target.version}`;
  const { kind = '', apiVersion = '', metadata } = object;
  if (!apiVersion) {
    const why = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
    throw new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
  }
  object.kind = target.kind;
  object.apiVersion = expected;
  if (any || (kind === target.kind && apiVersion === expected)) return;
  const errors: FieldError[] = [];
  const wrong = (name: string, given: string, wanted: string) => {
    if (given !== wanted) errors.push(field.invalid(Path.at(name), given, `must be ${wanted}`));
  };
  wrong('kind', kind, target.kind);
  wrong('apiVersion', apiVersion, expected);
  throw field.invalidObject({ group: parseApiVersion(apiVersion)?.group ?? '', kind }, metadata?.name ?? '', errors);
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
