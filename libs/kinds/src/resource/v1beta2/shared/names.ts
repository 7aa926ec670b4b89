import {
  field,
  foundIn,
  isCIdentifier,
  isDNS1123Label,
  isDNS1123Subdomain,
  type FieldError,
  type Path,
} from '@navarch/apimachinery';
import { validateCSIDriverName } from '../../../core/v1/pod/validation/volume-sources';
import { each } from '../../../shared/errors';

/** RELEASE is the first release of this version of the group: it words its messages. */
const RELEASE = { emulated: 33 } as const;
const MAX_POOL = 253;
const MAX_ID = 32;

/** validateDriver checks the name of a driver. */
export const validateDriver = (name: string | undefined, path: Path): FieldError[] =>
  validateCSIDriverName(name, path, RELEASE);

/** validateLabel checks the name of a request or device. */
export const validateLabel = (name: string | undefined, path: Path): FieldError[] =>
  each(path, name ?? '', isDNS1123Label(name ?? '', RELEASE));

/** validatePool checks the name of a pool: subdomains with slashes between them. */
export function validatePool(name: string | undefined, path: Path): FieldError[] {
  if (!name) return [field.required(path)];
  const parts = foundIn(name.split('/'), part => each(path, part, isDNS1123Subdomain(part)));
  return [...(name.length > MAX_POOL ? [field.tooLong(path, MAX_POOL)] : []), ...parts];
}

/** validateQualified checks the name of an attribute or capacity: an identifier, behind a domain maybe. */
export function validateQualified(name: string, path: Path): FieldError[] {
  if (!name) return [field.required(path, 'name required')];
  const [first = '', second, ...more] = name.split('/');
  if (more.length) return [];
  if (second === undefined) return validateIdentifier(first, path);
  return [
    ...(first ? validateDriver(first, path) : [field.required(path, 'the domain must not be empty')]),
    ...(second ? validateIdentifier(second, path) : [field.required(path, 'the name must not be empty')]),
  ];
}

/** validateFullyQualified wants the domain too. */
export function validateFullyQualified(name: string, path: Path): FieldError[] {
  const errors = validateQualified(name, path);
  return !name || name.includes('/') ? errors : [...errors, field.invalid(path, name, 'must include a domain')];
}

function validateIdentifier(id: string, path: Path): FieldError[] {
  return [
    ...(id.length > MAX_ID ? [field.tooLong(path, MAX_ID)] : []),
    ...isCIdentifier(id).map(problem => field.typeInvalid(path, id, problem)),
  ];
}
