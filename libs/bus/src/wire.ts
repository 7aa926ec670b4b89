/** Header names of the protocol (README.md). Whatever does not begin with `bus-` is a header of the HTTP message. */
export const H = {
  kind: 'bus-kind',
  method: 'bus-method',
  path: 'bus-path',
  status: 'bus-status',
  /** server is the id of the master that answers, for direct messages. */
  server: 'bus-server',
  /** stream is the inbox of the request that a direct message is about. */
  stream: 'bus-stream',
  seq: 'bus-seq',
  /** credit is the total of body bytes that the master may have sent by now. */
  credit: 'bus-credit',
  /** length is the size of a request body that follows in pieces. */
  length: 'bus-length',
  /** beat is the master's heartbeat interval in milliseconds. */
  beat: 'bus-beat',
  error: 'bus-error',
} as const;

/** MessageKind: what a message is. */
export type MessageKind =
  | 'request'
  /** answer: head and whole body in one. */
  | 'answer'
  | 'head'
  | 'data'
  | 'end'
  /** continue: the master wants the rest of the request body. */
  | 'continue'
  | 'body'
  | 'credit'
  | 'cancel'
  /** alive: which streams a session still wants, with their credit. */
  | 'alive'
  /** beat: which streams a master still serves to a session, with the number of their last message. */
  | 'beat';

/** BEAT is the last token of the inbox that heartbeats go to; requests count from 1. */
export const BEAT = '0';

/** HEADER_ROOM is what a message keeps free for its headers, in bytes. */
export const HEADER_ROOM = 32 * 1024;

/** isSafeHeader refuses what could end a NATS header early, and the protocol's own names. */
export function isSafeHeader(name: string, value: string): boolean {
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && !name.startsWith('bus-') && !/[\r\n\0]/.test(value);
}

/** parseCount reads the number in a header; what is no count is 0. */
export function parseCount(text: string | undefined): number {
  const count = Number(text ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** parseCounts reads the body of `alive` and `beat`: `{"<n>": number}`. undefined if it is not that. */
export function parseCounts(body: Buffer): Map<string, number> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value as Record<string, unknown>);
  if (!entries.every(([, count]) => Number.isSafeInteger(count))) return undefined;
  return new Map(entries as [string, number][]);
}

/** renderCounts writes what parseCounts reads. */
export function renderCounts(counts: Iterable<readonly [string, number]>): Buffer {
  return Buffer.from(JSON.stringify(Object.fromEntries(counts)));
}
