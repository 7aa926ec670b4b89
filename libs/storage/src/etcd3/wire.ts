import { StatusError } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import type { Revision } from '../interface';
import type { EtcdChannel, RpcStream } from './channel';
import { compactedError } from './errors';
import { decodeWatch, encodeWatch, type EtcdEvent, type WatchAnswer, type WatchRequest } from './messages';

export interface EtcdWatchOptions extends WatchRequest {
  readonly signal: AbortSignal;
}

/** EtcdWatchResponse carries whole revisions: no later response has an event of a revision seen here. */
export interface EtcdWatchResponse {
  /** created is set on the first response, which has no events. */
  readonly created: boolean;
  /** storeRevision is the answering member's, which may be ahead of the events. */
  readonly storeRevision: Revision;
  readonly events: readonly EtcdEvent[];
}

/** CREATE_TIMEOUT_MS is how long a member may take to confirm a watch. */
const CREATE_TIMEOUT_MS = 10_000;

/** runWatch drives one watch stream until the signal aborts (resolves) or it breaks (rejects). */
export function runWatch(
  channel: EtcdChannel,
  clock: Clock,
  options: EtcdWatchOptions,
  onResponse: (response: EtcdWatchResponse) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let over = false;
    let stream: RpcStream | undefined;
    const finish = (error?: unknown) => {
      if (over) return;
      over = true;
      timer[Symbol.dispose]();
      options.signal.removeEventListener('abort', onAbort);
      stream?.cancel();
      if (error === undefined) resolve();
      else reject(error as Error);
    };
    const onAbort = () => finish();
    const timer = clock.after(CREATE_TIMEOUT_MS, () =>
      finish(new Error('DEADLINE_EXCEEDED: the watch was not confirmed')),
    );
    const onMessage = (message: Buffer) => {
      if (over) return;
      try {
        const answer = decodeWatch(message);
        if (answer.cancelled) throw cancelled(answer);
        if (answer.created) timer[Symbol.dispose]();
        onResponse(answer);
      } catch (error) {
        finish(error);
      }
    };
    if (options.signal.aborted) return finish();
    options.signal.addEventListener('abort', onAbort, { once: true });
    channel
      .stream('/etcdserverpb.Watch/Watch', encodeWatch(options), onMessage, error =>
        finish(error ?? new Error('UNAVAILABLE: the watch stream ended')),
      )
      .then(opened => {
        stream = opened;
        if (over) opened.cancel();
      }, finish);
  });
}

function cancelled({ compactRevision, cancelReason }: WatchAnswer): Error {
  if (compactRevision) return compactedError();
  return new StatusError(503, 'ServiceUnavailable', `etcd cancelled the watch: ${cancelReason}`);
}
