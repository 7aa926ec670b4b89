import { connect, createServer, type Socket } from 'node:net';

/** TestBalancer passes TCP connections on to servers that are ready, as a load balancer with a health check does. */
export interface TestBalancer {
  readonly port: number;
  stop(): Promise<void>;
}

/** CHECK_MS is how often the servers are asked whether they are ready. */
const CHECK_MS = 50;

/**
 * startBalancer listens on a free port of 127.0.0.1. Connections take turns over the ports that are ready; one that cannot be
 * made is tried at the next.
 */
export async function startBalancer(
  ports: readonly number[],
  isReady: (port: number) => Promise<boolean>,
): Promise<TestBalancer> {
  const sockets = new Set<Socket>();
  const ready = new Set(ports);
  const checking = new AbortController();
  const checks = ports.map(async port => {
    while (!checking.signal.aborted) {
      if (await isReady(port)) ready.add(port);
      else ready.delete(port);
      await new Promise(resolve => setTimeout(resolve, CHECK_MS));
    }
  });
  let turn = 0;
  const own = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const pass = (client: Socket, candidates: readonly number[]) => {
    const [port, ...others] = candidates;
    if (port === undefined) return void client.destroy();
    const target = connect({ host: '127.0.0.1', port });
    const onRefused = () => pass(client, others);
    target.once('error', onRefused);
    target.once('connect', () => {
      target.off('error', onRefused);
      own(client, target);
      own(target, client);
      client.pipe(target).pipe(client);
    });
  };
  const server = createServer(client => {
    const candidates = [...ready];
    const first = turn++ % Math.max(1, candidates.length);
    pass(client, [...candidates.slice(first), ...candidates.slice(0, first)]);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (!address || typeof address !== 'object') throw new Error('no port');
  return {
    port: address.port,
    async stop() {
      checking.abort();
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...checks]);
    },
  };
}
