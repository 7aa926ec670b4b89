/** LogLine is one line of a container's log, as CRI writes it: `<time> <stream> <tags> <content>`. */
export interface LogLine {
  /** time is RFC 3339 with nanoseconds, as written. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** partial: the line goes on in the next entry. */
  readonly partial: boolean;
  /** content ends with a newline unless the line is partial. */
  readonly content: Buffer;
}

const SPACE = 0x20;
const NEWLINE = Buffer.from('\n');

/** parseLogLine reads an entry (without its newline); undefined if it is none. */
export function parseLogLine(entry: Buffer): LogLine | undefined {
  const first = entry.indexOf(SPACE);
  const second = first < 0 ? -1 : entry.indexOf(SPACE, first + 1);
  if (second < 0) return undefined;
  const third = entry.indexOf(SPACE, second + 1);
  const stream = entry.toString('latin1', first + 1, second);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const tags = entry.toString('latin1', second + 1, third < 0 ? entry.length : third);
  const content = third < 0 ? Buffer.alloc(0) : entry.subarray(third + 1);
  const partial = tags.split(':')[0] === 'P';
  return {
    time: entry.toString('latin1', 0, first),
    stream,
    partial,
    content: partial ? content : Buffer.concat([content, NEWLINE]),
  };
}
