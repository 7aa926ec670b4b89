import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger, systemClock } from '@navarch/base';
import { HollowRuntime } from '@navarch/cri';
import { containerOf, podWith, runtimePodOf } from '../testkit/pods';
import { Prober } from './prober';

describe('Prober, by HTTP', () => {
  let answer: { status: number; location?: string };
  const server = http.createServer((_, response) => {
    response.writeHead(answer.status, { ...(answer.location && { location: answer.location }) }).end('body');
  });
  beforeEach(() => new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve)));
  afterEach(() => new Promise(resolve => void server.close(resolve)));

  /** verdictOf probes a container until its verdict is there, and answers it with the events of the way. */
  async function verdictOf(): Promise<{ started: boolean; events: string[] }> {
    const { port } = server.address() as AddressInfo;
    const events: string[] = [];
    const runtime = new HollowRuntime({ podCidr: '10.244.7.0/24' });
    const startupProbe = { httpGet: { host: '127.0.0.1', port, path: '/' }, failureThreshold: 1 };
    const pod = podWith({ containers: [{ name: 'main', startupProbe }] });
    const current = runtimePodOf([containerOf(pod, 'main', 'running')]);
    const id = current.containers[0]!.id;
    let prober!: Prober;
    await new Promise<void>(resolve => {
      const deps = {
        runtime,
        events: {
          event: (_: unknown, __: string, reason: string, text: string) => void events.push(`${reason}: ${text}`),
        },
        clock: systemClock,
        log: silentLogger,
        options: { nodeIp: '127.0.0.1', kubeletVersion: 'v1.33.0' },
      } as unknown as ConstructorParameters<typeof Prober>[0];
      prober = new Prober(deps, () => resolve());
      prober.sync(pod, current, []);
    });
    const started = prober.started(id);
    prober.stop();
    runtime.close();
    return { started, events };
  }

  test('a good answer is no event', async () => {
    answer = { status: 200 };
    expect(await verdictOf()).toEqual({ started: true, events: [] });
  });
  test('a bad one is', async () => {
    answer = { status: 500 };
    const events = ['Unhealthy: Startup probe failed: HTTP probe failed with statuscode: 500'];
    expect(await verdictOf()).toEqual({ started: false, events });
  });
  test('a redirect to another host is good enough, and is told', async () => {
    answer = { status: 302, location: 'http://0.0.0.0/' };
    const events = ['ProbeWarning: Startup probe warning: Probe terminated redirects, Response body: body'];
    expect(await verdictOf()).toEqual({ started: true, events });
  });
});
