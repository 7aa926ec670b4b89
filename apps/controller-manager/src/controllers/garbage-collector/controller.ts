import { APIServices, CustomResourceDefinitions } from '@navarch/api';
import { Controller, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { DependencyGraph } from './graph';
import { Monitors } from './monitors';
import { Collector } from './reconciler';

const RESYNC = 'resync';
/** RETRY_MS is when discovery is tried again after a group did not answer. */
const RETRY_MS = 30_000;

/** startGarbageCollector collects objects whose owners are gone. What resources there are follows the CRDs and APIServices. */
export function startGarbageCollector(context: ControllerContext): Runnable[] {
  const crds = context.informers.informer(CustomResourceDefinitions, { metadataOnly: true });
  const apiServices = context.informers.informer(APIServices);
  const graph = new DependencyGraph({
    attemptToDelete: ({ uid }) => deleting.queue.add(uid),
    attemptToOrphan: ({ uid }) => orphaning.queue.add(uid),
  });
  const monitors = new Monitors(context, graph, uid => deleting.queue.add(uid));
  const collector = new Collector(context, graph, monitors);
  const common = { ...standard(context), concurrency: 20 };
  const deleting = new Controller({
    ...common,
    name: 'garbage_collector_attempt_to_delete',
    queue: { maxMs: 60_000, perSecond: 100, burst: 1000 },
    reconcile: ({ name }) => collector.attemptToDelete(name),
  });
  const orphaning = new Controller({
    ...common,
    name: 'garbage_collector_attempt_to_orphan',
    queue: { maxMs: 60_000 },
    reconcile: ({ name }) => collector.attemptToOrphan(name),
  });
  const resyncing = new Controller({
    ...standard(context),
    name: 'garbage_collector_resync',
    concurrency: 1,
    reconcile: async (_key, signal) => ((await monitors.sync(signal)) ? undefined : { requeueAfterMs: RETRY_MS }),
  });
  // The server needs a moment after a CRD is established until it serves it.
  const resync = () => {
    resyncing.queue.addAfter(RESYNC, 500);
  };
  crds.addHandler({ added: resync, updated: resync, deleted: resync });
  apiServices.addHandler({ added: resync, updated: resync, deleted: resync });

  const run = async (signal: AbortSignal) => {
    try {
      resyncing.queue.add(RESYNC);
      const watching = resyncing.run(signal);
      await Promise.race([monitors.learned, watching]);
      await monitors.synced(signal).catch(() => undefined);
      await Promise.all([watching, deleting.run(signal), orphaning.run(signal)]);
    } finally {
      await monitors.stop();
    }
  };
  return [{ name: 'garbage_collector', run }];
}
