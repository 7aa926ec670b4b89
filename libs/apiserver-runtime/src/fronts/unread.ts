/** Reader is a client with answers that it has not read yet. */
interface Reader {
  answers: number;
  bytes: number;
  readonly cut: () => void;
}

/**
 * Unread counts the bytes of answers that clients have not read yet. Where they are more than a limit together, the client that leaves the most
 * is cut; one that waits for a single answer never is.
 */
export class Unread {
  private readonly readers = new Map<object, Reader>();
  private total = 0;

  constructor(private readonly limit: number) {}

  /** add is an answer on its way to a client; it returns what to call when it is out or given up. `cut` ends the client. */
  add(client: object, bytes: number, cut: () => void): () => void {
    const reader = this.readers.get(client) ?? { answers: 0, bytes: 0, cut };
    this.readers.set(client, reader);
    reader.answers++;
    reader.bytes += bytes;
    this.total += bytes;
    if (this.total > this.limit) this.worst()?.cut();
    return () => {
      reader.bytes -= bytes;
      this.total -= bytes;
      if (--reader.answers === 0) this.readers.delete(client);
    };
  }

  private worst(): Reader | undefined {
    let worst: Reader | undefined;
    for (const reader of this.readers.values()) {
      if (reader.answers > 1 && reader.bytes > (worst?.bytes ?? 0)) worst = reader;
    }
    return worst;
  }
}
