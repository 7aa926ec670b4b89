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

/** freePort answers a TCP port of 127.0.0.1 that nobody listens on now; who takes it should be ready to lose the race and ask again. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
