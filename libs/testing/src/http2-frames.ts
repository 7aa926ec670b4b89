/** FrameType and Flag are the numbers of RFC 9113. What is here is independent of the code under test. */
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

export const Flag = { ACK: 1, END_STREAM: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 } as const;

/** PREFACE is what a client begins with. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

const HEAD = 9;

/** frame is an HTTP/2 frame's bytes. */
export function frame(type: number, flags: number, id: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

/** numbers are 32-bit numbers in a row. */
export function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
}

/** headers are a block of `name: value` lines, without compression. */
export function headers(...lines: string[]): Buffer {
  const text = (value: string) => Buffer.concat([length(value.length), Buffer.from(value)]);
  return Buffer.concat(
    lines.flatMap(line => {
      const colon = line.indexOf(': ', 1);
      return [Buffer.from([0]), text(line.slice(0, colon)), text(line.slice(colon + 2))];
    }),
  );
}

function length(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

/** settingsPayload is that of a SETTINGS frame. */
export function settingsPayload(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  return Buffer.concat(settings.map(([id, value]) => Buffer.concat([Buffer.from([0, id]), numbers(value)])));
}

/** FrameCollector takes what comes on a connection apart into frames. */
export class FrameCollector {
  private rest = Buffer.alloc(0);

  /** push answers the frames that are whole now. */
  push(chunk: Buffer): Frame[] {
    const bytes = Buffer.concat([this.rest, chunk]);
    const whole: Frame[] = [];
    let at = 0;
    while (at + HEAD <= bytes.length) {
      const end = at + HEAD + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      const id = bytes.readUInt32BE(at + 5);
      whole.push({ type: bytes[at + 3]!, flags: bytes[at + 4]!, id, payload: bytes.subarray(at + HEAD, end) });
      at = end;
    }
    this.rest = bytes.subarray(at);
    return whole;
  }
}
