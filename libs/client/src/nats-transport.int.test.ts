import { afterAll, beforeAll } from '@jest/globals';
import { connectBus, serveApi } from '@navarch/bus';
import { requireProgram, startNats, type TestNats } from '@navarch/testing';
import { NatsTransport } from './nats-transport';
import { transportSuite } from './testsuite/transport-suite';

requireProgram('nats-server')('NatsTransport', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats?.stop());

  transportSuite(async handler => {
    const server = await connectBus({ servers: [nats.url], identity: 'system:apiserver' });
    const served = serveApi(server, handler, { userFor: name => ({ name, groups: [] }), beatMs: 200 });
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
