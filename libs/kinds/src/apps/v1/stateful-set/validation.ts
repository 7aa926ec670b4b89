import type { appsv1 } from '@navarch/api';
import { field, isDNS1123Label, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct, nonNegative, oneOf, type Release } from '../../../shared/errors';
import { validateTemplateMetadata } from '../../../core/v1/pod/validation';
import { semanticEqual } from '../../../shared/equal';
import { validateMatch, validateSelector, validateSelectorForm, validateEndless } from '../shared/workload';
import { goStruct } from '../../../shared/go-struct';

const SPEC = Path.at('spec');

/** validateStatefulSet checks a StatefulSet. */
export function validateStatefulSet(set: appsv1.StatefulSet, release: Release): FieldError[] {
  return validateSpec(set.spec ?? ({} as appsv1.StatefulSetSpec), release, release.emulated >= SERVICES_CHECKED);
}

/** SERVICES_CHECKED is the first release that looks at the name of the service, of which the names of pods are made. */
const SERVICES_CHECKED = 33;

function validateSpec(spec: appsv1.StatefulSetSpec, release: Release, checksService: boolean): FieldError[] {
  const { serviceName } = spec;
  const malformed = validateSelectorForm(spec.selector, '');
  return [
    ...validatePodManagement(spec.podManagementPolicy),
    ...validateUpdateStrategy(spec.updateStrategy ?? {}, SPEC.child('updateStrategy'), release),
    ...validateRetention(spec.persistentVolumeClaimRetentionPolicy, SPEC.child('persistentVolumeClaimRetentionPolicy')),
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...nonNegative(SPEC.child('ordinals', 'start'), spec.ordinals?.start),
    ...(checksService && serviceName
      ? each(SPEC.child('serviceName'), serviceName, isDNS1123Label(serviceName, release))
      : []),
    ...validateSelector(spec.selector, 'statefulset', release),
    ...(malformed.length
      ? malformed
      : [
          ...validateMatch(spec.selector, spec.template),
          // The volumes are made by the claims' templates: what the pods mount is not known here.
          ...validateTemplateMetadata(spec.template ?? {}, SPEC.child('template'), release),
        ]),
    ...validateEndless(spec.template?.spec, 'StatefulSet'),
  ];
}

function validatePodManagement(policy: string | undefined): FieldError[] {
  const path = SPEC.child('podManagementPolicy');
  if (!policy) return [field.required(path)];
  return policy === 'OrderedReady' || policy === 'Parallel'
    ? []
    : [field.invalid(path, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateUpdateStrategy(
  strategy: appsv1.StatefulSetUpdateStrategy,
  path: Path,
  release: Release,
): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const at = path.child('rollingUpdate');
  switch (type) {
    case undefined:
    case '':
      return [field.required(path)];
    case 'OnDelete': {
      if (!rollingUpdate) return [];
      const go = goStruct('apps.RollingUpdateStatefulSetStrategy', rollingUpdate, release.emulated);
      return [invalidStruct(at, go, "only allowed for updateStrategy 'RollingUpdate'")];
    }
    case 'RollingUpdate':
      return nonNegative(at.child('partition'), rollingUpdate?.partition);
    default: {
      const go = goStruct('apps.StatefulSetUpdateStrategy', strategy);
      return [invalidStruct(path, go, "must be 'RollingUpdate' or 'OnDelete'")];
    }
  }
}

function validateRetention(
  policy: appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy | undefined,
  path: Path,
): FieldError[] {
  if (!policy) return [];
  return [
    ...oneOf(path.child('whenDeleted'), policy.whenDeleted, ['Delete', 'Retain']),
    ...oneOf(path.child('whenScaled'), policy.whenScaled, ['Delete', 'Retain']),
  ];
}

/** mutable lists what may change, by release, in the order in which the message lists it. */
function mutable(emulated: number): readonly (keyof appsv1.StatefulSetSpec)[] {
  if (emulated < 22) return ['replicas', 'template', 'updateStrategy'];
  if (emulated < 23) return ['replicas', 'template', 'updateStrategy', 'minReadySeconds'];
  if (emulated < 26)
    return ['replicas', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'];
  if (emulated < 33)
    return [
      'replicas',
      'ordinals',
      'template',
      'updateStrategy',
      'persistentVolumeClaimRetentionPolicy',
      'minReadySeconds',
    ];
  return [
    'replicas',
    'ordinals',
    'template',
    'updateStrategy',
    'revisionHistoryLimit',
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
  ];
}

/** REPLICAS_ONCE is the first release that looks at the number of replicas of a changed set once. */
const REPLICAS_ONCE = 27;

/** validateStatefulSetUpdate: most of the spec is fixed. */
export function validateStatefulSetUpdate(
  set: appsv1.StatefulSet,
  old: appsv1.StatefulSet,
  release: Release,
): FieldError[] {
  const errors = validateSpec(set.spec ?? ({} as appsv1.StatefulSetSpec), release, false);
  const names = mutable(release.emulated);
  const fixed = (spec: appsv1.StatefulSetSpec | undefined) =>
    Object.fromEntries(Object.entries(spec ?? {}).filter(([name]) => !(names as readonly string[]).includes(name)));
  if (!semanticEqual(fixed(set.spec), fixed(old.spec))) {
    const quoted = names.map(name => `'${name}'`);
    const comma = release.emulated < 22 ? ',' : '';
    const list = `${quoted.slice(0, -1).join(', ')}${comma} and ${quoted.at(-1)}`;
    errors.push(field.forbidden(SPEC, `updates to statefulset spec for fields other than ${list} are forbidden`));
  }
  // The number of replicas was looked at once more.
  return release.emulated >= REPLICAS_ONCE
    ? errors
    : [...errors, ...nonNegative(SPEC.child('replicas'), set.spec?.replicas)];
}
