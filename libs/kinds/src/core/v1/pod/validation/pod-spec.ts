import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  inclusiveRange,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  validateLabels,
  type FieldError,
  type Path,
} from '@navarch/apimachinery';
import { each, oneOf, type Release } from '../../../../shared/errors';
import { validateAffinity, validateTopologySpread } from './affinity';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './containers';
import { validateDNSConfig, validateDNSPolicy, validateHostAliases } from './dns';
import { validateHostPorts } from '../host-ports';
import { validateSleeps } from './handlers';
import { validateResizePolicies } from './resize-policy';
import { validateResources } from './resources';
import { validatePodSecurityContext } from './security';
import { validateTolerations } from './tolerations';
import { validateUserNamespace } from './user-namespaces';
import { validateVolumes } from './volumes';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const MAX_DEADLINE = 2 ** 31 - 1;

/** validatePodSpec checks the spec of a pod or template. The order of the findings is part of the API. */
export function validatePodSpec(spec: corev1.PodSpec, path: Path, release: Release, inTemplate = false): FieldError[] {
  const volumes = new Map<string, corev1.Volume>();
  const name = (value: string | undefined, at: Path, check: (text: string) => string[]) =>
    value ? each(at, value, check(value)) : [];
  return [
    ...validateVolumes(spec.volumes, volumes, path.child('volumes'), release),
    ...validateContainers(spec, volumes, path.child('containers'), release),
    ...validateInitContainers(spec, volumes, path.child('initContainers'), release),
    ...validateEphemeralContainers(spec, volumes, path.child('ephemeralContainers'), release),
    ...validateSleeps(spec, path),
    ...validateResizePolicies(spec, path),
    ...validateRestartPolicy(spec.restartPolicy, path.child('restartPolicy')),
    ...validateDNSPolicy(spec.dnsPolicy, path.child('dnsPolicy')),
    ...validateLabels(spec.nodeSelector, path.child('nodeSelector')),
    ...validateHostPorts(spec, path.child('containers'), release, inTemplate),
    ...validatePodSecurityContext(spec, path.child('securityContext'), release),
    ...validateUserNamespace(spec, path, release),
    ...validateAffinity(spec.affinity, path.child('affinity'), release),
    ...validateDNSConfig(spec.dnsConfig, spec.dnsPolicy, path.child('dnsConfig'), release),
    ...foundIn(spec.readinessGates, ({ conditionType = '' }, i) =>
      each(path.child('readinessGates').index(i).child('conditionType'), conditionType, isQualifiedName(conditionType)),
    ),
    ...validateSchedulingGates(spec, path.child('schedulingGates')),
    ...validateTopologySpread(spec.topologySpreadConstraints, path.child('topologySpreadConstraints'), release),
    ...name(spec.serviceAccountName, path.child('serviceAccountName'), isDNS1123Subdomain),
    ...name(spec.nodeName, path.child('nodeName'), isDNS1123Subdomain),
    ...validateDeadline(spec.activeDeadlineSeconds, path.child('activeDeadlineSeconds')),
    ...name(spec.hostname, path.child('hostname'), text => isDNS1123Label(text, release)),
    ...name(spec.subdomain, path.child('subdomain'), text => isDNS1123Label(text, release)),
    ...validateTolerations(spec.tolerations, path.child('tolerations')),
    ...validateHostAliases(spec.hostAliases, path.child('hostAliases'), release),
    ...name(spec.priorityClassName, path.child('priorityClassName'), isDNS1123Subdomain),
    ...(spec.runtimeClassName === undefined
      ? []
      : each(path.child('runtimeClassName'), spec.runtimeClassName, isDNS1123Subdomain(spec.runtimeClassName))),
    ...validatePreemption(spec.preemptionPolicy, path.child('preemptionPolicy')),
    ...validateOS(spec.os, path.child('os')),
    ...(spec.overhead ? validateResources({ limits: spec.overhead }, path.child('overhead'), release) : []),
  ];
}

function validateRestartPolicy(policy: string | undefined, path: Path): FieldError[] {
  if (!policy) return [field.required(path)];
  return RESTART_POLICIES.includes(policy) ? [] : [field.notSupported(path, policy, RESTART_POLICIES)];
}

function validateDeadline(seconds: number | undefined, path: Path): FieldError[] {
  if (seconds === undefined || (seconds >= 1 && seconds <= MAX_DEADLINE)) return [];
  return [field.invalid(path, seconds, inclusiveRange(1, MAX_DEADLINE))];
}

function validatePreemption(policy: string | undefined, path: Path): FieldError[] {
  const known = ['PreemptLowerPriority', 'Never'];
  if (policy === '') return [field.required(path)];
  return policy === undefined || known.includes(policy) ? [] : [field.notSupported(path, policy, known)];
}

function validateOS(os: corev1.PodOS | undefined, path: Path): FieldError[] {
  if (!os) return [];
  return os.name ? oneOf(path, os.name, ['linux', 'windows']) : [field.required(path.child('name'), 'cannot be empty')];
}

function validateSchedulingGates({ schedulingGates = [], nodeName }: corev1.PodSpec, path: Path): FieldError[] {
  const names = new Set<string>();
  const errors = foundIn(schedulingGates, ({ name }, i) => {
    const found = each(path.index(i), name, isQualifiedName(name));
    if (names.has(name)) found.push(field.duplicate(path.index(i), name));
    names.add(name);
    return found;
  });
  if (nodeName && schedulingGates.length) {
    errors.push(field.forbidden(path, 'cannot be set when spec.nodeName is set'));
  }
  return errors;
}
