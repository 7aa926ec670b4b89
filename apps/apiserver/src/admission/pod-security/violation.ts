import type { corev1 } from '@navarch/api';

/** Violation is one way in which a pod breaks a Pod Security Standard. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** PodParts is what the checks look at. */
export interface PodParts {
  readonly spec: corev1.PodSpec;
  readonly annotations: Readonly<Record<string, string>>;
}

/** PodCheck is one requirement of a standard as a release (its minor number) has it; undefined if the pod meets it. Pure. */
export type PodCheck = (pod: PodParts, minor: number) => Violation | undefined;

/** VersionedCheck is a check that a standard has had since a release; since ever unless said. */
export interface VersionedCheck {
  readonly check: PodCheck;
  readonly since?: number;
}

/** Container is a container of any sort. */
export type Container = corev1.Container | corev1.EphemeralContainer;

/** containersOf lists a pod's containers: init ones first, as messages do. */
export function containersOf({ spec }: PodParts): Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** quoted renders names: `"a", "b"`. */
export function quoted(names: readonly string[]): string {
  return names.map(name => JSON.stringify(name)).join(', ');
}

/** namedContainers renders `container "a"` or `containers "a", "b"`. */
export function namedContainers(names: readonly string[]): string {
  return `${names.length === 1 ? 'container' : 'containers'} ${quoted(names)}`;
}

/** names of the containers that fail. */
export function namesWhere(pod: PodParts, bad: (container: Container) => boolean): string[] {
  return containersOf(pod)
    .filter(bad)
    .map(container => container.name ?? '');
}

/** podAndContainers renders who set something forbidden: the pod, containers, or both. */
export function podAndContainers(pod: boolean, names: readonly string[]): string {
  return [...(pod ? ['pod'] : []), ...(names.length ? [namedContainers(names)] : [])].join(' and ');
}
