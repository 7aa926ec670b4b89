import { Pods, type ResourceToken, type corev1 } from '@navarch/api';
import { isNotFound, isStatus, type KubeObject } from '@navarch/apimachinery';
import type { EventRecorder, KubeClient } from '@navarch/client';
import { controllerReference } from '@navarch/controller-runtime';

/** podFromTemplate makes the pod that a template describes, owned by its controller. */
export function podFromTemplate(
  token: ResourceToken,
  owner: KubeObject,
  template: corev1.PodTemplateSpec | undefined,
): corev1.Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata?.name}-`,
      namespace: owner.metadata?.namespace,
      ...(labels && { labels: { ...labels } }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(token, owner)],
    },
    spec: structuredClone(template?.spec),
  } as corev1.Pod;
}

/** isNamespaceTerminating: the create was refused because the whole namespace is going; not worth a retry. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    isStatus(error, 'Forbidden') && (error.details?.causes ?? []).some(cause => cause.reason === 'NamespaceTerminating')
  );
}

/** PodControl creates and deletes a controller's pods and tells of it in events about the owner. */
export class PodControl {
  constructor(
    private readonly client: KubeClient,
    private readonly events: EventRecorder,
  ) {}

  /** create rejects with what the server said. */
  async create(owner: KubeObject, pod: corev1.Pod): Promise<corev1.Pod> {
    try {
      const created = await this.client.resource(Pods).create(pod);
      this.events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata?.name}`);
      return created;
    } catch (error) {
      if (!isNamespaceTerminating(error))
        this.events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${(error as Error).message}`);
      throw error;
    }
  }

  /** delete deletes this very pod; one that is gone already is fine. */
  async delete(owner: KubeObject, pod: corev1.Pod): Promise<void> {
    const { namespace = '', name = '', uid } = pod.metadata ?? {};
    try {
      await this.client.resource(Pods).delete(namespace, name, { preconditions: { uid } });
      this.events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } catch (error) {
      if (isNotFound(error) || isStatus(error, 'Conflict')) return;
      this.events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${(error as Error).message}`);
      throw error;
    }
  }
}
