/** HttpsTarget is a Kubernetes API server and who asks; PEM texts. */
export interface HttpsTarget {
  readonly kind: 'https';
  readonly url: string;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
}

/** NatsTarget is the cluster bus; files. */
export interface NatsTarget {
  readonly kind: 'nats';
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export type Target = HttpsTarget | NatsTarget;

/** Job is what the load process is told to do. */
export type Job =
  /** setup makes the namespaces, and the accounts that pods run as. */
  | { readonly do: 'setup' }
  /** create makes pods number `from` up to `from + count`. */
  | { readonly do: 'create'; readonly from: number; readonly count: number; readonly inFlight: number }
  | { readonly do: 'get' | 'patch'; readonly pods: number; readonly count: number; readonly inFlight: number }
  /** list asks for all pods, one list after the other. */
  | { readonly do: 'list'; readonly count: number; readonly query: string }
  /** watch opens watches and, with perSecond, creates pods and waits until every watch has seen each. */
  | {
      readonly do: 'watch';
      readonly watches: number;
      readonly perConnection: number;
      readonly perSecond: number;
      readonly seconds: number;
    }
  /** open only opens watches and keeps them until close. */
  | { readonly do: 'open'; readonly watches: number; readonly perConnection: number }
  | { readonly do: 'close' }
  /** etcd writes values of `bytes` bytes, one transaction each, without any API server. */
  | {
      readonly do: 'etcd';
      readonly url: string;
      readonly count: number;
      readonly inFlight: number;
      readonly bytes: number;
    }
  | { readonly do: 'clean' };

/** Figures are what a job came to. */
export interface Figures {
  /** done requests in `ms` milliseconds; `failed` of them were answered with an error. */
  readonly done: number;
  readonly failed: number;
  readonly ms: number;
  readonly bytes: number;
  /** latencies in milliseconds, sorted: of requests, or of deliveries to watchers. */
  readonly latencies: readonly number[];
}

/** percentile picks from sorted values. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
