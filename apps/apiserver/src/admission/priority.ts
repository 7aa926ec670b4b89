import type { corev1, schedulingv1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Lookup } from '../lookup';
import { isResource, refuse } from './refuse';

/** PriorityAdmission computes a pod's priority from its class, and keeps the default class unique. */
export class PriorityAdmission implements AdmissionPlugin {
  readonly name = 'Priority';

  constructor(
    private readonly classes: Lookup<schedulingv1.PriorityClass>,
    private readonly all: () => readonly schedulingv1.PriorityClass[],
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    if (attributes.operation !== 'CREATE' && attributes.operation !== 'UPDATE') return false;
    return isResource(attributes, 'pods') || isResource(attributes, 'priorityclasses.scheduling.k8s.io');
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    if (attributes.resource.resource !== 'pods') return;
    const pod = attributes.object as corev1.Pod;
    if (attributes.operation === 'UPDATE') return keepPriority(pod, attributes.oldObject as corev1.Pod);
    await this.setPriority(attributes, pod);
  }

  validate(attributes: AdmissionAttributes): void {
    if (attributes.resource.resource !== 'priorityclasses') return;
    const own = attributes.object as schedulingv1.PriorityClass;
    if (!own.globalDefault) return;
    const other = defaultClass(this.all());
    if (!other || other.metadata?.name === own.metadata?.name) return;
    throw refuse(
      attributes,
      `PriorityClass ${other.metadata?.name} is already marked as default. Only one default can exist`,
    );
  }

  private async setPriority(attributes: AdmissionAttributes, pod: corev1.Pod): Promise<void> {
    const spec = pod.spec!;
    const chosen = spec.priorityClassName ? await this.classes('', spec.priorityClassName) : defaultClass(this.all());
    if (spec.priorityClassName && !chosen)
      throw refuse(attributes, `no PriorityClass with name ${spec.priorityClassName} was found`);
    if (chosen) spec.priorityClassName = chosen.metadata!.name!;
    const priority = chosen?.value ?? 0;
    const policy = chosen?.preemptionPolicy ?? 'PreemptLowerPriority';
    if (spec.priority !== undefined && spec.priority !== priority) {
      throw refuse(
        attributes,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
      );
    }
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw refuse(
        attributes,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    }
    spec.priority = priority;
    spec.preemptionPolicy = policy;
  }
}

/** keepPriority: an update that leaves out what admission computed means to keep it. */
function keepPriority(pod: corev1.Pod, old: corev1.Pod): void {
  if (!pod.spec || !old.spec) return;
  pod.spec.priority ??= old.spec.priority;
  pod.spec.preemptionPolicy ??= old.spec.preemptionPolicy;
}

/** defaultClass is the global default with the smallest value. */
export function defaultClass(classes: readonly schedulingv1.PriorityClass[]): schedulingv1.PriorityClass | undefined {
  return classes
    .filter(one => one.globalDefault)
    .reduce<schedulingv1.PriorityClass | undefined>(
      (best, one) => (!best || one.value < best.value ? one : best),
      undefined,
    );
}
