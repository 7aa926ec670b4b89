import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** TempDir is a folder of a test; remove deletes it and what is in it. It goes with the process at the latest. */
export interface TempDir {
  readonly path: string;
  remove(): void;
}

/** tempDir makes an empty folder below the system's temporary one. */
export function tempDir(prefix = 'navarch-test-'): TempDir {
  const path = mkdtempSync(join(tmpdir(), prefix));
  const remove = () => {
    process.removeListener('exit', remove);
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', remove);
  return { path, remove };
}

/** PORTS are below those that the kernel gives to connections, and to who asks for any port: none is taken by chance. */
const PORTS = { first: 12_000, count: 18_000 };
/** given are those that this process was told of: their servers may be about to start. */
const given = new Set<number>();

/** freePort answers a TCP port of 127.0.0.1 that nobody listens on now; who takes it should be ready to lose the race and ask again. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = PORTS.first + randomInt(PORTS.count);
    if (given.has(port) || !(await isFree(port, host))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
