import type { policyv1beta1 } from '@navarch/api';
import { field, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct, oneOf, type Release } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { validateAllowedSysctls } from './sysctls';

type Spec = policyv1beta1.PodSecurityPolicySpec;

const SPEC = Path.at('spec');
const NONE = {} as Spec;
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
export function validatePolicy({ spec = NONE }: policyv1beta1.PodSecurityPolicy, release: Release): FieldError[] {
  return [
    ...validateStrategy(spec.runAsUser, SPEC.child('runAsUser'), ['MustRunAs', 'MustRunAsNonRoot', 'RunAsAny']),
    ...(spec.runAsGroup ? validateStrategy(spec.runAsGroup, SPEC.child('runAsGroup'), ANY) : []),
    ...oneOf(SPEC.child('seLinux', 'rule'), spec.seLinux?.rule, ['MustRunAs', 'RunAsAny']),
    ...validateStrategy(spec.supplementalGroups, SPEC.child('supplementalGroups'), ANY),
    ...validateStrategy(spec.fsGroup, SPEC.child('fsGroup'), ANY),
    ...(spec.volumes ?? []).flatMap(volume => oneOf(SPEC.child('volumes'), volume, VOLUMES)),
    ...validateCapabilities(spec, release),
    ...validateEscalation(spec),
    ...(spec.allowedProcMountTypes ?? []).flatMap((type, i) =>
      oneOf(SPEC.child('allowedProcMountTypes').index(i), type, ['Default', 'Unmasked']),
    ),
    ...(spec.allowedHostPaths ?? []).flatMap((path, i) =>
      validateHostPath(path, SPEC.child('allowedHostPaths').index(i)),
    ),
    ...(spec.allowedFlexVolumes ?? []).flatMap(({ driver }, i) =>
      driver
        ? []
        : [
            field.required(
              SPEC.child('allowedFlexVolumes', 'allowedFlexVolumes').index(i).child('driver'),
              'must specify a driver',
            ),
          ],
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
    ...ranges.flatMap((range, i) => validateRange(range, path.child('ranges').index(i))),
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
function validateCapabilities(spec: Spec, release: Release): FieldError[] {
  const dropped = spec.requiredDropCapabilities ?? [];
  const errors: FieldError[] = [];
  if (dropped.length && spec.allowedCapabilities?.includes('*')) {
    const detail = 'must be empty when all capabilities are allowed by a wildcard';
    const go = goStrings(dropped, 'core.Capability');
    errors.push(invalidStruct(Path.at('requiredDropCapabilities'), dropped, go, detail, release));
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

function validateHostPath({ pathPrefix = '' }: policyv1beta1.AllowedHostPath, path: Path): FieldError[] {
  if (!pathPrefix) return [field.required(path, 'is required')];
  return pathPrefix.split('/').includes('..') ? [field.invalid(path, pathPrefix, "must not contain '..'")] : [];
}

function validateRuntimeClasses(
  classes: policyv1beta1.RuntimeClassStrategyOptions | undefined,
  path: Path,
): FieldError[] {
  if (!classes) return [];
  const { allowedRuntimeClassNames: allowed = [], defaultRuntimeClassName: normal } = classes;
  const at = path.child('allowedRuntimeClassNames');
  const isAllowed = normal === undefined || allowed.includes('*') || allowed.includes(normal);
  return [
    ...allowed.flatMap((name, i) => (name === '*' ? [] : each(at.index(i), name, isDNS1123Subdomain(name)))),
    ...(allowed.includes('*') && allowed.length > 1
      ? [field.required(at, "if '*' is present, must not specify other RuntimeClass names")]
      : []),
    ...(normal === undefined ? [] : each(path.child('defaultRuntimeClassName'), normal, isDNS1123Subdomain(normal))),
    ...(isAllowed
      ? []
      : [
          field.required(
            at,
            `default RuntimeClassName ${JSON.stringify(normal)} must be listed in allowedRuntimeClassNames`,
          ),
        ]),
  ];
}
