import { connect } from 'node:net';
import type { Child } from './children';

/** TestServer is a real server started for a test. */
export interface TestServer {
  readonly pid: () => number;
  /** output is the tail of what the server wrote. */
  output(): string;
  /** stop ends it in order and removes its files. Idempotent. */
  stop(): Promise<void>;
  /** kill ends it as a power cut would; its files and ports stay for restart. */
  kill(): void;
  /** restart starts it again on the same ports and files, after ending it if it still runs. */
  restart(): Promise<void>;
}

/** runServer starts a child and waits until ready says yes; restart does the same again. */
export async function runServer(
  start: () => Child,
  ready: () => Promise<boolean>,
  cleanup: () => void,
): Promise<TestServer> {
  let child = start();
  const waitReady = async () => {
    const end = Date.now() + 20_000;
    // Another server may answer on the port that this one did not get: that is seen if it has ended by then.
    while (!(await ready()) || !child.running()) {
      if (!child.running()) throw new Error(`the server ended at its start: ${child.output()}`);
      if (Date.now() > end) throw new Error(`the server was not ready in 20 seconds: ${child.output()}`);
      await new Promise(resolve => setTimeout(resolve, 15));
    }
  };
  try {
    await waitReady();
  } catch (error) {
    child.kill();
    await child.exited.catch(() => undefined);
    cleanup();
    throw error;
  }
  return {
    pid: () => child.pid,
    output: () => child.output(),
    async stop() {
      await child.stop();
      cleanup();
    },
    kill: () => child.kill(),
    async restart() {
      await child.stop();
      child = start();
      await waitReady();
    },
  };
}

/** withPorts runs start, again with other ports if somebody else took one in the meantime. */
export async function withPorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt >= 4 || !/address already in use/.test(String(error))) throw error;
    }
  }
}

/** greets tells whether a TCP server accepts and speaks first, beginning with the given words. */
export function greets(port: number, words: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('data', data => done(data.toString().startsWith(words)));
  });
}
