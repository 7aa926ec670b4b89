import type { corev1 } from '@navarch/api';
import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import type { GracefulDeletion, Minor, Strategy, StrategyContext } from '../../../kind';
import { semanticEqual } from '../../../shared/equal';
import { keep, keepGeneration, setGeneration } from '../../../shared/keep';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { MERGES_LABEL_KEYS, mergeLabelKeys } from './label-keys';
import { qosClass } from './qos';
import { takeResources, validateResize } from './resize';
import { LAST_WITH_ANNOTATIONS, syncSeccomp } from './seccomp';
import { nameWarnings, podWarnings } from './warnings';
import { validatePodSpec, validatePodUpdate } from './validation';
import { validatePodAnnotations, validateSeccompMatch } from './validation/annotations';
import { validateEphemeralContainers, validateImageSpaces } from './validation/containers';
import { validatePodStatus } from './validation/status';

const SPEC = Path.at('spec');
const ANNOTATIONS = Path.at('metadata', 'annotations');
const COUNTS_GENERATION = 33;
/** KEEPS_QOS is the first release that keeps the class of a pod whose status comes without. */
const KEEPS_QOS = 29;
const EMPTY: corev1.PodSpec = { containers: [] };

function validatePod({ metadata, spec = EMPTY }: corev1.Pod, context: StrategyContext): FieldError[] {
  return [
    ...validatePodAnnotations(metadata?.annotations, spec, ANNOTATIONS),
    ...validatePodSpec(spec, SPEC, context),
    ...validateTokens(spec),
    // Templates with such images exist, so that pods alone are held to it.
    ...validateImageSpaces(spec.containers, SPEC.child('containers')),
    ...validateImageSpaces(spec.initContainers, SPEC.child('initContainers')),
  ];
}

/** A token is one of an account's. */
function validateTokens({ serviceAccountName, volumes }: corev1.PodSpec): FieldError[] {
  if (serviceAccountName) return [];
  return foundIn(volumes, ({ projected }, i) =>
    foundIn(projected?.sources, ({ serviceAccountToken }, j) => {
      const at = SPEC.child('volumes').index(i).child('projected', 'sources').index(j).child('serviceAccountToken');
      return serviceAccountToken
        ? [field.forbidden(at, 'must not be specified when serviceAccountName is not set')]
        : [];
    }),
  );
}

/** podStrategy is the main endpoint: a new pod is Pending; later only images, deadline and tolerations may change. */
export const podStrategy: Strategy<corev1.Pod> = {
  allowUnconditionalUpdate: true,
  prepareForCreate(pod, { emulated }) {
    pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec ?? EMPTY) };
    if (emulated >= COUNTS_GENERATION) setGeneration(pod);
    if (emulated <= LAST_WITH_ANNOTATIONS) syncSeccomp(pod);
    if (emulated >= MERGES_LABEL_KEYS && pod.spec?.affinity) mergeLabelKeys(pod);
  },
  // Components write pods all the time, and nobody there reads warnings.
  warnings: (pod, old, context) =>
    old
      ? []
      : [
          ...nameWarnings(pod, undefined, context, "used in the Pod's hostname"),
          ...podWarnings(pod as corev1.PodTemplateSpec, undefined, Path.at(), context),
        ],
  validate: (pod, context) => [
    ...validatePod(pod, context),
    // They come by their own endpoint only.
    ...(pod.spec?.ephemeralContainers?.length
      ? [field.forbidden(SPEC.child('ephemeralContainers'), 'cannot be set on create')]
      : []),
    ...validateSeccompMatch(pod.metadata ?? {}, pod.spec ?? EMPTY, SPEC, context),
  ],
  prepareForUpdate(pod, old, { emulated }) {
    keep(pod, old, 'status');
    if (pod.spec && old.spec?.ephemeralContainers) pod.spec.ephemeralContainers = old.spec.ephemeralContainers;
    else delete pod.spec?.ephemeralContainers;
    countGeneration(pod, old, emulated);
  },
  validateUpdate: (pod, old, context) => [...validatePod(pod, context), ...validatePodUpdate(pod, old, context)],
};

function countGeneration(pod: corev1.Pod, old: corev1.Pod, emulated: number): void {
  if (emulated >= COUNTS_GENERATION) keepGeneration(pod, old, !semanticEqual(pod.spec, old.spec));
}

/** podStatusStrategy takes status only; owners and the deletion stay as they are. */
export const podStatusStrategy: Strategy<corev1.Pod> = statusStrategy<corev1.Pod>({
  resets: ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'],
  prepareForUpdate(pod, old, { emulated }) {
    pod.metadata ??= {};
    delete pod.metadata.deletionTimestamp;
    if (old.metadata?.deletionTimestamp) pod.metadata.deletionTimestamp = old.metadata.deletionTimestamp;
    if (old.metadata?.ownerReferences) pod.metadata.ownerReferences = old.metadata.ownerReferences;
    else delete pod.metadata.ownerReferences;
    pod.status ??= {};
    if (emulated >= KEEPS_QOS) pod.status.qosClass ||= old.status?.qosClass ?? qosClass(pod.spec ?? EMPTY);
  },
  validateUpdate: validatePodStatus,
});

/** ephemeralContainersStrategy adds ephemeral containers to a running pod; those that are there may not change. */
export const ephemeralContainersStrategy: Strategy<corev1.Pod> = specStrategy<corev1.Pod>({
  prepareForUpdate(pod, old, { emulated }) {
    const added = pod.spec?.ephemeralContainers;
    pod.spec = { ...(old.spec ?? EMPTY), ...(added && { ephemeralContainers: added }) };
    countGeneration(pod, old, emulated);
  },
  validateUpdate(pod, old, context) {
    const path = SPEC.child('ephemeralContainers');
    const now = new Map((pod.spec?.ephemeralContainers ?? []).map(c => [c.name, c]));
    const volumes = new Map((pod.spec?.volumes ?? []).map(v => [v.name, v]));
    const errors = validateEphemeralContainers(pod.spec ?? EMPTY, volumes, path, context);
    for (const [i, before] of (old.spec?.ephemeralContainers ?? []).entries()) {
      const after = now.get(before.name);
      if (!after)
        errors.push(
          field.forbidden(path, `existing ephemeral containers ${JSON.stringify(before.name)} may not be removed`),
        );
      else if (!semanticEqual(after, before)) {
        errors.push(
          field.forbidden(
            path.index(i),
            `existing ephemeral containers ${JSON.stringify(before.name)} may not be changed`,
          ),
        );
      }
    }
    return errors;
  },
});

/** resizeStrategy changes cpu and memory of running containers, nothing else. */
export const resizeStrategy: Strategy<corev1.Pod> = specStrategy<corev1.Pod>({
  prepareForUpdate(pod, old, { emulated }) {
    pod.spec = takeResources(pod.spec, old.spec);
    countGeneration(pod, old, emulated);
  },
  validateUpdate: (pod, old, context) => [...validatePod(pod, context), ...validateResize(pod, old)],
});

/** NEGATIVE_GRACE_SINCE is the first release that takes a negative grace period for a second. */
const NEGATIVE_GRACE_SINCE: Minor = 22;

/** podDeletion gives a running pod the time it asked for; one without a node, or that is over, goes at once. */
export const podDeletion: GracefulDeletion<corev1.Pod> = {
  gracePeriodSeconds(pod, requested, emulated) {
    if (!pod.spec?.nodeName || ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) return undefined;
    const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    return seconds < 0 && emulated >= NEGATIVE_GRACE_SINCE ? 1 : seconds || undefined;
  },
};
