import { field, isDNS1123Label, isDNS1123Subdomain, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf } from '../../../shared/errors';
import { requestsOf } from './requests';

type Fields = Record<string, unknown>;

/** validateClaimSpec checks the device requests of a claim. */
export function validateClaimSpec(spec: unknown, path: Path): FieldError[] {
  const names = new Set<string>();
  return requestsOf(spec).flatMap((request, i) => {
    const at = path.child('devices', 'requests').index(i);
    const name = String(request['name'] ?? '');
    const errors = name
      ? each(at.child('name'), name, isDNS1123Label(name, { emulated: 33 }))
      : [field.required(at.child('name'))];
    if (names.has(name)) errors.push(field.duplicate(at.child('name'), name));
    names.add(name);
    const exactly = request['exactly'] as Fields | undefined;
    const alternatives = (request['firstAvailable'] as Fields[] | undefined) ?? [];
    if (!exactly && !alternatives.length)
      errors.push(field.required(at, 'exactly one of `exactly` or `firstAvailable` is required'));
    if (exactly && alternatives.length)
      errors.push(
        field.invalid(
          at,
          null,
          'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
        ),
      );
    if (exactly) errors.push(...validateRequest(exactly, at.child('exactly')));
    alternatives.forEach((alternative, n) =>
      errors.push(...validateRequest(alternative, at.child('firstAvailable').index(n))),
    );
    return errors;
  });
}

function validateRequest(request: Fields, path: Path): FieldError[] {
  const driver = String(request['deviceClassName'] ?? '');
  const at = path.child('deviceClassName');
  const errors = driver ? each(at, driver, isDNS1123Subdomain(driver)) : [field.required(at)];
  errors.push(...oneOf(path.child('allocationMode'), String(request['allocationMode'] ?? ''), ['All', 'ExactCount']));
  const count = Number(request['count'] ?? 0);
  if (request['allocationMode'] === 'ExactCount' && count <= 0)
    errors.push(field.invalid(path.child('count'), count, 'must be greater than zero'));
  return errors;
}
