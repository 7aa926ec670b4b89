import { Nodes, type corev1 } from '@navarch/api';
import { isDeleting, isNotFound } from '@navarch/apimachinery';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { CidrSet } from './cidr-set';

/** startNodeIpam gives each node a pod range of its own out of the cluster's, with `--allocate-node-cidrs`. */
export function startNodeIpam(context: ControllerContext): Runnable[] {
  const { allocateNodeCidrs, clusterCidr, nodeCidrMaskSize } = context.settings;
  if (!allocateNodeCidrs || !clusterCidr) return [];
  const nodes = context.informers.informer(Nodes);
  const set = new CidrSet(clusterCidr, nodeCidrMaskSize);
  /** given are the ranges that we decided on, by node uid: the cache may lag behind them. */
  const given = new Map<string, string>();
  const controller = new Controller({
    ...standard(context),
    name: 'node_ipam',
    // One at a time: two nodes must not take the same range.
    concurrency: 1,
    waitFor: [nodes],
    reconcile: async ({ name }) => {
      const node = nodes.get('', name);
      if (!node || isDeleting(node) || node.spec?.podCIDR) return;
      const uid = node.metadata?.uid ?? '';
      const cidr = given.get(uid) ?? set.next();
      if (cidr === undefined) {
        context.events.event(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
        throw new Error(`failed to allocate cidr from cluster cidr ${clusterCidr}: range is full`);
      }
      given.set(uid, cidr);
      await context.client
        .resource(Nodes)
        .patch('', name, { type: 'strategic', body: { metadata: { uid }, spec: { podCIDR: cidr, podCIDRs: [cidr] } } })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
          release(node);
        });
    },
  });
  const release = ({ metadata, spec }: corev1.Node) => {
    const cidr = given.get(metadata?.uid ?? '') ?? spec?.podCIDR;
    given.delete(metadata?.uid ?? '');
    if (cidr) set.release(cidr);
  };
  // Registered first: ranges that nodes have are taken before a node without one is looked at.
  nodes.addHandler({
    added: ({ spec }) => spec?.podCIDR && set.occupy(spec.podCIDR),
    updated: (_old, { spec }) => spec?.podCIDR && set.occupy(spec.podCIDR),
    deleted: release,
  });
  nodes.addHandler(enqueueObject(controller.queue));
  return [{ name: 'node_ipam', run: signal => controller.run(signal) }];
}
