/** PREFIX is the length of gRPC's head of a message: whether it is compressed, and how many bytes it has. */
export const PREFIX = 5;
/** MAX_MESSAGE is the largest message of gRPC. A page of large objects has hundreds of megabytes. */
const MAX_MESSAGE = 2 ** 31 - 1;

/** PrefixReader takes a stream's chunks apart into messages. A message that came in one chunk is a view into it. */
export class PrefixReader {
  private chunks: Buffer[] = [];
  private size = 0;
  /** wanted is how many bytes the next message takes, with its head, as far as known. */
  private wanted = PREFIX;

  constructor(private readonly onMessage: (message: Buffer) => void) {}

  /** push reads the next chunk; it throws for a message that is compressed or too large. */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    // Many chunks make one large message: they are joined once, when it is whole.
    while (this.size >= this.wanted) {
      const bytes = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks, this.size);
      if (bytes[0] !== 0) throw new Error('etcd sent a compressed message');
      const length = bytes.readUInt32BE(1);
      if (length > MAX_MESSAGE) throw new Error(`etcd sent a message of ${length} bytes`);
      this.wanted = PREFIX + length;
      if (this.size < this.wanted) {
        this.chunks = [bytes];
        return;
      }
      const rest = bytes.subarray(this.wanted);
      this.onMessage(bytes.subarray(PREFIX, this.wanted));
      this.chunks = rest.length ? [rest] : [];
      this.size = rest.length;
      this.wanted = PREFIX;
    }
  }
}
