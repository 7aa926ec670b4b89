// What the tests of a connection send, and what they make of what comes back.
import { ScriptedClient, http2Frames } from '@navarch/testing';
import { HeaderDecoder } from '../header-decoder';
import type { Field } from '../header-table';
import { errorName } from '../protocol';
import { ServerConnection, type ServerLimits } from './connection';
import type { BodyReader, ServerStream } from './stream';

const { Flag, FrameType, frame, headers, numbers, settingsPayload } = http2Frames;
const { ACK, END_STREAM, END_HEADERS } = Flag;
const { DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE } = FrameType;
const TYPES = Object.fromEntries(Object.entries(FrameType).map(([name, type]) => [type, name]));
const LIMITS: ServerLimits = { maxStreams: 4, streamWindow: 20_000, maxHeaderBytes: 64 * 1024 };
export const LARGEST = 2 ** 31 - 1;
export const [MAX_STREAMS, INITIAL_WINDOW, MAX_FRAME, TABLE_SIZE] = [3, 4, 5, 1];
export const OK: Field[] = [{ name: ':status', value: '200' }];

export const ASK = [':method: GET', ':scheme: https', ':path: /', ':authority: x'];
const POST = [':method: POST', ...ASK.slice(1)];
export const get = (id: number, ...more: string[]) =>
  frame(HEADERS, END_STREAM | END_HEADERS, id, headers(...ASK, ...more));
export const post = (id: number, ...more: string[]) => frame(HEADERS, END_HEADERS, id, headers(...POST, ...more));
export const data = (id: number, size: number, flags = 0) => frame(DATA, flags, id, Buffer.alloc(size, 'x'));
export const grow = (id: number, by: number) => frame(WINDOW_UPDATE, 0, id, numbers(by));
export const reset = (id: number) => frame(RST_STREAM, 0, id, numbers(8));
export const ping = () => frame(PING, 0, 0, Buffer.from('12345678'));
export const settings = (...pairs: [number, number][]) => frame(SETTINGS, 0, 0, settingsPayload(pairs));
export const times = (count: number, make: (i: number) => Buffer) => Array.from({ length: count }, (_, i) => make(i));
/** nth is the id of a client's stream, the first being 0. */
export const nth = (i: number) => 2 * i + 1;

/** told is a frame in words; headers by their status. */
export function told({ type, flags, id, payload }: http2Frames.Frame, decoder: HeaderDecoder): string {
  const end = flags & END_STREAM ? ' end' : '';
  switch (type) {
    case DATA:
      return `DATA ${id} ${payload.length}${end}`;
    case HEADERS:
      return `HEADERS ${id} ${decoder.decode(payload)[0]?.value}${end}`;
    case RST_STREAM:
      return `RST_STREAM ${id} ${errorName(payload.readUInt32BE(0))}`;
    case GOAWAY:
      return `GOAWAY ${payload.readUInt32BE(0)} ${errorName(payload.readUInt32BE(4))}`;
    case WINDOW_UPDATE:
      return `WINDOW_UPDATE ${id} ${payload.readUInt32BE(0)}`;
    default:
      return `${TYPES[type]} ${id}${flags & ACK ? ' ack' : ''}`;
  }
}

/** recorder notes what comes of a body. */
export function recorder(notes: string[], more: Partial<BodyReader> = {}): BodyReader {
  return {
    data: bytes => void notes.push(`data ${bytes.length}`),
    end: () => void notes.push('end'),
    gone: () => void notes.push('gone'),
    ...more,
  };
}

interface Setup extends Partial<ServerLimits> {
  readonly onRequest?: (stream: ServerStream) => void;
  readonly highWaterMark?: number;
}

/** setup is a connection and its client, which has begun unless it is told not to. */
export async function setup({ onRequest, highWaterMark, ...limits }: Setup = {}, begin = true) {
  const client = new ScriptedClient(highWaterMark);
  const streams: ServerStream[] = [];
  const notes: string[] = [];
  const connection = new ServerConnection(
    client.socket,
    { ...LIMITS, ...limits },
    {
      ready: () => void notes.push('ready'),
      request(stream) {
        notes.push(`request ${stream.id}`);
        streams.push(stream);
        stream.gone(() => notes.push(`gone ${stream.id}`));
        onRequest?.(stream);
      },
      closed: error => void notes.push(`closed${error ? `: ${error.message}` : ''}`),
    },
  );
  const decoder = new HeaderDecoder();
  const heard = async () => (await client.heard()).map(each => told(each, decoder));
  /** says sends, and answers what comes back. */
  const says = (...bytes: Buffer[]) => {
    client.raw(...bytes);
    return heard();
  };
  if (begin) {
    client.greet();
    await heard();
    notes.splice(0);
  }
  return { client, connection, streams, notes, heard, says };
}

export const echo = (stream: ServerStream) => {
  stream.respond(OK);
  stream.read({ data: bytes => void stream.write(bytes), end: () => stream.end(), gone: () => undefined });
};
export const answer = (stream: ServerStream) => stream.respond(OK, true);
