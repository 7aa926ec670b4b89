import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeClient } from '@navarch/client';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startTestCluster, type TestCluster } from './testing/test-server';

describe('what Prometheus reads', () => {
  let cluster: TestCluster;
  let port: number;
  let admin: KubeClient;

  beforeAll(async () => {
    cluster = await startTestCluster();
    const server = await cluster.start();
    port = server.port;
    admin = await server.as('admin', ['system:masters']);
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  async function read(path: string): Promise<string[]> {
    const { body } = await admin.transport.send({ method: 'GET', path, headers: { accept: '*/*' } });
    return (body as Buffer).toString().split('\n');
  }
  const valueOf = (lines: readonly string[], series: string) =>
    Number(lines.find(line => line.startsWith(`${series} `))?.slice(series.length + 1));

  test('how large storage is, how long certificates are good for, and who could not agree on TLS', async () => {
    const stranger = connect(port, '127.0.0.1', () => stranger.end('GET / HTTP/1.0\r\n\r\n'));
    stranger.resume().on('error', () => undefined);
    await once(stranger, 'close');
    const lines = await read('/metrics');
    expect(valueOf(lines, 'apiserver_storage_size_bytes{storage_cluster_id="etcd-0"}')).toBeGreaterThan(1_000);
    expect(valueOf(lines, 'apiserver_client_certificate_expiration_seconds_count')).toBeGreaterThan(0);
    expect(valueOf(lines, 'apiserver_client_certificate_expiration_seconds_bucket{le="0"}')).toBe(0);
    expect(valueOf(lines, 'apiserver_tls_handshake_errors_total')).toBe(1);
  });

  test('how health checks went', async () => {
    await read('/readyz');
    const lines = await read('/metrics/slis');
    expect(valueOf(lines, 'kubernetes_healthcheck{name="etcd",type="readyz"}')).toBe(1);
    expect(valueOf(lines, 'kubernetes_healthchecks_total{name="etcd",type="readyz",status="success"}')).toBeGreaterThan(
      0,
    );
  });
});
