import { Pods, type corev1 } from '@navarch/api';
import { isDeleting, isNotFound, isStatus, type ObjectKey } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import type { Informer } from '@navarch/client';
import type { Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { evictionTime } from './plan';

/** TaintEviction deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer. */
export class TaintEviction {
  constructor(
    private readonly context: ControllerContext,
    private readonly nodes: Informer<corev1.Node>,
    private readonly pods: Informer<corev1.Pod>,
  ) {}

  async reconcile({ namespace, name }: ObjectKey): Promise<Result | void> {
    const pod = this.pods.get(namespace, name);
    const node = pod?.spec?.nodeName ? this.nodes.get('', pod.spec.nodeName) : undefined;
    if (!pod || !node || isDeleting(pod)) return;
    const now = this.context.clock.now();
    const at = evictionTime(pod, node.spec?.taints ?? [], now);
    if (at === undefined) return;
    if (at > now) return { requeueAfterMs: at - now };
    await this.evict(pod);
  }

  private async evict(pod: corev1.Pod): Promise<void> {
    const client = this.context.client.resource(Pods);
    const { namespace = '', name = '', uid } = pod.metadata ?? {};
    this.context.events.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: rfc3339(this.context.clock.now()),
    };
    try {
      const body = { metadata: { uid }, status: { conditions: [condition] } };
      if ((await this.context.release()).has('disruptionMarks'))
        await client.patch(namespace, name, { type: 'strategic', body }, { subresource: 'status' });
      await client.delete(namespace, name, { preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error) && !isStatus(error, 'Conflict')) throw error;
    }
  }
}
