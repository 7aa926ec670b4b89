import { systemClock, type Clock } from '@navarch/base';
import { abortable } from '../abortable';
import type { Revision } from '../interface';
import { EtcdChannel, type EtcdTls } from './channel';
import { etcdError, mayElsewhere, wasNeverSent } from './errors';
import {
  decodeLeaseGrant,
  decodeRange,
  decodeSize,
  decodeTxn,
  encodeCompaction,
  encodeLeaseGrant,
  encodeRange,
  encodeStatus,
  encodeTxn,
  type KeyValue,
  type RangeAnswer,
  type RangeRequest,
  type TxnAnswer,
  type TxnRequest,
} from './messages';
import { runWatch, type EtcdWatchOptions, type EtcdWatchResponse } from './wire';

export interface EtcdClientOptions {
  /** endpoints are client URLs, all http or all https. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls;
  readonly clock?: Clock;
  /** timeoutMs bounds each request; 10 seconds unless given. */
  readonly timeoutMs?: number;
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

/** Member is one member of the cluster. The watch has a connection of its own, or a large range would hold up its events. */
interface Member {
  readonly calls: EtcdChannel;
  readonly watches: EtcdChannel;
}

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
  private readonly members: readonly Member[];
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private current = 0;

  constructor(options: EtcdClientOptions) {
    if (!options.endpoints.length) throw new Error('etcd needs at least one endpoint');
    this.clock = options.clock ?? systemClock;
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.members = options.endpoints.map(url => ({
      calls: new EtcdChannel(url, options.tls),
      watches: new EtcdChannel(url, options.tls),
    }));
  }

  async range(request: RangeRequest, signal?: AbortSignal): Promise<RangeAnswer> {
    return decodeRange(await this.call(true, signal, '/etcdserverpb.KV/Range', encodeRange(request)));
  }

  /** swap is one transaction: compare the mod revision, then put or delete, or else read. */
  async swap({ key, expected, value, lease }: Swap, signal?: AbortSignal): Promise<SwapAnswer> {
    const condition = { key: Buffer.from(key), modRevision: expected };
    const { succeeded, revision, present } = await this.txn({ condition, value, ...(lease && { lease }) }, signal);
    return { done: succeeded, revision, ...(present && { present }) };
  }

  /** swapVersion puts value if the key has been written exactly `version` times; else answers the key's version and value. */
  async swapVersion(
    key: string,
    version: number,
    value: string,
  ): Promise<{ done: boolean; revision: Revision; version: number; value: string }> {
    const condition = { key: Buffer.from(key), version };
    const { succeeded, revision, present } = await this.txn({ condition, value: Buffer.from(value) });
    if (succeeded) return { done: true, revision, version: version + 1, value };
    return { done: false, revision, version: present?.version ?? 0, value: present?.value.toString() ?? '' };
  }

  /** revision is the store's, by a linearizable read: it includes every write that was answered before the call. */
  async revision(signal?: AbortSignal): Promise<Revision> {
    return (await this.range({ key: EVERYTHING.key }, signal)).revision;
  }

  /** size is how many bytes the database of the member in use takes. */
  async size(signal?: AbortSignal): Promise<number> {
    return decodeSize(await this.call(true, signal, '/etcdserverpb.Maintenance/Status', encodeStatus()));
  }

  /** grant makes a lease of that many seconds and answers its id. */
  async grant(ttlSeconds: number): Promise<string> {
    return decodeLeaseGrant(
      await this.call(true, undefined, '/etcdserverpb.Lease/LeaseGrant', encodeLeaseGrant(ttlSeconds)),
    );
  }

  /** compact forgets what was before the revision; doing so twice is no error. */
  async compact(revision: Revision): Promise<void> {
    await this.call(true, undefined, '/etcdserverpb.KV/Compact', encodeCompaction(revision)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 410)) throw error;
    });
  }

  /** watch delivers the responses of one etcd watch until the signal aborts; it rejects when the watch breaks (410: compacted). */
  async watch(options: EtcdWatchOptions, onResponse: (response: EtcdWatchResponse) => void): Promise<void> {
    const member = this.current;
    try {
      await runWatch(this.members[member]!.watches, this.clock, options, onResponse);
    } catch (error) {
      const mapped = etcdError(error);
      if (mayElsewhere(mapped)) this.leave(member);
      throw mapped;
    }
  }

  close(): void {
    for (const { calls, watches } of this.members) {
      calls.close();
      watches.close();
    }
  }

  private async txn(request: TxnRequest, signal?: AbortSignal): Promise<TxnAnswer> {
    return decodeTxn(await this.call(false, signal, '/etcdserverpb.KV/Txn', encodeTxn(request)));
  }

  private async call(
    repeatable: boolean,
    signal: AbortSignal | undefined,
    path: string,
    message: Buffer,
  ): Promise<Buffer> {
    for (let attempt = 1; ; attempt++) {
      const member = this.current;
      try {
        return await abortable(this.members[member]!.calls.unary(path, message, this.timeoutMs), signal);
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
