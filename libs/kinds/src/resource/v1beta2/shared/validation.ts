import type { resourcev1beta2 } from '@navarch/api';
import { field, foundIn, isDNS1123Subdomain, type FieldError, type Path } from '@navarch/apimachinery';
import { NEVER } from '../../../dormant';
import type { Dormant } from '../../../kind';
import { each, oneOf } from '../../../shared/errors';
import { MAX_CONFIGS, validateConfiguration, validateSelectors, validateToleration } from './configuration';
import { validateSet, validateSlice } from './lists';
import { validateFullyQualified, validateLabel } from './names';

type Spec = resourcev1beta2.ResourceClaimSpec;
type Exact = resourcev1beta2.ExactDeviceRequest;

const MAX_REQUESTS = 32;
const MAX_CONSTRAINTS = 32;
const MAX_ALTERNATIVES = 8;
const ONE = 'exactly one of `exactly` or `firstAvailable` is required';

/** dormantOf are the fields of a claim's spec at a path that v1.33 does not use. */
export const dormantOf = (spec: string): Dormant => ({
  [`${spec}.devices.requests.firstAvailable`]: 34,
  [`${spec}.devices.requests.exactly.adminAccess`]: 34,
  [`${spec}.devices.requests.exactly.tolerations`]: NEVER,
});

/** validateClaimSpec checks the spec of a claim or claim template; `stored`: what it says has been taken before. */
export function validateClaimSpec(spec: Spec | undefined, path: Path, stored = false): FieldError[] {
  const { requests, constraints, config } = spec?.devices ?? {};
  const names = requestNames(spec);
  const at = path.child('devices');
  const refer = (list: readonly string[] | undefined, where: Path) =>
    validateSet(list, MAX_REQUESTS, where, (name, place) => validateReference(name, place, names), String);
  return [
    ...validateSet(requests, MAX_REQUESTS, at.child('requests'), validateRequest, ({ name = '' }) => name, 'name'),
    ...validateSlice(constraints, MAX_CONSTRAINTS, at.child('constraints'), (constraint, where) => {
      const attribute = where.child('matchAttribute');
      return [
        ...refer(constraint.requests, where.child('requests')),
        ...(constraint.matchAttribute === undefined
          ? [field.required(attribute)]
          : validateFullyQualified(constraint.matchAttribute, attribute)),
      ];
    }),
    ...validateSlice(config, MAX_CONFIGS, at.child('config'), (one, where) => [
      ...refer(one.requests, where.child('requests')),
      ...validateConfiguration(one, where, stored),
    ]),
  ];
}

/** requestNames are what the requests of a claim may be called: their names, and behind a slash those of their alternatives. */
export function requestNames(spec: Spec | undefined): ReadonlySet<string> {
  const requests = spec?.devices?.requests ?? [];
  return new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [name, ...firstAvailable.map(sub => `${name}/${sub.name}`)]),
  );
}

/** validateReference checks how something refers to a request. */
export function validateReference(name: string, path: Path, names: ReadonlySet<string>): FieldError[] {
  const why = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  const segments = name.split('/');
  if (segments.length > 2) return [field.invalid(path, name, why)];
  return [
    ...foundIn(segments, segment => validateLabel(segment, path)),
    ...(names.has(name) ? [] : [field.invalid(path, name, why)]),
  ];
}

function validateRequest(
  { name, exactly, firstAvailable = [] }: resourcev1beta2.DeviceRequest,
  path: Path,
): FieldError[] {
  const at = path.child('firstAvailable');
  return [
    ...validateLabel(name, path.child('name')),
    ...validateSet(
      firstAvailable,
      MAX_ALTERNATIVES,
      at,
      (sub, where) => [...validateLabel(sub.name, where.child('name')), ...validateExact(sub, where)],
      sub => sub.name ?? '',
      'name',
    ),
    ...(exactly ? validateExact(exactly, path.child('exactly')) : []),
    ...(!exactly && !firstAvailable.length ? [field.required(path, ONE)] : []),
    ...(exactly && firstAvailable.length ? [field.invalid(path, null, `${ONE}, but multiple fields are set`)] : []),
  ];
}

function validateExact(
  { deviceClassName: name, selectors, allocationMode, count, tolerations = [] }: Partial<Exact>,
  path: Path,
): FieldError[] {
  const at = path.child('deviceClassName');
  return [
    ...(name ? each(at, name, isDNS1123Subdomain(name)) : [field.required(at)]),
    ...validateSelectors(selectors, path.child('selectors')),
    ...validateMode(allocationMode ?? '', Number(count ?? 0), path),
    ...foundIn(tolerations, (toleration, i) => validateToleration(toleration, path.child('tolerations').index(i))),
  ];
}

function validateMode(mode: string, count: number, path: Path): FieldError[] {
  const at = path.child('count');
  switch (mode) {
    case 'All':
      return count ? [field.invalid(at, count, "must not be specified when allocationMode is 'All'")] : [];
    case 'ExactCount':
      return count > 0 ? [] : [field.invalid(at, count, 'must be greater than zero')];
    default:
      return oneOf(path.child('allocationMode'), mode, ['All', 'ExactCount']);
  }
}
