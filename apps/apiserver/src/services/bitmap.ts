/**
 * Bitmap is a set of offsets below `size`, kept as upstream's RangeAllocation keeps it: a big-endian number whose bit n is
 * offset n, without leading zero bytes.
 */
export class Bitmap {
  private readonly bytes: Uint8Array;

  constructor(
    readonly size: number,
    data?: Buffer,
  ) {
    this.bytes = new Uint8Array(Math.ceil(size / 8));
    if (!data) return;
    // Little-endian inside: byte i holds offsets 8i to 8i+7.
    for (let i = 0; i < Math.min(data.length, this.bytes.length); i++) this.bytes[i] = data[data.length - 1 - i]!;
  }

  has(offset: number): boolean {
    return (this.bytes[offset >> 3]! & (1 << (offset & 7))) !== 0;
  }

  set(offset: number, present: boolean): void {
    if (present) this.bytes[offset >> 3]! |= 1 << (offset & 7);
    else this.bytes[offset >> 3]! &= ~(1 << (offset & 7));
  }

  /** firstFree is the first free offset in [from, to), searched from start on and around; undefined if all are taken. */
  firstFree(from: number, to: number, start: number): number | undefined {
    const length = to - from;
    for (let i = 0; i < length; i++) {
      const offset = from + ((start - from + i) % length);
      if (!this.has(offset)) return offset;
    }
    return undefined;
  }

  toData(): Buffer {
    let length = this.bytes.length;
    while (length && !this.bytes[length - 1]) length--;
    return Buffer.from(this.bytes.subarray(0, length)).reverse();
  }
}
