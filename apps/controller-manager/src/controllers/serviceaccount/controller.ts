import { Namespaces, ServiceAccounts } from '@navarch/api';
import { isAlreadyExists, isDeleting } from '@navarch/apimachinery';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { isNamespaceTerminating } from '../../shared/pod-control';

/** startServiceAccount keeps a service account `default` in every namespace. */
export function startServiceAccount(context: ControllerContext): Runnable[] {
  const namespaces = context.informers.informer(Namespaces);
  const accounts = context.informers.informer(ServiceAccounts);
  const controller = new Controller({
    ...standard(context),
    name: 'serviceaccount',
    concurrency: 1,
    waitFor: [namespaces, accounts],
    reconcile: async ({ name }) => {
      const namespace = namespaces.get('', name);
      if (!namespace || isDeleting(namespace) || accounts.get(name, 'default')) return;
      await context.client
        .resource(ServiceAccounts)
        .create({ metadata: { namespace: name, name: 'default' } })
        .catch((error: unknown) => {
          if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
        });
    },
  });
  namespaces.addHandler(enqueueObject(controller.queue));
  accounts.addHandler({ deleted: ({ metadata }) => controller.queue.add(metadata?.namespace ?? '') });
  return [{ name: 'serviceaccount', run: signal => controller.run(signal) }];
}
