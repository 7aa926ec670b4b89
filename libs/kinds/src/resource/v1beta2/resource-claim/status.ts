import type { resourcev1beta2 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { validateNodeSelector } from '../../../core/v1/pod/validation/node-selector';
import { validateConditions } from '../../../shared/conditions';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, oneOf, requireText, type Release } from '../../../shared/errors';
import { MAX_CONFIGS, validateConfiguration, validateRaw } from '../shared/configuration';
import { validateSet, validateSlice } from '../shared/lists';
import { validateDriver, validateLabel, validatePool } from '../shared/names';
import { requestNames, validateReference } from '../shared/validation';

type Claim = resourcev1beta2.ResourceClaim;
type Status = resourcev1beta2.ResourceClaimStatus;

const STATUS = Path.at('status');
const MAX_CONSUMERS = 256;
const MAX_RESULTS = 32;
const MAX_REQUESTS = 32;
const MAX_CONDITIONS = 8;

interface DeviceId {
  readonly driver?: string;
  readonly pool?: string;
  readonly device?: string;
}
const idOf = ({ driver = '', pool = '', device = '' }: DeviceId) => `${driver}/${pool}/${device}`;
const allocated = (status: Status | undefined) => new Set((status?.allocation?.devices?.results ?? []).map(idOf));

/** forgetDevices drops, in place, what is told of devices that the claim does not have any more. */
export function forgetDevices({ status }: Claim, old: Claim): void {
  if (!status?.devices) return;
  const [now, before] = [allocated(status), allocated(old.status)];
  status.devices = status.devices.filter(device => now.has(idOf(device)) || !before.has(idOf(device)));
  if (!status.devices.length) delete status.devices;
}

/** validateClaimStatus checks who may use a claim, and what it was given, which does not change while it has it. */
export function validateClaimStatus(
  { metadata, spec, status = {} }: Claim,
  old: Claim,
  release: Release,
): FieldError[] {
  const { reservedFor = [], devices, allocation } = status;
  const at = STATUS.child('reservedFor');
  const had = new Set((old.status?.reservedFor ?? []).map(({ uid }) => uid));
  const added = metadata?.deletionTimestamp !== undefined && reservedFor.some(({ uid }) => !had.has(uid));
  const ids = allocated(status);
  return [
    ...validateSet(reservedFor, MAX_CONSUMERS, at, validateConsumer, ({ uid = '' }) => uid, 'uid'),
    ...validateSet(
      devices,
      Infinity,
      STATUS.child('devices'),
      (device, path) => validateDevice(device, path, ids, release),
      idOf,
      'deviceID',
    ),
    ...(reservedFor.length && !allocation
      ? [field.forbidden(at, 'may not be specified when `allocated` is not set')]
      : []),
    ...(allocation && added
      ? [
          field.forbidden(
            at,
            'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set',
          ),
        ]
      : []),
    ...validateAllocation(allocation, old.status?.allocation, requestNames(spec), STATUS.child('allocation')),
  ];
}

function validateConsumer(
  { resource, name, uid }: Partial<resourcev1beta2.ResourceClaimConsumerReference>,
  path: Path,
): FieldError[] {
  return [
    ...requireText(path.child('resource'), resource),
    ...requireText(path.child('name'), name),
    ...requireText(path.child('uid'), uid),
  ];
}

function validateAllocation(
  now: Status['allocation'],
  before: Status['allocation'],
  names: ReadonlySet<string>,
  path: Path,
): FieldError[] {
  if (!now) return [];
  if (before) return semanticEqual(now, before) ? [] : [field.invalid(path, now, IMMUTABLE)];
  const at = path.child('devices');
  return [
    ...validateSlice(now.devices?.results, MAX_RESULTS, at.child('results'), (result, where) => [
      ...validateReference(result.request ?? '', where.child('request'), names),
      ...validateDriver(result.driver, where.child('driver')),
      ...validatePool(result.pool, where.child('pool')),
      ...validateLabel(result.device, where.child('device')),
    ]),
    ...validateSlice(now.devices?.config, 2 * MAX_CONFIGS, at.child('config'), (config, where) => {
      const source = where.child('source');
      return [
        ...(config.source ? oneOf(source, config.source, ['FromClaim', 'FromClass']) : [field.required(source)]),
        ...validateSet(
          config.requests,
          MAX_REQUESTS,
          where.child('requests'),
          (name, place) => validateReference(name, place, names),
          String,
        ),
        ...validateConfiguration(config, where, false),
      ];
    }),
    ...(now.nodeSelector ? validateNodeSelector(now.nodeSelector, path.child('nodeSelector'), true) : []),
  ];
}

function validateDevice(
  device: resourcev1beta2.AllocatedDeviceStatus,
  path: Path,
  ids: ReadonlySet<string>,
  release: Release,
): FieldError[] {
  const { driver, pool, device: name, conditions = [], data } = device;
  return [
    ...validateDriver(driver, path.child('driver')),
    ...validatePool(pool, path.child('pool')),
    ...validateLabel(name, path.child('device')),
    ...(ids.has(idOf(device)) ? [] : [field.invalid(path, idOf(device), 'must be an allocated device in the claim')]),
    ...(conditions.length > MAX_CONDITIONS
      ? [field.tooMany(path.child('conditions'), conditions.length, MAX_CONDITIONS)]
      : []),
    ...validateConditions(conditions, path.child('conditions'), release),
    ...(data === undefined ? [] : validateRaw(data, path.child('data'), false)),
  ];
}
