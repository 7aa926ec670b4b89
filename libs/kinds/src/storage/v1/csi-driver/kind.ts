import { CSIDrivers, type storagev1 } from '@navarch/api';
import { field, foundIn, Path, validateObjectMeta, type FieldError } from '@navarch/apimachinery';
import { defineKind, type Minor, type StrategyContext } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, invalidStruct, oneOf, type Release } from '../../../shared/errors';
import { goStruct } from '../../../shared/go-struct';
import { goStrings } from '../../../shared/go-syntax';
import { keepGeneration } from '../../../shared/keep';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const SPEC = Path.at('spec');
/** SELINUX_MOUNT is the first release that mounts volumes with the label of their pod, where the driver lets it. */
const SELINUX_MOUNT: Minor = 28;
const MODES = ['Persistent', 'Ephemeral'];
const MIN_PERIOD = 10;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/** LOOSER is the first release whose drivers may change how volumes are mounted. */
const LOOSER: Minor = 29;

function defaultDriver({ spec }: storagev1.CSIDriver, emulated: Minor): void {
  if (!spec) return;
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
  if (emulated >= 21) {
    spec.storageCapacity ??= false;
    spec.requiresRepublish ??= false;
  }
  if (emulated >= SELINUX_MOUNT) spec.seLinuxMount ??= false;
}

