const HEAD = 5;

/** frame puts gRPC's head before a message: not compressed, so many bytes. */
export function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(HEAD + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  message.copy(framed, HEAD);
  return framed;
}

/** FrameReader takes a stream's chunks apart into messages. A message that came in one chunk is a view into it. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private size = 0;
  /** wanted is how many bytes the next message takes, with its head, as far as known. */
  private wanted = HEAD;

  constructor(private readonly onMessage: (message: Buffer) => void) {}

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    // Many chunks make one large message: they are joined once, when it is whole.
    while (this.size >= this.wanted) {
      const bytes = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks, this.size);
      if (bytes[0] !== 0) throw new Error('etcd sent a compressed message');
      this.wanted = HEAD + bytes.readUInt32BE(1);
      if (this.size < this.wanted) {
        this.chunks = [bytes];
        return;
      }
      const rest = bytes.subarray(this.wanted);
      this.onMessage(bytes.subarray(HEAD, this.wanted));
      this.chunks = rest.length ? [rest] : [];
      this.size = rest.length;
      this.wanted = HEAD;
    }
  }
}
