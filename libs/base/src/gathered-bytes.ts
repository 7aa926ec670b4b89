/** GatheredBytes joins bytes that come in pieces. However small the pieces are, it takes twice the memory of what they say at most. */
export class GatheredBytes {
  private bytes: Buffer | undefined;
  private size = 0;
  private isOwn = false;

  /** `expected` is how long all of it is going to be, as far as that is known. */
  constructor(private readonly expected = 0) {}

  get length(): number {
    return this.size;
  }

  /** add appends a piece, which must not be changed any more. */
  add(piece: Buffer): void {
    if (!this.bytes) this.bytes = piece;
    else {
      this.reserve(this.size + piece.length);
      piece.copy(this.bytes, this.size);
    }
    this.size += piece.length;
  }

  /** take is all of it. */
  take(): Buffer {
    return this.bytes?.subarray(0, this.size) ?? Buffer.alloc(0);
  }

  /** reserve: what came alone is not copied, what comes behind it is, into the room that is expected, or into room that doubles. */
  private reserve(size: number): void {
    if (this.isOwn && this.bytes!.length >= size) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.isOwn || !this.expected ? 2 * this.size : this.expected, size));
    this.bytes!.copy(larger, 0, 0, this.size);
    this.bytes = larger;
    this.isOwn = true;
  }
}
