/** MAX_WARNED is how many characters of warnings an answer carries before each is cut to MAX_WARNING, and about how many then. */
const MAX_WARNED = 4096;
const MAX_WARNING = 256;

/**
 * Warnings are what an answer will warn of, each text once. What would not be told is not kept: who deletes a collection is warned by every
 * webhook of every object.
 */
export class Warnings {
  private readonly texts = new Set<string>();
  /** total is how many characters there are; cut is how many if each text is cut to MAX_WARNING. */
  private total = 0;
  private cut = 0;

  /** add keeps a text that is to be told. One with control characters cannot be. */
  add(text: string): void {
    if (/\p{Cc}/u.test(text)) return;
    if (this.total > MAX_WARNED && this.cut >= MAX_WARNED) return;
    const kept = leading(text, MAX_WARNED + 1);
    if (this.texts.has(kept)) return;
    this.texts.add(kept);
    const length = lengthOf(kept);
    this.total += length;
    this.cut += Math.min(length, MAX_WARNING);
  }

  /** header renders them as the Warning header's values: `299 - "text"`. Each of its characters is a byte: text goes out as UTF-8. */
  header(): string {
    const texts = [...this.texts];
    const told = this.total > MAX_WARNED ? texts.map(text => leading(text, MAX_WARNING)) : texts;
    return Buffer.from(told.map(text => `299 - ${quoted(text)}`).join(', ')).toString('latin1');
  }
}

/** leading are the first characters of a text, as a text of its own: a part of another would keep that one. */
function leading(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return Array.from(text.slice(0, 2 * characters))
    .slice(0, characters)
    .join('');
}

/** lengthOf counts characters, not the units that they are stored in. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** quoted is a quoted-string of HTTP. */
const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
