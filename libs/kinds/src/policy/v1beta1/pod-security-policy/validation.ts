import type { policyv1beta1 } from '@navarch/api';
import { field, foundIn, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct, oneOf, type Release } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { validateAppArmorProfile, validateSeccomp } from '../../../core/v1/pod/validation/annotations';
import { validateCSIDriverName } from '../../../core/v1/pod/validation/volume-sources';
import { validateAllowedSysctls } from './sysctls';
import { goValue } from '../../../shared/go-struct';

type Spec = policyv1beta1.PodSecurityPolicySpec;

const SPEC = Path.at('spec');
const NONE = {} as Spec;
const APPARMOR = 'apparmor.security.beta.kubernetes.io';
const SECCOMP = 'seccomp.security.alpha.kubernetes.io';
const ANY = ['MayRunAs', 'MustRunAs', 'RunAsAny'];
/** VOLUMES are the sources that may be allowed, in the order in which messages list them. */
const VOLUMES = [
  '*',
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephFS',
  'cinder',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'glusterfs',
  'hostPath',
  'iscsi',
  'nfs',
  'persistentVolumeClaim',
  'photonPersistentDisk',
  'portworxVolume',
  'projected',
  'quobyte',
  'rbd',
  'scaleIO',
  'secret',
  'storageos',
  'vsphereVolume',
];

/** validatePolicy checks a PodSecurityPolicy. */
export function validatePolicy(
  { metadata, spec = NONE }: policyv1beta1.PodSecurityPolicy,
  release: Release,
): FieldError[] {
  return [
    ...validateProfiles(metadata?.annotations ?? {}, Path.at('metadata', 'annotations')),
    ...validateStrategy(spec.runAsUser, SPEC.child('runAsUser'), ['MustRunAs', 'MustRunAsNonRoot', 'RunAsAny']),
    ...(spec.runAsGroup ? validateGroup(spec.runAsGroup, SPEC.child('runAsGroup')) : []),
    ...oneOf(SPEC.child('seLinux', 'rule'), spec.seLinux?.rule, ['MustRunAs', 'RunAsAny']),
    ...validateStrategy(spec.supplementalGroups, SPEC.child('supplementalGroups'), ANY),
    ...validateStrategy(spec.fsGroup, SPEC.child('fsGroup'), ANY),
    ...foundIn(spec.volumes, volume => oneOf(SPEC.child('volumes'), volume, VOLUMES)),
    ...validateCapabilities(spec),
    ...validateEscalation(spec),
    ...validateHostPaths(spec.allowedHostPaths ?? [], SPEC.child('allowedHostPaths')),
    ...foundIn(spec.allowedFlexVolumes, ({ driver }, i) =>
      driver
        ? []
        : [
            field.required(
              SPEC.child('allowedFlexVolumes', 'allowedFlexVolumes').index(i).child('driver'),
              'must specify a driver',
            ),
          ],
    ),
    ...foundIn(spec.allowedCSIDrivers, ({ name }, i) =>
      validateCSIDriverName(name, SPEC.child('allowedCSIDrivers', 'allowedCSIDriver').index(i).child('name'), release),
    ),
    ...validateAllowedSysctls(spec, SPEC),
    ...validateRuntimeClasses(spec.runtimeClass, SPEC.child('runtimeClass')),
  ];
}

/** Which ids a pod may run as: a rule, and ranges that are looked at whatever the rule. */
function validateStrategy(
  strategy: { readonly rule?: string; readonly ranges?: readonly policyv1beta1.IDRange[] } | undefined,
  path: Path,
  rules: readonly string[],
): FieldError[] {
  const ranges = strategy?.ranges ?? [];
  return [
    ...oneOf(path.child('rule'), strategy?.rule, rules),
    ...foundIn(ranges, (range, i) => validateRange(range, path.child('ranges').index(i))),
  ];
}

/** Unlike the other strategies, that of the group has ranges where it needs them only. */
function validateGroup({ rule, ranges = [] }: policyv1beta1.RunAsGroupStrategyOptions, path: Path): FieldError[] {
  const at = path.child('ranges');
  const refuse = (detail: string) => [
    invalidStruct(at, goValue('[]policy.IDRange', ranges.length ? ranges : undefined), detail),
  ];
  switch (rule) {
    case 'RunAsAny':
      return ranges.length ? refuse('Ranges must be empty') : [];
    case 'MustRunAs':
    case 'MayRunAs':
      if (!ranges.length) return refuse('must provide at least one range');
      return foundIn(ranges, (range, i) => validateRange(range, at.index(i)));
    default:
      return [field.notSupported(path.child('rule'), rule ?? '', ['MustRunAs', 'RunAsAny', 'MayRunAs'])];
  }
}

