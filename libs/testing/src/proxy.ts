import { connect, createServer, type Socket } from 'node:net';

/** TestProxy is a TCP connection that a test can cut or freeze: a failing network. */
export interface TestProxy {
  readonly port: number;
  /** cut breaks all connections, and new ones at once, until heal. */
  cut(): void;
  /** freeze lets nothing through, and says so to nobody, until heal. */
  freeze(): void;
  heal(): void;
  stop(): Promise<void>;
}

/** startProxy listens on a free port of 127.0.0.1 and passes everything on to a port there. */
export async function startProxy(targetPort: number): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const join = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', chunk => {
      if (!to.write(chunk)) from.pause();
    });
    from.on('drain', () => state !== 'frozen' && to.resume());
    from.on('error', () => from.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    if (state === 'frozen') from.pause();
  };
  const server = createServer(client => {
    if (state === 'cut') return void client.destroy();
    const target = connect({ host: '127.0.0.1', port: targetPort });
    join(client, target);
    join(target, client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (!address || typeof address !== 'object') throw new Error('no port');
  const destroyAll = () => {
    for (const socket of [...sockets]) socket.destroy();
  };
  return {
    port: address.port,
    cut() {
      state = 'cut';
      destroyAll();
    },
    freeze() {
      state = 'frozen';
      for (const socket of sockets) socket.pause();
    },
    heal() {
      state = 'open';
      for (const socket of sockets) socket.resume();
    },
    async stop() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      destroyAll();
      await closed;
    },
  };
}
