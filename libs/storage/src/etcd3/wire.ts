import { StatusError } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import type { IKeyValue, IWatchRequest, IWatchResponse } from 'etcd3';
import type { Revision } from '../interface';
import { compactedError } from './errors';

/** KeyValue is a key as etcd holds it. The value is a view into the message it came in: copy what is to be kept. */
export interface KeyValue {
  readonly key: string;
  readonly value: Buffer;
  readonly revision: Revision;
}

export interface EtcdWatchOptions {
  readonly key: string | Buffer;
  readonly end: Buffer;
  readonly startRevision: Revision;
  /** previous asks for the state before each change. */
  readonly previous?: boolean;
  readonly signal: AbortSignal;
}

export interface EtcdEvent {
  readonly deleted: boolean;
  readonly kv: KeyValue;
  readonly previous?: KeyValue;
}

/** EtcdWatchResponse carries whole revisions: no later response has an event of a revision seen here. */
export interface EtcdWatchResponse {
  /** created is set on the first response, which has no events. */
  readonly created: boolean;
  /** storeRevision is the answering member's, which may be ahead of the events. */
  readonly storeRevision: Revision;
  readonly events: readonly EtcdEvent[];
}

interface WatchStream {
  on(event: 'data', fn: (item: IWatchResponse) => void): unknown;
  on(event: 'end', fn: () => void): unknown;
  on(event: 'error', fn: (error: Error) => void): unknown;
  write(item: IWatchRequest): void;
  cancel(): void;
}

/** CREATE_TIMEOUT_MS is how long a member may take to confirm a watch. */
const CREATE_TIMEOUT_MS = 10_000;

export function toKeyValue(kv: IKeyValue): KeyValue {
  return { key: kv.key.toString(), value: kv.value, revision: Number(kv.mod_revision) };
}

/** runWatch drives one watch stream until the signal aborts (resolves) or it breaks (rejects). */
export function runWatch(
  stream: WatchStream,
  clock: Clock,
  options: EtcdWatchOptions,
  onResponse: (response: EtcdWatchResponse) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let over = false;
    const finish = (error?: unknown) => {
      if (over) return;
      over = true;
      timer[Symbol.dispose]();
      options.signal.removeEventListener('abort', onAbort);
      stream.cancel();
      if (error === undefined) resolve();
      else reject(error as Error);
    };
    const onAbort = () => finish();
    const timer = clock.after(CREATE_TIMEOUT_MS, () =>
      finish(new Error('DEADLINE_EXCEEDED: the watch was not confirmed')),
    );
    stream.on('error', finish);
    stream.on('end', () => finish(new Error('UNAVAILABLE: the watch stream ended')));
    stream.on('data', response => {
      if (over) return;
      try {
        if (response.canceled) throw cancelled(response);
        if (response.created) timer[Symbol.dispose]();
        onResponse(toResponse(response));
      } catch (error) {
        finish(error);
      }
    });
    if (options.signal.aborted) return finish();
    options.signal.addEventListener('abort', onAbort, { once: true });
    const { key, end, startRevision, previous = false } = options;
    stream.write({
      create_request: { key: Buffer.from(key), range_end: end, start_revision: startRevision, prev_kv: previous },
    });
  });
}

function cancelled(response: IWatchResponse): Error {
  if (response.compact_revision !== '0') return compactedError();
  return new StatusError(503, 'ServiceUnavailable', `etcd cancelled the watch: ${response.cancel_reason}`);
}

function toResponse(response: IWatchResponse): EtcdWatchResponse {
  return {
    created: response.created,
    storeRevision: Number(response.header.revision),
    events: response.events.map(event => ({
      deleted: event.type === 'Delete',
      kv: toKeyValue(event.kv),
      // Absent previous states arrive as null or as an empty key.
      ...(event.prev_kv?.key.length && { previous: toKeyValue(event.prev_kv) }),
    })),
  };
}