/** The profiles that pods get, and those that they may ask for, are annotations. */
function validateProfiles(annotations: Readonly<Record<string, string>>, path: Path): FieldError[] {
  const each = (key: string, check: (profile: string, text: string, at: Path) => FieldError[], many: boolean) => {
    const text = annotations[key];
    return text ? foundIn(many ? text.split(',') : [text], profile => check(profile, text, path.key(key))) : [];
  };
  const seccomp = (profile: string, _text: string, at: Path) => validateSeccomp(profile, at);
  const allowedSeccomp = (profile: string, _text: string, at: Path) =>
    profile === '*' ? [] : validateSeccomp(profile, at);
  return [
    ...each(`${APPARMOR}/defaultProfileName`, validateAppArmorProfile, false),
    ...each(`${APPARMOR}/allowedProfileNames`, validateAppArmorProfile, true),
    ...each(`${SECCOMP}/defaultProfileName`, seccomp, false),
    ...each(`${SECCOMP}/allowedProfileNames`, allowedSeccomp, true),
  ];
}

function validateRange({ min = 0, max = 0 }: policyv1beta1.IDRange, path: Path): FieldError[] {
  return [
    ...(min < 0 ? [field.invalid(path.child('min'), min, 'min cannot be negative')] : []),
    ...(max < 0 ? [field.invalid(path.child('max'), max, 'max cannot be negative')] : []),
    ...(min > max ? [field.invalid(path.child('min'), min, 'min cannot be greater than max')] : []),
  ];
}

/** Messages name the lists without the spec that they are in. */
function validateCapabilities(spec: Spec): FieldError[] {
  const dropped = spec.requiredDropCapabilities ?? [];
  const errors: FieldError[] = [];
  if (dropped.length && spec.allowedCapabilities?.includes('*')) {
    const detail = 'must be empty when all capabilities are allowed by a wildcard';
    const go = goStrings(dropped, 'core.Capability');
    errors.push(invalidStruct(Path.at('requiredDropCapabilities'), go, detail));
  }
  for (const name of ['defaultAddCapabilities', 'allowedCapabilities'] as const) {
    const both = (spec[name] ?? []).filter(capability => dropped.includes(capability));
    const detail = `capability is listed in ${name} and requiredDropCapabilities`;
    errors.push(...both.map(capability => field.invalid(Path.at(name), capability, detail)));
  }
  return errors;
}

function validateEscalation({ defaultAllowPrivilegeEscalation, allowPrivilegeEscalation }: Spec): FieldError[] {
  if (!defaultAllowPrivilegeEscalation || allowPrivilegeEscalation !== false) return [];
  const detail =
    'Cannot set DefaultAllowPrivilegeEscalation to true without also setting AllowPrivilegeEscalation to true';
  return [field.invalid(SPEC.child('defaultAllowPrivilegeEscalation'), true, detail)];
}

/** One path that is missing ends the search. */
function validateHostPaths(paths: readonly policyv1beta1.AllowedHostPath[], path: Path): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { pathPrefix = '' }] of paths.entries()) {
    if (!pathPrefix) return [...errors, field.required(path.index(i), 'is required')];
    if (pathPrefix.split('/').includes('..'))
      errors.push(field.invalid(path.index(i), pathPrefix, "must not contain '..'"));
  }
  return errors;
}

function validateRuntimeClasses(
  classes: policyv1beta1.RuntimeClassStrategyOptions | undefined,
  path: Path,
): FieldError[] {
  if (!classes) return [];
  const normal = classes.defaultRuntimeClassName;
  // A list that is required and missing reads as null.
  const allowed = classes.allowedRuntimeClassNames ?? [];
  const at = path.child('allowedRuntimeClassNames');
  const any = allowed.includes('*');
  const errors = foundIn(allowed, (name, i) => [
    ...(name === '*' ? [] : each(at.index(i), name, isDNS1123Subdomain(name))),
    ...(allowed.indexOf(name) < i ? [field.duplicate(at.index(i), name)] : []),
  ]);
  if (normal !== undefined) {
    errors.push(...each(path.child('defaultRuntimeClassName'), normal, isDNS1123Subdomain(normal)));
    if (!any && !allowed.includes(normal))
      errors.push(field.required(at, `default ${JSON.stringify(normal)} must be allowed`));
  }
  if (any && allowed.length > 1) {
    const detail = "if '*' is present, must not specify other RuntimeClass names";
    errors.push(invalidStruct(at, goStrings(allowed), detail));
  }
  return errors;
}
