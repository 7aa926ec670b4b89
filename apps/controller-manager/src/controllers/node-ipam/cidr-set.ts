/** CidrSet hands out the subnets of an IPv4 range, the lowest free one first. */
export class CidrSet {
  private readonly base: number;
  private readonly count: number;
  private readonly used = new Set<number>();

  /** cidr as `10.244.0.0/16`; `maskSize` is the prefix length of what is handed out, not shorter than the range's. */
  constructor(
    cidr: string,
    private readonly maskSize: number,
  ) {
    const [address = '', length = ''] = cidr.split('/');
    const prefix = Number(length);
    const parts = address.split('.').map(Number);
    const valid = parts.length === 4 && parts.every(part => Number.isInteger(part) && part >= 0 && part <= 255);
    if (!valid || !/^\d+$/.test(length) || prefix > maskSize || maskSize > 32)
      throw new Error(`cannot divide ${JSON.stringify(cidr)} into /${maskSize}`);
    const address32 = parts.reduce((sum, part) => sum * 256 + part, 0);
    this.base = address32 - (address32 % 2 ** (32 - prefix));
    this.count = 2 ** (maskSize - prefix);
  }

  /** next takes the lowest free subnet; undefined if there is none left. */
  next(): string | undefined {
    for (let i = 0; i < this.count; i++) {
      if (this.used.has(i)) continue;
      this.used.add(i);
      return this.render(i);
    }
    return undefined;
  }

  /** occupy marks a subnet as taken; what lies outside the range is none of ours. */
  occupy(cidr: string): void {
    const index = this.indexOf(cidr);
    if (index !== undefined) this.used.add(index);
  }

  release(cidr: string): void {
    const index = this.indexOf(cidr);
    if (index !== undefined) this.used.delete(index);
  }

  private get step(): number {
    return 2 ** (32 - this.maskSize);
  }

  private indexOf(cidr: string): number | undefined {
    const address = cidr.split('/')[0]!.split('.').map(Number);
    if (address.length !== 4) return undefined;
    const index = Math.floor((address.reduce((sum, part) => sum * 256 + part, 0) - this.base) / this.step);
    return index >= 0 && index < this.count ? index : undefined;
  }

  private render(index: number): string {
    const address = this.base + index * this.step;
    return `${[24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')}/${this.maskSize}`;
  }
}
