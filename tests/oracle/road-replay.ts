import { startRecordedCluster, type RecordedCluster, type Road } from './recorded-cluster';
import type { CaseFailure, Recordings } from './recordings';

/** RoadReplay runs all cases by one road, one after the other, and keeps what came of each until a test asks. */
export class RoadReplay {
  private readonly results = new Map<string, Deferred<readonly CaseFailure[]>>();
  private running: Promise<void> = Promise.resolve();
  private cluster: RecordedCluster | undefined;
  private stopped = false;

  /** differing are the cases (`category/name`) that this road is known to answer otherwise. */
  constructor(
    private readonly road: Road,
    private readonly recordings: Recordings,
    private readonly differing: ReadonlySet<string>,
  ) {
    for (const one of recordings.cases) this.results.set(`${one.category}/${one.name}`, deferred());
  }

  /** start begins with a cluster of its own; without one all cases fail. */
  start(): void {
    this.running = this.run().catch((error: unknown) => {
      for (const result of this.results.values()) result.reject(error);
    });
  }

  /** result is what came of a case (`category/name`), once it has had its turn: the steps that differ. */
  result(id: string): Promise<readonly CaseFailure[]> {
    return this.results.get(id)!.promise;
  }

  /** stop ends the replay behind the case under way, and the cluster. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    await this.cluster?.stop();
  }

  private async run(): Promise<void> {
    this.cluster = await startRecordedCluster(this.road);
    const replay = this.recordings.replayer(this.cluster.target);
    for (const one of this.recordings.cases) {
      if (this.stopped) return;
      const id = `${one.category}/${one.name}`;
      const result = this.results.get(id)!;
      const twice = async () => {
        const failures = await replay(one);
        // Ages are whole seconds: a case that runs across the turn of one sees `1s` for `0s`. It gets another try.
        return failures.length && !this.differing.has(id) && !this.stopped ? replay(one) : failures;
      };
      await twice().then(result.resolve, result.reject);
    }
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // A case that no test asks for any more fails unseen.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