function validateDriver({ spec }: storagev1.CSIDriver): FieldError[] {
  const { attachRequired, podInfoOnMount, fsGroupPolicy, volumeLifecycleModes, tokenRequests } =
    spec ?? ({} as storagev1.CSIDriverSpec);
  const period = spec?.nodeAllocatableUpdatePeriodSeconds;
  const errors: FieldError[] = [];
  if (attachRequired === undefined) errors.push(field.required(SPEC.child('attachedRequired')));
  if (podInfoOnMount === undefined) errors.push(field.required(SPEC.child('podInfoOnMount')));
  if (fsGroupPolicy !== undefined)
    errors.push(...oneOf(SPEC.child('fsGroupPolicy'), fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType']));
  errors.push(...validateTokens(tokenRequests ?? []));
  for (const mode of volumeLifecycleModes ?? []) {
    if (!MODES.includes(mode)) errors.push(field.notSupported(SPEC.child('volumeLifecycleModes'), mode, MODES));
  }
  if (period !== undefined && Number(period) < MIN_PERIOD) {
    const at = SPEC.child('nodeAllocatableUpdatePeriodSeconds');
    errors.push(field.invalid(at, Number(period), `must be greater than or equal to ${MIN_PERIOD} seconds`));
  }
  return errors;
}

/** validateTokens checks how long tokens last; each audience is asked for once. */
function validateTokens(requests: readonly storagev1.TokenRequest[]): FieldError[] {
  const audiences = requests.map(({ audience = '' }) => audience);
  return foundIn(requests, ({ audience = '', expirationSeconds }, i) => {
    const at = SPEC.child('tokenRequests').index(i);
    if (audiences.indexOf(audience) < i) return [field.duplicate(at.child('audience'), audience)];
    const seconds = Number(expirationSeconds ?? MIN_SECONDS);
    const complain = (detail: string) => [field.invalid(at.child('expirationSeconds'), seconds, detail)];
    if (seconds < MIN_SECONDS) return complain('may not specify a duration less than 10 minutes');
    return seconds > MAX_SECONDS ? complain('may not specify a duration larger than 2^32 seconds') : [];
  });
}

/** In older releases everything is looked at twice when a driver is made, and the findings are reported twice. */
const validateNew = (driver: storagev1.CSIDriver, release: Release) => [
  ...validateDriver(driver),
  ...(release.emulated > WHOLE_UNTIL ? [] : again(driver, release)),
];

const again = (driver: storagev1.CSIDriver, { emulated }: Release) => [
  ...validateObjectMeta(driver.metadata ?? {}, { namespaced: false, nameRule: 'subdomain', emulated }),
  ...validateDriver(driver),
];

/** COUNTED are the fields whose changes the generation counts. */
const COUNTED = ['tokenRequests', 'requiresRepublish', 'seLinuxMount'] as const;
/** WHOLE_UNTIL is the last release whose drivers change in nothing. */
const WHOLE_UNTIL = 20;

function validateDriverUpdate(
  driver: storagev1.CSIDriver,
  old: storagev1.CSIDriver,
  release: StrategyContext,
): FieldError[] {
  const changed = (name: keyof storagev1.CSIDriverSpec) => !semanticEqual(driver.spec?.[name], old.spec?.[name]);
  const fixed = (name: keyof storagev1.CSIDriverSpec, shown: string = name) =>
    changed(name) ? [field.invalid(SPEC.child(shown), driver.spec?.[name], IMMUTABLE)] : [];
  if (release.emulated <= WHOLE_UNTIL) {
    if (semanticEqual(driver.spec, old.spec)) return [];
    return [invalidStruct(SPEC, goStruct('storage.CSIDriverSpec', driver.spec, release.emulated), IMMUTABLE)];
  }
  const modes = driver.spec?.volumeLifecycleModes;
  const go = goStrings(modes, 'storage.VolumeLifecycleMode');
  return [
    ...validateDriver(driver),
    // The field is spelled like this.
    ...fixed('attachRequired', 'attachedRequired'),
    ...(release.emulated < LOOSER ? [...fixed('fsGroupPolicy'), ...fixed('podInfoOnMount')] : []),
    ...(changed('volumeLifecycleModes') ? [invalidStruct(SPEC.child('volumeLifecycleModes'), go, IMMUTABLE)] : []),
  ];
}

/** csiDriver declares CSIDriver. */
export const csiDriver = defineKind<storagev1.CSIDriver>({
  resource: CSIDrivers,
  versions: [
    served('storage.k8s.io/v1', 'CSIDriver', { storedSince: 22 }),
    served('storage.k8s.io/v1beta1', 'CSIDriver', {
      until: 21,
      storedSince: 0,
      deprecated: deprecatedFor('1.19', '1.22', 'storage.k8s.io/v1 CSIDriver'),
    }),
  ],
  dormant: {
    'spec.storageCapacity': 21,
    'spec.tokenRequests': 21,
    'spec.requiresRepublish': 21,
    'spec.seLinuxMount': SELINUX_MOUNT,
    'spec.nodeAllocatableUpdatePeriodSeconds': 35,
  },
  defaults: defaultDriver,
  columns: defineColumns<storagev1.CSIDriver>([
    nameColumn,
    { name: 'AttachRequired', type: 'boolean', cell: ({ spec }) => spec?.attachRequired ?? true },
    { name: 'PodInfoOnMount', type: 'boolean', cell: ({ spec }) => spec?.podInfoOnMount ?? false },
    { name: 'StorageCapacity', type: 'boolean', since: 21, cell: ({ spec }) => spec?.storageCapacity ?? false },
    text('TokenRequests', ({ spec }) => (spec?.tokenRequests ?? []).map(t => t.audience).join(',') || '<unset>', {
      since: 22,
    }),
    { name: 'RequiresRepublish', type: 'boolean', since: 22, cell: ({ spec }) => spec?.requiresRepublish ?? false },
    text('Modes', ({ spec }) => (spec?.volumeLifecycleModes ?? []).join(',') || '<none>'),
    ageColumn,
  ]),
  strategy: {
    ...plainStrategy<storagev1.CSIDriver>(validateNew),
    metadataChecks: { update: ['change'] },
    allowUnconditionalUpdate: false,
    validateUpdate: validateDriverUpdate,
    prepareForUpdate(driver, old, { emulated }) {
      const changed = COUNTED.some(name => !semanticEqual(driver.spec?.[name], old.spec?.[name]));
      if (emulated > WHOLE_UNTIL) keepGeneration(driver, old, changed);
    },
  },
});
