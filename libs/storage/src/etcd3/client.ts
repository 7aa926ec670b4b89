import { systemClock, type Clock } from '@navarch/base';
import { Etcd3, type ICompare, type IOptions, type IRequestOp } from 'etcd3';
import { abortable } from '../abortable';
import type { Revision } from '../interface';
import { etcdError, mayElsewhere, wasNeverSent } from './errors';
import { runWatch, toKeyValue, type EtcdWatchOptions, type EtcdWatchResponse, type KeyValue } from './wire';

/** EtcdTls is how the process shows itself to etcd and trusts it; PEM. */
export interface EtcdTls {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export interface EtcdClientOptions {
  /** endpoints are client URLs, all http or all https. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls;
  readonly clock?: Clock;
  /** timeoutMs bounds each request; 10 seconds unless given. */
  readonly timeoutMs?: number;
}

export interface RangeRequest {
  readonly key: string | Buffer;
  /** end makes it the range [key, end); without it only the key. */
  readonly end?: Buffer;
  readonly limit?: number;
  readonly revision?: Revision;
  readonly countOnly?: boolean;
}

export interface RangeAnswer {
  readonly revision: Revision;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  /** count is that of the whole range, whatever the limit. */
  readonly count: number;
}

/** Swap is a write that happens only if the key's mod revision is `expected` (0: the key is absent). */
export interface Swap {
  readonly key: string;
  readonly expected: Revision;
  /** value is put, with the lease if one is named; undefined deletes. */
  readonly value?: Buffer;
  readonly lease?: string;
}

export interface SwapAnswer {
  readonly done: boolean;
  readonly revision: Revision;
  /** present is the key as it is, if the swap was not done and the key exists. */
  readonly present?: KeyValue;
}

// The package's own fault handling sends a transaction again whose outcome is unknown; here only what cannot have happened is.
const noEvent = () => ({ dispose: () => undefined });
const once: NonNullable<NonNullable<IOptions['faultHandling']>['global']> = {
  _altReturn: undefined as never,
  onSuccess: noEvent,
  onFailure: noEvent,
  execute: async fn => fn({ signal: new AbortController().signal }),
};

const channel = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // The watch has a connection of its own, or a large range would hold up its events.
  'grpc.use_local_subchannel_pool': 1,
};

/** rangeEnd is the end of the range of all keys that begin with prefix. */
export function rangeEnd(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1]!++;
  return end;
}

/** EVERYTHING is the range of all keys there can be. */
export const EVERYTHING = { key: Buffer.from([0]), end: Buffer.from([0]) } as const;

/**
 * EtcdClient speaks to one member of an etcd cluster and goes on to the next when that fails. Errors are StatusErrors
 * (see etcdError). A write is sent a second time only if the first certainly did not arrive.
 */
export class EtcdClient {
  private readonly members: Etcd3[];
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private current = 0;

  constructor(options: EtcdClientOptions) {
    if (!options.endpoints.length) throw new Error('etcd needs at least one endpoint');
    const { tls } = options;
    this.clock = options.clock ?? systemClock;
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.members = options.endpoints.map(
      hosts =>
        new Etcd3({
          hosts,
          ...(tls && { credentials: { rootCertificate: tls.ca, privateKey: tls.key, certChain: tls.cert } }),
          grpcOptions: channel,
          faultHandling: { global: once, host: () => once },
        }),
    );
  }

  async range(request: RangeRequest, signal?: AbortSignal): Promise<RangeAnswer> {
    const answer = await this.call(true, signal, (etcd, options) =>
      etcd.kv.range(
        {
          key: Buffer.from(request.key),
          ...(request.end && { range_end: request.end }),
          ...(request.limit && { limit: request.limit }),
          ...(request.revision && { revision: request.revision }),
          ...(request.countOnly && { count_only: true }),
        },
        options,
      ),
    );
    return {
      revision: Number(answer.header.revision),
      kvs: answer.kvs.map(toKeyValue),
      more: answer.more,
      count: Number(answer.count),
    };
  }

