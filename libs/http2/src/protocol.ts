/** FrameType is the kind of an HTTP/2 frame; the numbers here and below are those of RFC 9113. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** Flag is a bit of a frame's head. ACK is that of SETTINGS and PING, the others are of DATA and HEADERS. */
export const Flag = { ACK: 1, END_STREAM: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 } as const;

export const Setting = {
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

/** ERROR_NAMES are the names of the error codes, which are the indexes. */
const ERROR_NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

export type ErrorName = (typeof ERROR_NAMES)[number];

export function errorCode(name: ErrorName): number {
  return ERROR_NAMES.indexOf(name);
}

export function errorName(code: number): string {
  return ERROR_NAMES[code] ?? `error ${code}`;
}

/** PREFACE is what a client begins with. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const FRAME_HEAD = 9;
/** MAX_FRAME_SIZE is what a peer may send, and be sent until it says otherwise. */
export const MAX_FRAME_SIZE = 16_384;
/** DEFAULT_WINDOW is what may be sent before the peer has said more. */
export const DEFAULT_WINDOW = 65_535;
/** LARGEST is the largest window and the largest stream id. */
export const LARGEST = 2 ** 31 - 1;

/** ProtocolViolation ends a connection: the peer did what HTTP/2 forbids. */
export class ProtocolViolation extends Error {
  constructor(
    readonly code: ErrorName,
    message: string,
  ) {
    super(message);
    this.name = 'ProtocolViolation';
  }
}

/** NeverSent is why a stream failed that the peer certainly did not process. */
export class NeverSent extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NeverSent';
  }
}
