import { connect, type Asked, type Asker } from './askers';
import { writeToEtcd } from './bare-etcd';
import type { Figures, Job, Target } from './job';
import { NAMESPACES, namespaceOf, podBody, podName, statusPatch } from './pods';
import { watchLoad } from './watch-load';

/** CONNECTIONS is over how many connections the requests of a load are spread. */
const CONNECTIONS = 4;

/** runLoad is the load process: it takes jobs from its parent, one after the other, and answers with figures. */
export function runLoad(): void {
  let load: Promise<Load> | undefined;
  process.on('message', (message: { target?: Target; job?: Job }) => {
    if (message.target) load = Load.to(message.target);
    if (message.job) void answer(load!, message.job);
  });
  process.on('disconnect', () => process.exit(0));
}

async function answer(load: Promise<Load>, job: Job): Promise<void> {
  try {
    process.send!({ figures: await (await load).run(job) });
  } catch (error) {
    process.send!({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

class Load {
  private round = 0;
  private open: Asker[] = [];

  private constructor(
    private readonly target: Target,
    private readonly askers: readonly Asker[],
  ) {}

  static async to(target: Target): Promise<Load> {
    return new Load(target, await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(target))));
  }

  async run(job: Job): Promise<Figures> {
    switch (job.do) {
      case 'setup':
        return this.setup();
      case 'create':
        return this.many(job, i => ({
          method: 'POST',
          path: `/api/v1/namespaces/${namespaceOf(job.from + i)}/pods`,
          body: podBody(job.from + i),
        }));
      case 'get':
        return this.many(job, i => ({ method: 'GET', path: pathOf((i * 7919) % job.pods) }));
      case 'patch':
        this.round++;
        return this.many(job, i => ({
          method: 'PATCH',
          path: `${pathOf(i % job.pods)}/status`,
          type: 'application/strategic-merge-patch+json',
          body: statusPatch(this.round * 1_000_000 + i),
        }));
      case 'list':
        return this.many({ count: job.count, inFlight: 1 }, () => ({
          method: 'GET',
          path: `/api/v1/pods?${job.query}`,
        }));
      case 'watch':
        return watchLoad(this.target, this.askers[0]!, job);
      case 'open':
        return this.openWatches(job.watches, job.perConnection);
      case 'close':
        return this.close();
      case 'etcd': {
        const ms = await writeToEtcd(job.url, job.count, job.inFlight, job.bytes);
        return { done: job.count, failed: 0, ms, bytes: 0, latencies: [] };
      }
      case 'clean':
        return this.clean();
    }
  }

  /** many asks `count` requests, `inFlight` at once. */
  private async many(
    { count, inFlight }: { readonly count: number; readonly inFlight: number },
    make: (i: number) => Asked,
  ): Promise<Figures> {
    const latencies: number[] = [];
    let next = 0;
    let failed = 0;
    let bytes = 0;
    const worker = async (asker: Asker) => {
      while (next < count) {
        const request = make(next++);
        const began = performance.now();
        const answer = await asker.ask(request);
        latencies.push(performance.now() - began);
        bytes += answer.bytes;
        if (answer.status >= 300) failed++;
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: inFlight }, (_, i) => worker(this.askers[i % this.askers.length]!)));
    const ms = performance.now() - began;
    return { done: count, failed, ms, bytes, latencies: latencies.sort((a, b) => a - b) };
  }

  private async setup(): Promise<Figures> {
    const asker = this.askers[0]!;
    const make = (path: string, object: object) =>
      asker.ask({ method: 'POST', path, body: Buffer.from(JSON.stringify(object)) });
    for (let i = 0; i < NAMESPACES; i++) {
      const name = namespaceOf(i);
      await make('/api/v1/namespaces', { metadata: { name } });
      // Where no controller makes it. Where one does, this is a conflict, and as good.
      await make(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
    }
    return nothing;
  }

  private async openWatches(watches: number, perConnection: number): Promise<Figures> {
    for (let at = 0; at < watches; at += perConnection) {
      const asker = await connect(this.target);
      this.open.push(asker);
      const some = Math.min(perConnection, watches - at);
      await Promise.all(
        Array.from({ length: some }, (_, i) => {
          const path = `/api/v1/pods?watch=1&resourceVersion=0&fieldSelector=spec.nodeName%3Didle-${at + i}`;
          return asker.watch(path, () => undefined);
        }),
      );
    }
    return nothing;
  }

  private async close(): Promise<Figures> {
    await Promise.all(this.open.map(asker => asker.close()));
    this.open = [];
    return nothing;
  }

  private async clean(): Promise<Figures> {
    for (let i = 0; i < NAMESPACES; i++) {
      const namespace = `/api/v1/namespaces/${namespaceOf(i)}`;
      await this.askers[0]!.ask({ method: 'DELETE', path: `${namespace}/pods?gracePeriodSeconds=0` });
      await this.askers[0]!.ask({ method: 'DELETE', path: namespace });
    }
    return nothing;
  }
}

const nothing: Figures = { done: 0, failed: 0, ms: 0, bytes: 0, latencies: [] };

function pathOf(i: number): string {
  return `/api/v1/namespaces/${namespaceOf(i)}/pods/${podName(i)}`;
}
