import type { resourcev1beta2 } from '@navarch/api';
import { field, foundIn, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import { validateNodeSelector } from '../../../core/v1/pod/validation/node-selector';
import { each, IMMUTABLE } from '../../../shared/errors';
import { validateTaint } from '../shared/configuration';
import { validateSet } from '../shared/lists';
import { validateDriver, validateLabel, validatePool, validateQualified } from '../shared/names';

type Slice = resourcev1beta2.ResourceSlice;
type Spec = resourcev1beta2.ResourceSliceSpec;

const SPEC = Path.at('spec');
const MAX_DEVICES = 128;
const MAX_FACTS = 32;
const MAX_VALUE = 64;
const ONE_PLACE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

/** validateSliceSpec checks the devices of a driver; what a slice is about does not change. */
export function validateSliceSpec({ spec }: Slice, old?: Slice): FieldError[] {
  const { driver, pool, devices } = spec ?? ({} as Spec);
  return [
    ...validateDriver(driver, SPEC.child('driver')),
    ...validatePoolOf(pool ?? {}, SPEC.child('pool')),
    ...(old ? validateFixed(spec, old.spec) : []),
    ...validatePlace(spec ?? ({} as Spec)),
    ...validateSet(devices, MAX_DEVICES, SPEC.child('devices'), validateDevice, ({ name = '' }) => name, 'name'),
  ];
}

function validatePoolOf(
  { name, resourceSliceCount, generation }: Partial<resourcev1beta2.ResourcePool>,
  path: Path,
): FieldError[] {
  const [count, age] = [Number(resourceSliceCount ?? 0), Number(generation ?? 0)];
  return [
    ...validatePool(name, path.child('name')),
    ...(count > 0 ? [] : [field.invalid(path.child('resourceSliceCount'), count, 'must be greater than zero')]),
    ...(age < 0 ? [field.invalid(path.child('generation'), age, 'must be greater than or equal to zero')] : []),
  ];
}

function validateFixed(now: Spec | undefined, before: Spec | undefined): FieldError[] {
  const fixed = (at: Path, value: string | undefined, was: string | undefined) =>
    value === was ? [] : [field.invalid(at, value, IMMUTABLE)];
  return [
    ...fixed(SPEC.child('pool', 'name'), now?.pool?.name, before?.pool?.name),
    ...fixed(SPEC.child('driver'), now?.driver, before?.driver),
    ...fixed(SPEC.child('nodeName'), now?.nodeName, before?.nodeName),
  ];
}

/** A slice says where its devices are in one way only. */
function validatePlace({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: Spec): FieldError[] {
  const places = Object.entries({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection })
    .filter(([, given]) => given)
    .map(([name]) => `\`${name}\``);
  const at = SPEC.child('nodeSelector');
  const terms = nodeSelector?.nodeSelectorTerms ?? [];
  const several = nodeSelector && terms.length !== 1;
  return [
    ...(nodeName ? each(SPEC.child('nodeName'), nodeName, isDNS1123Subdomain(nodeName)) : []),
    ...(nodeSelector ? validateNodeSelector(nodeSelector, at, true) : []),
    ...(several
      ? [field.invalid(at.child('nodeSelectorTerms'), terms, 'must have exactly one node selector term')]
      : []),
    ...(places.length ? [] : [field.required(SPEC, ONE_PLACE)]),
    ...(places.length > 1
      ? [field.invalid(SPEC, `{${places.join(', ')}}`, `${ONE_PLACE}, but multiple fields are set`)]
      : []),
  ];
}

function validateDevice(
  { name, attributes = {}, capacity = {}, taints = [] }: resourcev1beta2.Device,
  path: Path,
): FieldError[] {
  const facts = Object.keys(attributes).length + Object.keys(capacity).length;
  return [
    ...validateLabel(name, path.child('name')),
    ...foundIn(Object.entries(attributes), ([key, attribute]) => {
      const at = path.child('attributes').key(key);
      return [...validateQualified(key, at), ...validateAttribute(attribute, at)];
    }),
    ...foundIn(Object.keys(capacity), key => validateQualified(key, path.child('capacity').key(key))),
    ...(facts > MAX_FACTS
      ? [field.invalid(path, facts, `the total number of attributes and capacities must not exceed ${MAX_FACTS}`)]
      : []),
    ...foundIn(taints, (taint, i) => validateTaint(taint, path.child('taints').index(i))),
  ];
}

function validateAttribute(attribute: resourcev1beta2.DeviceAttribute, path: Path): FieldError[] {
  const { string: text, version } = attribute;
  const given = (['bool', 'int', 'string', 'version'] as const).filter(name => attribute[name] !== undefined);
  const tooLong = (name: string, value: string | undefined) =>
    Buffer.byteLength(value ?? '') > MAX_VALUE ? [field.tooLong(path.child(name), MAX_VALUE)] : [];
  return [
    ...tooLong('string', text),
    ...(version !== undefined && !SEMVER.test(version)
      ? [field.invalid(path.child('version'), version, 'must be a string compatible with semver.org spec 2.0.0')]
      : []),
    ...tooLong('version', version),
    ...(given.length ? [] : [field.required(path, 'exactly one value must be specified')]),
    ...(given.length > 1 ? [field.invalid(path, attribute, 'exactly one value must be specified')] : []),
  ];
}
