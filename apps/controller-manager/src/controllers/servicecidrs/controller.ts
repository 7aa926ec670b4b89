import { IPAddresses, ServiceCIDRs, type networkingv1 } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { FINALIZER, holding, planCidr, related } from './plan';

const NAME = 'service-cidr-controller';
/** Records that the API server keeps of the addresses of Services. */
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const MANAGER = 'ipallocator.k8s.io';
const READY = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' } as const;
const HELD = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
} as const;

/** startServiceCidrs calls new ranges of service addresses ready, and holds those that are deleted while Services have addresses of them. */
export function startServiceCidrs(context: ControllerContext): Runnable[] {
  const run = async (signal: AbortSignal) => {
    if ((await context.release()).has('serviceCidrs')) await serviceCidrs(context).run(signal);
  };
  return [{ name: NAME, run }];
}

function serviceCidrs(context: ControllerContext): Controller {
  const cidrs = context.informers.informer(ServiceCIDRs);
  const records = context.informers.informer(IPAddresses);
  const client = context.client.resource(ServiceCIDRs);
  const isManaged = ({ metadata }: networkingv1.IPAddress) => metadata?.labels?.[MANAGED_BY] === MANAGER;
  const nameOf = ({ metadata }: { metadata?: { name?: string } }) => metadata?.name ?? '';
  const setFinalizers = (cidr: networkingv1.ServiceCIDR, finalizers: readonly string[]) =>
    client.update({ ...cidr, metadata: { ...cidr.metadata, finalizers: [...finalizers] } });
  const say = async (name: string, condition: typeof READY | typeof HELD) => {
    const body = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name },
      status: { conditions: [{ type: 'Ready', ...condition, lastTransitionTime: rfc3339(context.clock.now()) }] },
    };
    const patch = { type: 'apply', body, fieldManager: NAME, force: true } as const;
    await client.patch('', name, patch, { subresource: 'status' });
  };
  const controller = new Controller({
    ...standard(context),
    name: 'servicecidr',
    waitFor: [cidrs, records],
    reconcile: async ({ name }) => {
      const cidr = cidrs.get('', name);
      if (!cidr) return;
      const addresses = records.list().filter(isManaged).map(nameOf);
      const plan = planCidr(cidr, cidrs.list(), addresses, context.clock.now());
      const finalizers = cidr.metadata?.finalizers ?? [];
      try {
        switch (plan.do) {
          case 'wait':
            return { requeueAfterMs: plan.ms };
          case 'release':
            if (finalizers.includes(FINALIZER))
              await setFinalizers(
                cidr,
                finalizers.filter(other => other !== FINALIZER),
              );
            return;
          case 'hold':
            if (!says(cidr, HELD)) await say(name, HELD);
            return;
          case 'keep':
            if (!finalizers.includes(FINALIZER)) await setFinalizers(cidr, [...finalizers, FINALIZER]);
            if (!says(cidr, READY)) await say(name, READY);
        }
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  });
  const add = (name: string) => controller.queue.add(name);
  cidrs.addHandler(enqueueObject(controller.queue));
  cidrs.addHandler({
    added: cidr => related(cidr, cidrs.list()).forEach(add),
    deleted: cidr => related(cidr, cidrs.list()).forEach(add),
  });
  const look = (record: networkingv1.IPAddress) => {
    if (isManaged(record)) holding(nameOf(record), cidrs.list()).forEach(add);
  };
  records.addHandler({ added: look, deleted: look });
  return controller;
}

function says({ status }: networkingv1.ServiceCIDR, wanted: typeof READY | typeof HELD): boolean {
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  return condition?.status === wanted.status && condition.message === wanted.message;
}
