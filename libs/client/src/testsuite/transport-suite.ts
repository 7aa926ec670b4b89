import { expect, test } from '@jest/globals';
import { ConfigMaps } from '@navarch/api';
import {
  StatusError,
  isNotFound,
  notFound,
  type ApiHandler,
  type ApiResponse,
  type ByteSink,
} from '@navarch/apimachinery';
import { silentLogger, systemClock } from '@navarch/base';
import { eventually } from '@navarch/testing';
import type { Transport } from '../interfaces';
import { createKubeClient } from '../kube-client';
import { Reflector } from '../reflector';

/** TransportHarness is a server that answers by `handler`, and a transport to it. */
export interface TransportHarness {
  readonly transport: Transport;
  /** breakConnections cuts what is under way, as a lost network would; the server comes back by itself. */
  breakConnections(): Promise<void>;
  stop(): Promise<void>;
}

const json = (status: number, body: unknown): ApiResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});

/** transportSuite is what every Transport must do. `start` makes a fresh server and transport for each test. */
export function transportSuite(start: (handler: ApiHandler) => Promise<TransportHarness>): void {
  async function using(handler: ApiHandler, body: (harness: TransportHarness) => Promise<void>): Promise<void> {
    const harness = await start(handler);
    try {
      await body(harness);
    } finally {
      await harness.stop();
    }
  }

  test('a request carries method, path, query, headers and body, the answer its own', () =>
    using(
      async ({ method, path, query, headers, body }) =>
        json(201, {
          method,
          path,
          query,
          type: headers['content-type'],
          agent: headers['user-agent'],
          body: (await body(99)).toString(),
        }),
      async ({ transport }) => {
        const { status, headers, body } = await transport.send({
          method: 'POST',
          path: '/api/v1/namespaces/a%20b/pods?dryRun=All&x=%2C',
          headers: { 'content-type': 'application/json', 'user-agent': 'suite/1' },
          body: Buffer.from('{"a":1}'),
        });
        expect([status, headers['content-type']]).toEqual([201, 'application/json']);
        expect(JSON.parse(body.toString())).toEqual({
          method: 'POST',
          path: '/api/v1/namespaces/a%20b/pods',
          query: 'dryRun=All&x=%2C',
          type: 'application/json',
          agent: 'suite/1',
          body: '{"a":1}',
        });
      },
    ));

  test('a Status failure is thrown as its StatusError; plain text as one of its code', () =>
    using(
      ({ path }) => {
        if (path === '/text')
          return Promise.resolve({
            status: 503,
            headers: { 'content-type': 'text/plain' },
            body: Buffer.from('not now'),
          });
        return Promise.resolve(json(404, notFound({ group: 'apps', resource: 'deployments' }, 'web').toStatus()));
      },
      async ({ transport }) => {
        const failure = await transport.send({ method: 'GET', path: '/x' }).catch((error: unknown) => error);
        expect(isNotFound(failure)).toBe(true);
        expect(failure).toMatchObject({
          code: 404,
          message: 'deployments.apps "web" not found',
          details: { name: 'web' },
        });
        await expect(transport.stream({ method: 'GET', path: '/x' })).rejects.toBeInstanceOf(StatusError);
        await expect(transport.send({ method: 'GET', path: '/text' })).rejects.toMatchObject({
          code: 503,
          message: 'not now',
        });
      },
    ));

  test('5 MB travel both ways', () =>
    using(
      async request => ({ status: 200, headers: {}, body: [await request.body(6_000_000), Buffer.from('!')] }),
      async ({ transport }) => {
        const body = Buffer.alloc(5_000_000, '0123456789');
        const answer = await transport.send({ method: 'POST', path: '/', body });
        expect(answer.body.length).toBe(5_000_001);
        expect(answer.body.subarray(0, -1).equals(body)).toBe(true);
      },
    ));

  test('no answer in time is a TransportError, and the server hears of it', () => {
    let gone = false;
    return using(
      request => new Promise(() => request.signal.addEventListener('abort', () => (gone = true))),
      async ({ transport }) => {
        const failure = await transport
          .send({ method: 'GET', path: '/', timeoutMs: 50 })
          .catch((error: unknown) => error);
        expect(failure).toMatchObject({ name: 'TransportError', code: 'timeout' });
        expect(typeof gone).toBe('boolean');
      },
    );
  });

  test('an aborted request rejects with the reason', () =>
    using(
      () => new Promise(() => undefined),
      async ({ transport }) => {
        const abort = new AbortController();
        const asked = transport.send({ method: 'GET', path: '/', signal: abort.signal });
        abort.abort(new Error('enough'));
        await expect(asked).rejects.toThrow('enough');
        await expect(transport.send({ method: 'GET', path: '/', signal: abort.signal })).rejects.toThrow('enough');
      },
    ));

  test('a stream comes as it is written; aborting it ends it quietly here and closes it there', () => {
    let sink: ByteSink | undefined;
    return using(
      () => Promise.resolve({ status: 200, headers: {}, body: { start: s => void (sink = s) } }),
      async ({ transport }) => {
        const abort = new AbortController();
        const stream = await transport.stream({ method: 'GET', path: '/', signal: abort.signal });
        const seen: string[] = [];
        const reading = (async () => {
          for await (const chunk of stream) seen.push(chunk.toString());
        })();
        await eventually(() => sink !== undefined);
        sink!.write(Buffer.from('one'));
        await eventually(() => seen.join('') === 'one');
        sink!.write(Buffer.from('two'));
        await eventually(() => seen.join('') === 'onetwo');
        abort.abort();
        await reading;
        await eventually(() => sink!.closed.aborted);
      },
    );
  });

  test('a stream that is left early is closed at the server', () => {
    let sink: ByteSink | undefined;
    return using(
      () => Promise.resolve({ status: 200, headers: {}, body: { start: s => void (sink = s) } }),
      async ({ transport }) => {
        const stream = await transport.stream({ method: 'GET', path: '/' });
        await eventually(() => sink !== undefined);
        sink!.write(Buffer.from('one'));
        for await (const chunk of stream) {
          expect(chunk.toString()).toBe('one');
          break;
        }
        await eventually(() => sink!.closed.aborted);
      },
    );
  });

  test('a broken connection ends streams with a TransportError; later requests work again', () => {
    let sink: ByteSink | undefined;
    return using(
      ({ path }) =>
        Promise.resolve(
          path === '/watch' ? { status: 200, headers: {}, body: { start: s => void (sink = s) } } : json(200, {}),
        ),
      async ({ transport, breakConnections }) => {
        const stream = await transport.stream({ method: 'GET', path: '/watch' });
        const failed = expect(
          (async () => {
            for await (const chunk of stream) expect(chunk.length).toBeGreaterThan(0);
          })(),
        ).rejects.toMatchObject({ name: 'TransportError' });
        await eventually(() => sink !== undefined);
        await breakConnections();
        await failed;
        await eventually(async () => (await transport.send({ method: 'GET', path: '/' })).status === 200);
      },
    );
  });

  test('a reflector resumes a broken watch at its last version, and lists anew after 410', () => {
    const asked: string[] = [];
    let broken = 0;
    const object = (name: string, resourceVersion: string) => ({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name, namespace: 'n', resourceVersion },
    });
    const line = (type: string, what: unknown) => Buffer.from(`${JSON.stringify({ type, object: what })}\n`);
    const handler: ApiHandler = ({ query }) => {
      const parameters = new URLSearchParams(query);
      const version = parameters.get('resourceVersion') ?? '';
      if (!parameters.has('watch')) {
        asked.push(`list ${version}`);
        return Promise.resolve(
          json(200, { metadata: { resourceVersion: broken < 2 ? '5' : '9' }, items: [object('a', '5')] }),
        );
      }
      asked.push(`watch ${version}`);
      return Promise.resolve({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: {
          start(sink) {
            if (version === '5') {
              sink.write(line('ADDED', object('b', '6')));
              sink.write(line('BOOKMARK', { metadata: { resourceVersion: '7' } }));
            } else if (version === '7')
              sink.write(line('ERROR', new StatusError(410, 'Expired', 'too old').toStatus()));
          },
        },
      });
    };
    return using(handler, async ({ transport, breakConnections }) => {
      const state: string[] = [];
      const abort = new AbortController();
      const reflector = new Reflector({
        resource: createKubeClient(transport, { userAgent: 'suite' }).resource(ConfigMaps),
        selection: {},
        target: {
          replace: items => void state.push(`replaced by ${items.map(item => item.metadata?.name).join()}`),
          apply: event => void state.push(`${event.type} ${event.object.metadata?.name}`),
        },
        clock: { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(20, signal) },
        log: silentLogger,
        name: 'configmaps',
      });
      const running = reflector.run(abort.signal);
      await eventually(() => state.includes('ADDED b'));
      broken++;
      await breakConnections();
      await eventually(() => asked.includes('watch 7'));
      broken++;
      await eventually(() => asked.includes('watch 9'));
      abort.abort();
      await running;
      expect(asked.filter(entry => entry.startsWith('list'))).toEqual(['list 0', 'list ']);
      expect(state.slice(0, 3)).toEqual(['replaced by a', 'ADDED b', 'replaced by a']);
    });
  });
}
