import type { corev1, nodev1 } from '@navarch/api';
import { StatusError } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isDeepStrictEqual } from 'node:util';
import type { Lookup } from '../lookup';
import { mergeTolerations } from './pod-placement/pod-toleration-restriction';
import { isResource, refuse } from './refuse';

/** RuntimeClassAdmission gives a pod the overhead and the scheduling rules of its RuntimeClass. */
export class RuntimeClassAdmission implements AdmissionPlugin {
  readonly name = 'RuntimeClass';

  constructor(private readonly classes: Lookup<nodev1.RuntimeClass>) {}

  handles(attributes: AdmissionAttributes): boolean {
    return attributes.operation === 'CREATE' && isResource(attributes, 'pods');
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const pod = attributes.object as corev1.Pod;
    const runtimeClass = await this.classOf(attributes, pod);
    if (!runtimeClass) return;
    setOverhead(attributes, pod, runtimeClass.overhead?.podFixed);
    setScheduling(attributes, pod, runtimeClass.scheduling);
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const pod = attributes.object as corev1.Pod;
    const runtimeClass = await this.classOf(attributes, pod);
    const overhead = pod.spec?.overhead;
    if (runtimeClass?.overhead && !isDeepStrictEqual(overhead ?? {}, runtimeClass.overhead.podFixed ?? {})) {
      throw refuse(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }
    if (!runtimeClass?.overhead && overhead && Object.keys(overhead).length) {
      throw refuse(attributes, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    }
  }

  private async classOf(attributes: AdmissionAttributes, pod: corev1.Pod): Promise<nodev1.RuntimeClass | undefined> {
    const name = pod.spec?.runtimeClassName;
    if (name === undefined) return undefined;
    if (!name) throw new StatusError(500, '', 'resource name may not be empty');
    const found = await this.classes('', name);
    if (!found) throw refuse(attributes, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
    return found;
  }
}

function setOverhead(
  attributes: AdmissionAttributes,
  pod: corev1.Pod,
  overhead: Record<string, string> | undefined,
): void {
  if (!overhead) return;
  if (pod.spec!.overhead && !isDeepStrictEqual(pod.spec!.overhead, overhead)) {
    throw refuse(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  pod.spec!.overhead = { ...overhead };
}

function setScheduling(
  attributes: AdmissionAttributes,
  pod: corev1.Pod,
  scheduling: nodev1.Scheduling | undefined,
): void {
  if (!scheduling) return;
  const spec = pod.spec!;
  const own = new Map(Object.entries(spec.nodeSelector ?? {}));
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const there = own.get(key);
    if (there !== undefined && there !== value) {
      throw refuse(
        attributes,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${there}`,
      );
    }
    own.set(key, value);
  }
  if (own.size) spec.nodeSelector = Object.fromEntries(own);
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (tolerations.length) spec.tolerations = tolerations;
}
