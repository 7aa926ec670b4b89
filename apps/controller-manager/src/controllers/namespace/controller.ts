import { Namespaces, Pods, type corev1 } from '@navarch/api';
import { isDeleting, isNotFound, type ObjectKey, type KubeObject } from '@navarch/apimachinery';
import type { Informer, ListOptions } from '@navarch/client';
import { Controller, enqueueObject, retryOnConflict, type Result, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { discover, type DiscoveredResource } from '../../shared/discovery';
import { semanticEqual } from '../../shared/equality';
import { namespaceConditions, type Findings } from './status';

/**
 * GRACE_MS lets every API server learn that a namespace goes, and what was made in it meanwhile arrive, before it is emptied.
 * Upstream waits as long.
 */
const GRACE_MS = 5_000;

/** startNamespace empties and finalizes the namespaces that are being deleted. */
export function startNamespace(context: ControllerContext): Runnable[] {
  const namespaces = context.informers.informer(Namespaces);
  const pods = context.informers.informer(Pods);
  const reconciler = new NamespaceReconciler(context, namespaces);
  const controller = new Controller({
    ...standard(context),
    name: 'namespace',
    concurrency: 10,
    waitFor: [namespaces],
    queue: { initialMs: 50, maxMs: 60_000 },
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  namespaces.addHandler(enqueueObject(queue, isDeleting));
  // Pods are what a deletion mostly waits for.
  pods.addHandler({
    deleted: ({ metadata }) => {
      const namespace = namespaces.get('', metadata?.namespace ?? '');
      if (namespace && isDeleting(namespace)) queue.add(metadata?.namespace ?? '');
    },
  });
  return [{ name: 'namespace', run: signal => controller.run(signal) }];
}

class NamespaceReconciler {
  constructor(
    private readonly context: ControllerContext,
    private readonly namespaces: Informer<corev1.Namespace>,
  ) {}

  /** reconcile deletes all content; when none is left it takes the `kubernetes` finalizer away, with which the namespace goes. */
  async reconcile({ name }: ObjectKey): Promise<Result | void> {
    const namespace = this.namespaces.get('', name);
    if (!namespace || !isDeleting(namespace) || !namespace.spec?.finalizers?.length) return;
    const early = Date.parse(namespace.metadata!.deletionTimestamp!) + GRACE_MS - this.context.clock.now();
    if (early > 0) return { requeueAfterMs: early };
    const { findings, graceSeconds, failure } = await this.deleteContent(name);
    await this.updateConditions(name, findings);
    if (failure !== undefined) throw failure;
    if (findings.remaining.size) return { requeueAfterMs: (Math.ceil(graceSeconds / 2) + 1) * 1000 };
    await this.finalize(name);
  }

  private async deleteContent(name: string): Promise<{ findings: Findings; graceSeconds: number; failure: unknown }> {
    const { resources, failures } = await discover(this.context.client);
    const remaining = new Map<string, number>();
    const finalizers = new Map<string, number>();
    const deletionFailures: string[] = [];
    let failure: unknown = failures[0]?.error;
    let graceSeconds = 0;
    const deletable = resources.filter(
      ({ token, verbs }) => token.namespaced && verbs.has('delete') && verbs.has('list'),
    );
    await Promise.all(
      deletable.map(async found => {
        try {
          const left = await this.deleteAll(name, found);
          if (!left.length) return;
          remaining.set(`${found.token.resource}.${found.token.group}`, left.length);
          for (const object of left) {
            for (const finalizer of object.metadata?.finalizers ?? [])
              finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
            graceSeconds = Math.max(graceSeconds, object.metadata?.deletionGracePeriodSeconds ?? 0);
          }
        } catch (error) {
          deletionFailures.push((error as Error).message);
          failure ??= error;
        }
      }),
    );
    const discoveryFailures = failures.map(({ groupVersion, error }) => `${groupVersion}: ${(error as Error).message}`);
    return { findings: { discoveryFailures, deletionFailures, remaining, finalizers }, graceSeconds, failure };
  }

  /** deleteAll deletes the objects of one resource and answers those that are still there. */
  private async deleteAll(namespace: string, { token, verbs }: DiscoveredResource): Promise<readonly KubeObject[]> {
    const client = this.context.client.resource(token);
    const metadataOnly: ListOptions = { metadataOnly: true };
    const before = await client.list(namespace, metadataOnly);
    if (!before.items.length) return [];
    if (verbs.has('deletecollection')) await client.deleteCollection(namespace, { propagationPolicy: 'Background' });
    else {
      for (const { metadata } of before.items) {
        await client
          .delete(namespace, metadata?.name ?? '', { propagationPolicy: 'Background' })
          .catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
          });
      }
    }
    return (await client.list(namespace, metadataOnly)).items;
  }

  private updateConditions(name: string, findings: Findings): Promise<void> {
    const client = this.context.client.resource(Namespaces);
    return retryOnConflict(async () => {
      const fresh = await client.get('', name);
      const known = fresh.status?.conditions ?? [];
      const conditions = namespaceConditions(known, findings, this.context.clock.now());
      // A namespace that is emptied at once needs no conditions.
      const unremarkable = !known.length && conditions.every(condition => condition.status === 'False');
      const status = { ...fresh.status, phase: 'Terminating', ...(!unremarkable && { conditions }) };
      if (!semanticEqual(fresh.status, status)) await client.updateStatus({ ...fresh, status });
    }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  private async finalize(name: string): Promise<void> {
    const client = this.context.client.resource(Namespaces);
    try {
      await retryOnConflict(async () => {
        const fresh = await client.get('', name);
        const finalizers = (fresh.spec?.finalizers ?? []).filter(finalizer => finalizer !== 'kubernetes');
        await client.updateSubresource({ ...fresh, spec: { ...fresh.spec, finalizers } }, 'finalize');
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
