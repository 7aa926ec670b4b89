import { fork, type ChildProcess } from 'node:child_process';
import http2, { type ServerHttp2Stream } from 'node:http2';
// eslint-disable-next-line no-restricted-imports -- what is measured is the client of etcd by itself
import { EtcdClient } from '../../libs/storage/src/etcd3/client';
import { cpuMs } from './process-stat';

/** BARE_ROLE is the argument that makes the program the bare server. */
export const BARE_ROLE = '--as-bare-server';

/** BareServerOptions are what the bare server serves with and stores in; PEM texts, and URLs of etcd. */
export interface BareServerOptions {
  readonly etcd: readonly string[];
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** ADDED is what defaults, metadata and field owners add to a pod that is created. */
const ADDED = Buffer.alloc(1_700, 'x');

/**
 * BareServer is a process that stores what it is sent, in one transaction each, and sends it back: the same HTTPS and the same client of etcd as the
 * API server's, and nothing in between. No API server on this transport can be quicker.
 */
export class BareServer {
  private constructor(private readonly child: ChildProcess) {}

  static async start(options: BareServerOptions): Promise<BareServer> {
    const child = fork(process.argv[1]!, [BARE_ROLE], { execArgv: [] });
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve()).once('exit', () => reject(new Error('the bare server ended')));
      child.send(options);
    });
    return new BareServer(child);
  }

  cpuMs(): number {
    return cpuMs(this.child.pid!);
  }

  stop(): void {
    this.child.disconnect();
  }
}

/** runBareServer is the bare server's process: it takes its options from its parent, and answers when it listens. */
export function runBareServer(): void {
  process.once('message', ({ etcd, port, ...tls }: BareServerOptions) => {
    const client = new EtcdClient({ endpoints: etcd });
    const settings = { initialWindowSize: 8 * 1024 * 1024 };
    const server = http2.createSecureServer({ ...tls, requestCert: true, settings });
    let next = 0;
    server.on('stream', (stream, headers) => {
      void store(client, `/bare${String(headers[':path'])}/${process.pid}/${next++}`, stream);
    });
    server.listen(port, '127.0.0.1', () => process.send!('listening'));
  });
  process.on('disconnect', () => process.exit(0));
}

async function store(client: EtcdClient, key: string, stream: ServerHttp2Stream): Promise<void> {
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  await new Promise(resolve => stream.once('end', resolve));
  const value = Buffer.concat([...parts, ADDED]);
  await client.swap({ key, expected: 0, value });
  stream.respond({ ':status': 201, 'content-type': 'application/json' });
  stream.end(value);
}
