import type { Entry } from '@navarch/storage';

/**
 * SharedFrames makes an event's bytes once for all watchers that get it in the same tick, which is when a change reaches them. It forgets
 * them at the tick's end: kept with the entry they would double the memory of every object that was ever watched.
 */
export class SharedFrames {
  private readonly frames = new Map<Entry, Map<string, Buffer>>();
  private joined: { readonly frames: readonly Buffer[]; readonly bytes: Buffer } | undefined;
  private clearing = false;

  /** frame answers the bytes of an entry in a form, made by `make` if nobody asked for them in this tick. */
  frame(entry: Entry, form: string, make: () => Buffer): Buffer {
    let forms = this.frames.get(entry);
    if (!forms) {
      this.frames.set(entry, (forms = new Map<string, Buffer>()));
      this.clearSoon();
    }
    let bytes = forms.get(form);
    if (!bytes) forms.set(form, (bytes = make()));
    return bytes;
  }

  /** join makes one piece of several frames; once for all watchers that write the same ones, one after the other. */
  join(frames: readonly Buffer[], bytes: number): Buffer {
    const { joined } = this;
    if (joined?.frames.length === frames.length && frames.every((frame, i) => frame === joined.frames[i]))
      return joined.bytes;
    this.joined = { frames, bytes: Buffer.concat(frames, bytes) };
    this.clearSoon();
    return this.joined.bytes;
  }

  private clearSoon(): void {
    if (this.clearing) return;
    this.clearing = true;
    setImmediate(() => {
      this.clearing = false;
      this.frames.clear();
      this.joined = undefined;
    });
  }
}

/** sharedFrames are those of the process. */
export const sharedFrames = new SharedFrames();
