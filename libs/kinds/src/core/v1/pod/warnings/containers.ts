import type { corev1 } from '@navarch/api';
import { foundIn, parseQuantity, type Path } from '@navarch/apimachinery';
import { CONTAINER_SECCOMP, POD_SECCOMP } from '../seccomp';
import { annotationWarning } from './annotations';

const SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const APPARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead';
const CONTAINER_APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

/** containerWarnings warn of profiles that annotations name in place of fields, and container by container of odd amounts and variables. */
export function containerWarnings(template: corev1.PodTemplateSpec, path: Path): string[] {
  const { metadata, spec } = template;
  const annotations = metadata?.annotations ?? {};
  const { securityContext: shared, initContainers, containers } = spec ?? { containers: [] };
  const warn = (key: string, advice: string) =>
    Object.hasOwn(annotations, key) ? [annotationWarning(path, key, advice)] : [];
  // A pod is not a template: its profiles are brought in step with its annotations.
  const isTemplate = path.toString() !== '<nil>';
  const each = (container: corev1.Container, at: Path) => [
    ...(container.securityContext?.seccompProfile ? [] : warn(CONTAINER_SECCOMP + container.name, SECCOMP)),
    ...(isTemplate && !shared?.appArmorProfile && !container.securityContext?.appArmorProfile
      ? warn(CONTAINER_APPARMOR + container.name, APPARMOR)
      : []),
    ...foundIn(['limits', 'requests'] as const, list =>
      fractionsOf('memory', container.resources?.[list], at.child('resources', list)),
    ),
    ...foundIn(['limits', 'requests'] as const, list =>
      fractionsOf('ephemeral-storage', container.resources?.[list], at.child('resources', list)),
    ),
    ...hiddenVariables(container.env ?? [], at.child('env')),
  ];
  const at = path.child('spec');
  return [
    ...(shared?.seccompProfile ? [] : warn(POD_SECCOMP, SECCOMP)),
    ...foundIn(initContainers, (container, i) => each(container, at.child('initContainers').index(i))),
    ...foundIn(containers, (container, i) => each(container, at.child('containers').index(i))),
  ];
}

type Amounts = Readonly<Record<string, string>> | undefined;

/** fractions warn of amounts of memory and storage that are no whole number of bytes. */
export const fractions = (amounts: Amounts, path: Path): string[] =>
  foundIn(['memory', 'ephemeral-storage'], name => fractionsOf(name, amounts, path));

function fractionsOf(name: string, amounts: Amounts, path: Path): string[] {
  const amount = amounts?.[name];
  if (amount === undefined || parseQuantity(amount).isInteger()) return [];
  const shown = parseQuantity(amount).toString();
  return [
    `${path.key(name).toString()}: fractional byte value ${JSON.stringify(shown)} is invalid, must be an integer`,
  ];
}

function hiddenVariables(env: readonly corev1.EnvVar[], path: Path): string[] {
  const names = new Set<string>();
  return foundIn(env, ({ name, value = '', valueFrom }, i) => {
    if (!names.has(name)) {
      names.add(name);
      return [];
    }
    // A variable that refers to its own earlier value extends it, which is fine, unless that is all.
    const reference = `$(${name})`;
    const extended = !valueFrom && value !== reference && value.includes(reference);
    if (extended) return [];
    const hidden = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
    return [`${path.index(i).toString()}: ${hidden}`];
  });
}
