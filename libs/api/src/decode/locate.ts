import type { Step } from './mismatch';

/** Place is where a value stands in its body, in bytes: from `start` up to, not including, `end`. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** locate finds the value at a path in valid JSON; the whole body if the path is not there. */
export function locate(raw: Buffer, path: readonly Step[]): Place {
  const reader = new PlaceReader(raw);
  let place: Place | undefined = reader.at(0);
  for (const step of path) place = place && reader.child(place.start, step);
  return place ?? { start: 0, end: raw.length };
}

/** behind names what stands behind the value at a path in the same object or list, in the body's order. */
export function behind(raw: Buffer, path: readonly Step[]): Step[] {
  const holder = locate(raw, path.slice(0, -1));
  const names = new PlaceReader(raw).children(holder.start).map(({ name }) => name);
  return names.slice(names.lastIndexOf(path.at(-1)!) + 1);
}

/** PlaceReader steps over the values of valid JSON. */
class PlaceReader {
  constructor(private readonly raw: Buffer) {}

  at(offset: number): Place {
    const start = this.space(offset);
    return { start, end: this.skip(start) };
  }

  /** child is the item of that name; of a repeated key the last one counts. */
  child(start: number, step: Step): Place | undefined {
    return this.children(start).findLast(({ name }) => name === step)?.place;
  }

  /** children are the items of the object or list that starts here. */
  children(start: number): { readonly name: Step; readonly place: Place }[] {
    const open = String.fromCharCode(this.raw[start]!);
    if (open !== '{' && open !== '[') return [];
    const items: { name: Step; place: Place }[] = [];
    let offset = this.space(start + 1);
    for (let i = 0; offset < this.raw.length && this.raw[offset] !== 0x7d && this.raw[offset] !== 0x5d; i++) {
      let name: Step = i;
      if (open === '{') {
        const end = this.skip(offset);
        name = JSON.parse(this.raw.subarray(offset, end).toString()) as string;
        offset = this.space(end) + 1;
      }
      const place = this.at(offset);
      items.push({ name, place });
      offset = this.space(place.end);
      if (this.raw[offset] === 0x2c) offset = this.space(offset + 1);
    }
    return items;
  }

  private space(offset: number): number {
    while (offset < this.raw.length && this.raw[offset]! <= 0x20) offset++;
    return offset;
  }

  /** skip answers the offset behind the value that starts here. */
  private skip(start: number): number {
    let depth = 0;
    for (let i = start; i < this.raw.length; i++) {
      const c = this.raw[i]!;
      if (c === 0x22) {
        for (i++; i < this.raw.length && this.raw[i] !== 0x22; i++) if (this.raw[i] === 0x5c) i++;
        if (depth === 0) return i + 1;
      } else if (c === 0x7b || c === 0x5b) depth++;
      else if (c === 0x7d || c === 0x5d) {
        if (depth === 0) return i;
        if (--depth === 0) return i + 1;
      } else if (depth === 0 && (c === 0x2c || c <= 0x20)) return i;
    }
    return this.raw.length;
  }
}