  /** swap is one transaction: compare the mod revision, then put or delete, or else read. */
  async swap(swap: Swap, signal?: AbortSignal): Promise<SwapAnswer> {
    const key = Buffer.from(swap.key);
    const compare: ICompare[] = [{ key, target: 'Mod', result: 'Equal', mod_revision: swap.expected }];
    const write: IRequestOp = swap.value
      ? { request_put: { key, value: swap.value, ...(swap.lease && { lease: swap.lease }) } }
      : { request_delete_range: { key } };
    const request = { compare, success: [write], failure: [{ request_range: { key } }] };
    const answer = await this.call(false, signal, (etcd, options) => etcd.kv.txn(request, options));
    const present = answer.succeeded ? undefined : answer.responses[0]?.response_range.kvs[0];
    return {
      done: answer.succeeded,
      revision: Number(answer.header.revision),
      ...(present && { present: toKeyValue(present) }),
    };
  }

  /** swapVersion puts value if the key has been written exactly `version` times; else answers the key's version and value. */
  async swapVersion(
    key: string,
    version: number,
    value: string,
  ): Promise<{ done: boolean; revision: Revision; version: number; value: string }> {
    const name = Buffer.from(key);
    const request = {
      compare: [{ key: name, target: 'Version', result: 'Equal', version }] satisfies ICompare[],
      success: [{ request_put: { key: name, value: Buffer.from(value) } }],
      failure: [{ request_range: { key: name } }],
    };
    const answer = await this.call(false, undefined, (etcd, options) => etcd.kv.txn(request, options));
    const revision = Number(answer.header.revision);
    if (answer.succeeded) return { done: true, revision, version: version + 1, value };
    const present = answer.responses[0]?.response_range.kvs[0];
    return { done: false, revision, version: Number(present?.version ?? 0), value: present?.value.toString() ?? '' };
  }

  /** revision is the store's, by a linearizable read: it includes every write that was answered before the call. */
  async revision(signal?: AbortSignal): Promise<Revision> {
    return (await this.range({ key: EVERYTHING.key }, signal)).revision;
  }

  /** grant makes a lease of that many seconds and answers its id. */
  async grant(ttlSeconds: number): Promise<string> {
    return (
      await this.call(true, undefined, (etcd, options) => etcd.leaseClient.leaseGrant({ TTL: ttlSeconds }, options))
    ).ID;
  }

  /** compact forgets what was before the revision; doing so twice is no error. */
  async compact(revision: Revision): Promise<void> {
    await this.call(true, undefined, (etcd, options) => etcd.kv.compact({ revision }, options)).catch(
      (error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 410)) throw error;
      },
    );
  }

  /** watch delivers the responses of one etcd watch until the signal aborts; it rejects when the watch breaks (410: compacted). */
  async watch(options: EtcdWatchOptions, onResponse: (response: EtcdWatchResponse) => void): Promise<void> {
    const member = this.current;
    try {
      await runWatch(await this.members[member]!.watchClient.watch(), this.clock, options, onResponse);
    } catch (error) {
      const mapped = etcdError(error);
      if (mayElsewhere(mapped)) this.leave(member);
      throw mapped;
    }
  }

  close(): void {
    for (const member of this.members) member.close();
  }

  private async call<T>(
    repeatable: boolean,
    signal: AbortSignal | undefined,
    send: (etcd: Etcd3, options: { deadline: number }) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const member = this.current;
      try {
        return await abortable(send(this.members[member]!, { deadline: Date.now() + this.timeoutMs }), signal);
      } catch (error) {
        if (signal?.aborted) throw error;
        const mapped = etcdError(error);
        if (mayElsewhere(mapped)) this.leave(member);
        const again = mayElsewhere(mapped) && attempt < this.members.length && (repeatable || wasNeverSent(error));
        if (!again) throw mapped;
      }
    }
  }

  /** leave turns to the next member, unless somebody else has done so. */
  private leave(member: number): void {
    if (this.current === member) this.current = (member + 1) % this.members.length;
  }
}
