/** BATCH is the size of a batch, in which connections put together what they send in a turn. */
export const BATCH = 64 * 1024;
/** MAX_FREE bounds those that are kept. */
const MAX_FREE = 64;

const free: Buffer[] = [];

/** takeBatch is a batch with anything in it. */
export function takeBatch(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(BATCH);
}

/** freeBatch takes one back that nobody looks at any more. */
export function freeBatch(batch: Buffer): void {
  if (free.length < MAX_FREE) free.push(batch);
}
