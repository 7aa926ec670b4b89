import type { corev1 } from '@navarch/api';
import { field, foundIn, inclusiveRange, type FieldError, type Path } from '@navarch/apimachinery';
import { invalidStruct, oneOf, type Release } from '../../../../shared/errors';
import { validateAppArmor } from './app-armor';
import { validateDescendingPath } from './paths';
import { validateWindowsOptions } from './windows';
import { goStruct } from '../../../../shared/go-struct';

const PROC_MOUNTS = ['Default', 'Unmasked'];
const MAX_ID = 2 ** 31 - 1;
const SYSCTL = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?\\.)*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL_SLASHES = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';

function validateID(id: number | undefined, path: Path): FieldError[] {
  return id === undefined || (id >= 0 && id <= MAX_ID) ? [] : [field.invalid(path, id, inclusiveRange(0, MAX_ID))];
}

/** validateSecurityContext checks that of a container. */
export function validateSecurityContext(
  context: corev1.SecurityContext | undefined,
  path: Path,
  release: Release,
): FieldError[] {
  if (!context) return [];
  const isRefused = context.privileged === true && release.allowPrivileged === false;
  const errors = [
    ...(isRefused ? [field.forbidden(path.child('privileged'), 'disallowed by cluster policy')] : []),
    ...validateID(context.runAsUser, path.child('runAsUser')),
    ...validateID(context.runAsGroup, path.child('runAsGroup')),
    ...validateSeccomp(context.seccompProfile, path.child('seccompProfile')),
    ...validateAppArmor(context.appArmorProfile, path.child('appArmorProfile'), release),
  ];
  if (context.procMount !== undefined) errors.push(...oneOf(path.child('procMount'), context.procMount, PROC_MOUNTS));
  if (context.allowPrivilegeEscalation === false) {
    const refuse = (what: string) =>
      errors.push(
        invalidStruct(
          path,
          goStruct('core.SecurityContext', context, release.emulated),
          `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
        ),
      );
    if (context.privileged) refuse('`privileged` to true');
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  return [...errors, ...validateWindowsOptions(context.windowsOptions, path.child('windowsOptions'))];
}

function validateSeccomp(profile: corev1.SeccompProfile | undefined, path: Path): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile: file } = profile;
  const at = path.child('localhostProfile');
  const errors = type
    ? oneOf(path.child('type'), type, ['Localhost', 'RuntimeDefault', 'Unconfined'])
    : [field.required(path.child('type'), 'type is required when seccompProfile is set')];
  if (type === 'Localhost') {
    if (file === undefined) errors.push(field.required(at, 'must be set when seccomp type is Localhost'));
    else errors.push(...validateDescendingPath(file, at));
  } else if (file !== undefined) {
    const go = goStruct('core.SeccompProfile', profile);
    errors.push(invalidStruct(at, go, 'can only be set when seccomp type is Localhost'));
  }
  return errors;
}

/** validatePodSecurityContext checks that of a pod. */
export function validatePodSecurityContext(spec: corev1.PodSpec, path: Path, release: Release): FieldError[] {
  const { emulated } = release;
  const context = spec.securityContext;
  if (!context) return [];
  const errors: FieldError[] = [];
  errors.push(
    ...validateID(context.fsGroup, path.child('fsGroup')),
    ...validateID(context.runAsUser, path.child('runAsUser')),
    ...validateID(context.runAsGroup, path.child('runAsGroup')),
    ...foundIn(context.supplementalGroups, (id, i) => validateID(id, path.child('supplementalGroups').index(i))),
  );
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(
      field.invalid(
        path.child('shareProcessNamespace'),
        true,
        'ShareProcessNamespace and HostPID cannot both be enabled',
      ),
    );
  }
  errors.push(...validateSysctls(context.sysctls, path.child('sysctls'), emulated >= 23));
  if (context.fsGroupChangePolicy !== undefined) {
    errors.push(...oneOf(path.child('fsGroupChangePolicy'), context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']));
  }
  const among = (name: 'supplementalGroupsPolicy' | 'seLinuxChangePolicy', policies: readonly string[]) =>
    context[name] === undefined ? [] : oneOf(path.child(name), context[name], policies);
  return [
    ...errors,
    ...validateSeccomp(context.seccompProfile, path.child('seccompProfile')),
    ...validateWindowsOptions(context.windowsOptions, path.child('windowsOptions')),
    ...validateAppArmor(context.appArmorProfile, path.child('appArmorProfile'), release),
    ...among('supplementalGroupsPolicy', ['Merge', 'Strict']),
    ...among('seLinuxChangePolicy', ['MountOption', 'Recursive']),
  ];
}

function validateSysctls(sysctls: readonly corev1.Sysctl[] | undefined, path: Path, slashes: boolean): FieldError[] {
  const names = new Set<string>();
  const shape = slashes ? SYSCTL_SLASHES : SYSCTL;
  return foundIn(sysctls, ({ name }, i) => {
    const at = path.index(i).child('name');
    const fine = name && name.length <= 253 && new RegExp(`^(?:${shape})$`).test(name);
    const errors = !name
      ? [field.required(at)]
      : fine
        ? names.has(name)
          ? [field.duplicate(at, name)]
          : []
        : [field.invalid(at, name, `must have at most 253 characters and match regex ${shape}`)];
    names.add(name);
    return errors;
  });
}
