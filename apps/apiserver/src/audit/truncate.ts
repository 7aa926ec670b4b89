import type { AuditEvent } from './event';
import type { AuditWriter } from './modes';

/** TruncateOptions bound what is written, in bytes of JSON. */
export interface TruncateOptions {
  readonly maxBatchBytes: number;
  readonly maxEventBytes: number;
}

/** Truncating hands on events without bodies where they are too long, and batches in parts. */
export class Truncating implements AuditWriter {
  constructor(
    private readonly writer: AuditWriter,
    private readonly options: TruncateOptions,
  ) {}

  async write(events: readonly AuditEvent[], signal: AbortSignal): Promise<void> {
    for (const part of withinBounds(events, this.options)) await this.writer.write(part, signal);
  }

  stop(): Promise<void> {
    return this.writer.stop();
  }
}

/** TRUNCATED marks an event whose bodies were too long to be kept. */
const TRUNCATED = 'audit.k8s.io/truncated';

/** withinBounds are the events in batches that are short enough; one that is too long even without bodies is left out. Pure. */
export function withinBounds(
  events: readonly AuditEvent[],
  { maxBatchBytes, maxEventBytes }: TruncateOptions,
): AuditEvent[][] {
  const batches: AuditEvent[][] = [];
  let room = 0;
  for (const event of events) {
    const kept = sizeOf(event) > maxEventBytes ? withoutBodies(event) : event;
    const size = sizeOf(kept);
    if (size > maxEventBytes) continue;
    if (!batches.length || size > room) {
      batches.push([]);
      room = maxBatchBytes;
    }
    batches.at(-1)!.push(kept);
    room -= size;
  }
  return batches;
}

function withoutBodies(event: AuditEvent): AuditEvent {
  const { requestObject: _request, responseObject: _response, annotations, ...rest } = event;
  return { ...rest, annotations: { ...annotations, [TRUNCATED]: 'true' } };
}

const sizeOf = (event: object) => Buffer.byteLength(JSON.stringify(event));
