import type { corev1 } from '@navarch/api';
import { field, foundIn, isDNS1123Label, type FieldError, type Path } from '@navarch/apimachinery';
import { each, invalidStruct, oneOf, type Release } from '../../../../shared/errors';
import { validateEnv, validateEnvFrom } from './env';
import { validateLifecycle, validateProbe } from './handlers';
import { validateVolumeDevices, validateVolumeMounts } from './mounts';
import { validateContainerPorts, validateHostPorts } from './ports';
import { validateResources } from './resources';
import { validateSecurityContext } from './security';
import { goStruct } from '../../../../shared/go-struct';

type Volumes = ReadonlyMap<string, corev1.Volume>;

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
/** PROBES_LAST is the first release that looks at readiness together with the other probes. */
const PROBES_LAST = 25;
const TERMINATION_POLICIES = "must be 'File' or 'FallbackToLogsOnError'";

/** validateContainers checks the main containers of a pod; there has to be one. */
export function validateContainers(spec: corev1.PodSpec, volumes: Volumes, path: Path, release: Release): FieldError[] {
  const containers = spec.containers ?? [];
  if (containers.length === 0) return [field.required(path)];
  const names = new Set<string>();
  const errors = foundIn(containers, (container, i) => [
    ...validateContainer(container, names, volumes, path.index(i), release),
    ...validateMainOnly(container, path.index(i)),
  ]);
  return [...errors, ...validateHostPorts(containers, path, false)];
}

/** validateInitContainers checks those that run first; their names differ from those of the others. */
export function validateInitContainers(
  spec: corev1.PodSpec,
  volumes: Volumes,
  path: Path,
  release: Release,
): FieldError[] {
  const containers = spec.initContainers ?? [];
  const own = new Set<string>();
  const all = new Set((spec.containers ?? []).map(c => c.name));
  // Names are compared among themselves first, then with those of all containers: a finding may come twice.
  return [
    ...foundIn(containers, (container, i) => validateContainer(container, own, volumes, path.index(i), release)),
    ...(release.emulated < PROBES_LAST ? validateHostPorts(containers, path, false) : []),
    ...foundIn(containers, (container, i) => [
      ...(all.has(container.name) ? [field.duplicate(path.index(i).child('name'), container.name)] : []),
      ...validateInitOnly(container, path.index(i), all, release),
    ]),
    ...(release.emulated < PROBES_LAST ? [] : validateHostPorts(containers, path, true)),
  ];
}

/** validateEphemeralContainers checks those added to a running pod, which have no ports, probes, hooks and resources. */
export function validateEphemeralContainers(
  spec: corev1.PodSpec,
  volumes: Volumes,
  path: Path,
  release: Release,
): FieldError[] {
  const others = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const names = new Set(others.map(c => c.name));
  const FORBIDDEN = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resources'] as const;
  return foundIn(spec.ephemeralContainers, (container, i) => {
    const at = path.index(i);
    const target = container.targetContainerName;
    return [
      ...validateContainer(container as corev1.Container, names, volumes, at, release),
      ...(target && !others.some(c => c.name === target)
        ? [field.notFoundValue(at.child('targetContainerName'), target)]
        : []),
      ...FORBIDDEN.filter(name => container[name] && Object.keys(container[name]).length > 0).map(name =>
        field.forbidden(at.child(name), 'cannot be set for an Ephemeral Container'),
      ),
    ];
  });
}

function validateContainer(
  container: corev1.Container,
  names: Set<string>,
  volumes: Volumes,
  path: Path,
  release: Release,
): FieldError[] {
  const { name, image } = container;
  const errors: FieldError[] = [];
  if (!name) errors.push(field.required(path.child('name')));
  else errors.push(...each(path.child('name'), name, isDNS1123Label(name, release)));
  if (names.has(name)) errors.push(field.duplicate(path.child('name'), name));
  names.add(name);
  if (!image) errors.push(field.required(path.child('image')));
  const termination = validateTerminationPolicy(
    container.terminationMessagePolicy,
    path.child('terminationMessagePolicy'),
  );
  const readiness = validateProbe(container.readinessProbe, path.child('readinessProbe'), false);
  const early = release.emulated < PROBES_LAST;
  return [
    ...errors,
    ...validateLifecycle(container.lifecycle, path.child('lifecycle')),
    ...validateProbe(container.livenessProbe, path.child('livenessProbe'), true),
    ...(early ? [] : readiness),
    ...validateProbe(container.startupProbe, path.child('startupProbe'), true),
    ...termination,
    ...(early ? readiness : []),
    ...validateContainerPorts(container.ports, path.child('ports')),
    ...validateEnv(container.env, path.child('env'), release),
    ...validateEnvFrom(container.envFrom, path.child('envFrom'), release),
    ...validateVolumeMounts(container, volumes, path.child('volumeMounts')),
    ...validateVolumeDevices(container, volumes, path.child('volumeDevices'), release),
    ...(container.imagePullPolicy
      ? oneOf(path.child('imagePullPolicy'), container.imagePullPolicy, PULL_POLICIES)
      : [field.required(path.child('imagePullPolicy'))]),
    ...validateResources(container.resources, path.child('resources'), release),
    ...validateSecurityContext(container.securityContext, path.child('securityContext'), release),
  ];
}

function validateTerminationPolicy(policy: string | undefined, path: Path): FieldError[] {
  if (policy === 'File' || policy === 'FallbackToLogsOnError') return [];
  return [policy ? field.invalid(path, policy, TERMINATION_POLICIES) : field.required(path, TERMINATION_POLICIES)];
}

function validateMainOnly(container: corev1.Container, path: Path): FieldError[] {
  if (container.restartPolicy === undefined) return [];
  return [field.forbidden(path.child('restartPolicy'), 'may not be set for non-init containers')];
}

function validateInitOnly(container: corev1.Container, path: Path, names: Set<string>, release: Release): FieldError[] {
  const PARTS = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;
  const typeOf = (part: (typeof PARTS)[number]) => (part === 'lifecycle' ? 'core.Lifecycle' : 'core.Probe');
  const { restartPolicy } = container;
  const errors: FieldError[] = [];
  if (container.name) names.add(container.name);
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    errors.push(...oneOf(path.child('restartPolicy'), restartPolicy, ['Always']));
  }
  if (restartPolicy === 'Always') return errors;
  for (const part of PARTS) {
    if (!container[part]) continue;
    const at = path.child(part);
    errors.push(
      release.emulated >= 29
        ? field.forbidden(at, 'may not be set for init containers without restartPolicy=Always')
        : invalidStruct(
            at,
            goStruct(typeOf(part), container[part], release.emulated),
            'must not be set for init containers',
          ),
    );
  }
  return errors;
}

/** validateImageSpaces checks what only pods are held to, since templates with such images exist. */
export function validateImageSpaces(containers: readonly corev1.Container[] | undefined, path: Path): FieldError[] {
  return foundIn(containers, ({ image = '' }, i) =>
    image.trim() === image
      ? []
      : [field.invalid(path.index(i).child('image'), image, 'must not have leading or trailing whitespace')],
  );
}
