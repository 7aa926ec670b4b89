import { afterAll, beforeAll } from '@jest/globals';
import { connectBus, serveApi } from '@navarch/bus';
import { requireProgram, startNats, type TestNats } from '@navarch/testing';
import { NatsTransport } from './nats-transport';
import { transportSuite } from './testsuite/transport-suite';

/** BEAT_MS: three silent beats end a stream, and a busy machine may leave the NATS server waiting for longer than half a second. */
const BEAT_MS = 1_000;

requireProgram('nats-server')('NatsTransport', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats?.stop());

  transportSuite(async handler => {
    const server = await connectBus({ servers: [nats.url], identity: 'system:apiserver' });
    const served = serveApi(server, handler, { userFor: name => ({ name, groups: [] }), beatMs: BEAT_MS });
    await server.flush();
    const bus = await connectBus({ servers: [nats.url], identity: 'system:node:w1' });
    const transport = new NatsTransport(bus);
    return {
      transport,
      breakConnections: () => nats.restart(),
      async stop() {
        await transport.close();
        await bus.stop();
        // Closed first: a handler that never answers would hold an orderly stop.
        await server.stop();
        void served;
      },
    };
  });
});
