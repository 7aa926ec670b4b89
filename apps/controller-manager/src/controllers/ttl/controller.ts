import { Nodes } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { TTL, hasTtl, secondsOf, stepFor } from './plan';

/** startTtl tells kubelets in an annotation of their node how long they may use what they have read, by the size of the cluster. */
export function startTtl(context: ControllerContext): Runnable[] {
  const nodes = context.informers.informer(Nodes);
  let count = 0;
  let step = 0;
  const controller = new Controller({
    ...standard(context),
    name: 'ttlcontroller',
    waitFor: [nodes],
    reconcile: async ({ name }) => {
      const node = nodes.get('', name);
      const seconds = secondsOf(step);
      if (!node || hasTtl(node, seconds)) return;
      const body = { metadata: { annotations: { [TTL]: String(seconds) } } };
      try {
        await context.client.resource(Nodes).patch('', name, { type: 'strategic', body });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  });
  const resize = (by: number) => {
    count += by;
    const next = stepFor(count, step);
    if (next === step) return;
    step = next;
    for (const { metadata } of nodes.list()) controller.queue.add(metadata?.name ?? '');
  };
  nodes.addHandler(enqueueObject(controller.queue));
  nodes.addHandler({ added: () => resize(1), deleted: () => resize(-1) });
  return [{ name: 'ttlcontroller', run: signal => controller.run(signal) }];
}
