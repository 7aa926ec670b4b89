import { watchFiles, type Logger, type Stoppable } from '@navarch/base';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Live is a value made of files. `current` is always the last one that could be made. */
export interface Live<T> {
  readonly current: T;
  /** onChange calls the listener with each further value. */
  onChange(listener: (value: T) => void): void;
}

/** ReadFile answers a file's text and remembers that the value depends on it. */
export type ReadFile = (file: string) => string;

/** LiveFiles makes values of files, and makes them anew when the files change: certificates, keys, token lists, policies. */
export class LiveFiles implements Stoppable {
  private readonly watches: Stoppable[] = [];

  constructor(private readonly log: Logger) {}

  /**
   * follow makes a value of the files that `make` reads; it throws what make throws. When one of them changes it is made anew; if that
   * fails the failure is logged and the old value stays. `what` names it in the log.
   */
  follow<T>(what: string, make: (read: ReadFile) => T): Live<T> {
    const first = attempt(make);
    const value = new LiveValue(first.value);
    if (!first.files.size) return value;
    let digest = first.digest;
    const again = () => {
      try {
        const next = attempt(make);
        if (next.digest === digest) return;
        digest = next.digest;
        value.set(next.value);
        this.log.info('Read again what changed', { what });
      } catch (error) {
        this.log.error('What changed cannot be read; the old stays', error, { what });
      }
    };
    this.watches.push(watchFiles([...first.files], again));
    return value;
  }

  async stop(): Promise<void> {
    await Promise.all(this.watches.map(watch => watch.stop()));
  }
}

class LiveValue<T> implements Live<T> {
  private readonly listeners: ((value: T) => void)[] = [];

  constructor(public current: T) {}

  onChange(listener: (value: T) => void): void {
    this.listeners.push(listener);
  }

  set(value: T): void {
    this.current = value;
    for (const listener of this.listeners) listener(value);
  }
}

function attempt<T>(make: (read: ReadFile) => T): { value: T; files: Set<string>; digest: string } {
  const files = new Set<string>();
  const hash = createHash('sha256');
  const value = make(file => {
    const text = readFileSync(file, 'utf8');
    files.add(file);
    hash.update(`${file}\n${text.length}\n${text}`);
    return text;
  });
  return { value, files, digest: hash.digest('base64') };
}
