/** GatheredBytes joins bytes that come in pieces. However small the pieces are, it takes at most twice their bytes, besides what the first is a part of. */
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

  /** reserve: what came alone is not copied, what comes behind it is, into room that doubles up to what is expected. */
  private reserve(size: number): void {
    if (this.isOwn && this.bytes!.length >= size) return;
    const more = size <= this.expected ? Math.min(2 * size, this.expected) : 2 * size;
    const larger = Buffer.allocUnsafeSlow(more);
    this.bytes!.copy(larger, 0, 0, this.size);
    this.bytes = larger;
    this.isOwn = true;
  }
}
