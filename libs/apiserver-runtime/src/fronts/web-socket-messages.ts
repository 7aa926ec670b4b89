/** Framing is how messages lie in a stream: a line of text each, behind their length in four bytes, or not at all. */
export type Framing = 'lines' | 'lengths' | 'none';

/** messageFraming is the framing of a stream's media type. Pure. */
export function messageFraming(contentType: string): Framing {
  if (contentType.startsWith('application/json')) return 'lines';
  return contentType.startsWith('application/vnd.kubernetes.protobuf') ? 'lengths' : 'none';
}

const LENGTH_BYTES = 4;
const NEWLINE = 0x0a;

/** Messages takes a stream apart, however it was cut. A line keeps its end, a length is left out. */
export class Messages {
  /** rest begins a message whose end has not come; as long as the writer's own messages, no longer. */
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly framing: Framing) {}

  get areText(): boolean {
    return this.framing === 'lines';
  }

  take(chunk: Buffer): Buffer[] {
    if (this.framing === 'none') return [chunk];
    const data = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    const found: Buffer[] = [];
    let at = 0;
    for (let end = this.endOf(data, at); end >= 0; end = this.endOf(data, at)) {
      found.push(data.subarray(this.framing === 'lengths' ? at + LENGTH_BYTES : at, end));
      at = end;
    }
    this.rest = data.subarray(at);
    return found;
  }

  /** endOf is where the message at a place ends, -1 if that has not come. */
  private endOf(data: Buffer, at: number): number {
    if (this.framing === 'lines') return data.indexOf(NEWLINE, at) + 1 || -1;
    if (data.length < at + LENGTH_BYTES) return -1;
    const end = at + LENGTH_BYTES + data.readUInt32BE(at);
    return end <= data.length ? end : -1;
  }
}
