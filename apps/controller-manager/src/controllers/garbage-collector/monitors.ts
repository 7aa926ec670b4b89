import { setMaxListeners } from 'node:events';
import type { ResourceToken } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import { describe } from '@navarch/base';
import { SharedInformer } from '@navarch/client';
import type { ControllerContext } from '../../context';
import { discover } from '../../shared/discovery';
import type { DependencyGraph } from './graph';

/** IGNORED are resources that never own and are never owned: they only cost. */
const IGNORED = new Set(['events', 'events.events.k8s.io']);
/** SYNC_MS is how long a resource may take to be listed before the collector begins without it. */
const SYNC_MS = 30_000;

/** Monitors keeps an informer over the metadata of every resource that can be deleted, listed and watched, and feeds the graph. */
export class Monitors {
  kinds: ReadonlyMap<string, ResourceToken<KubeObject>> = new Map();
  /** learned resolves when the server's resources are known for the first time. */
  readonly learned: Promise<void>;
  private resolveLearned: () => void = () => undefined;
  private readonly monitors = new Map<string, { informer: SharedInformer<KubeObject>; abort: AbortController }>();

  constructor(
    private readonly context: ControllerContext,
    private readonly graph: DependencyGraph,
    /** requeue looks at an object again. */
    readonly requeue: (uid: string) => void,
  ) {
    this.learned = new Promise(resolve => (this.resolveLearned = resolve));
  }

  /** sync asks what the server serves now, and begins and ends informers accordingly. It answers whether all of it was learned. */
  async sync(signal: AbortSignal): Promise<boolean> {
    const { resources, kinds, failures } = await discover(this.context.client);
    this.kinds = kinds;
    const wanted = new Map<string, ResourceToken<KubeObject>>();
    for (const { token, verbs } of resources) {
      const id = token.group ? `${token.resource}.${token.group}` : token.resource;
      if (!IGNORED.has(id) && ['delete', 'list', 'watch'].every(verb => verbs.has(verb))) wanted.set(id, token);
    }
    for (const [id, token] of wanted) if (!this.monitors.has(id)) this.begin(id, token, signal);
    // A group that did not answer keeps its informers: it may be back soon.
    if (!failures.length) for (const id of [...this.monitors.keys()]) if (!wanted.has(id)) this.end(id);
    this.resolveLearned();
    for (const { groupVersion, error } of failures)
      this.context.log.warn('discovery failed', { groupVersion, err: describe(error) });
    return failures.length === 0;
  }

  /** synced resolves when all informers have listed, or after thirty seconds. */
  async synced(signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(SYNC_MS)]);
    // Each informer listens.
    setMaxListeners(0, limit);
    await Promise.allSettled([...this.monitors.values()].map(({ informer }) => informer.synced(limit)));
    signal.throwIfAborted();
  }

  /** stop ends all informers and resolves when none runs. */
  async stop(): Promise<void> {
    const running = [...this.monitors.values()].map(({ informer, abort }) => {
      abort.abort();
      return informer.running;
    });
    this.monitors.clear();
    await Promise.all(running);
  }

  private begin(id: string, token: ResourceToken<KubeObject>, signal: AbortSignal): void {
    const abort = new AbortController();
    const { client, clock, log } = this.context;
    const informer = new SharedInformer(client, token, { metadataOnly: true }, { clock, log });
    informer.addHandler({
      added: object => this.graph.observe(token, object),
      updated: (_old, object) => this.graph.observe(token, object),
      deleted: ({ metadata }) => this.graph.remove(metadata?.uid ?? ''),
    });
    this.monitors.set(id, { informer, abort });
    informer.start(AbortSignal.any([abort.signal, signal]));
  }

  private end(id: string): void {
    const monitor = this.monitors.get(id);
    this.monitors.delete(id);
    monitor?.abort.abort();
    // With a resource its objects are gone.
    for (const { metadata } of monitor?.informer.list() ?? []) this.graph.remove(metadata?.uid ?? '');
  }
}
