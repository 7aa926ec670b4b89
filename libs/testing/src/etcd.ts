import { get } from 'node:http';
import { join } from 'node:path';
import { startChild } from './children';
import { freePort, tempDir } from './places';
import { runServer, withPorts, type TestServer } from './server';

/** TlsFiles names PEM files: a CA, and a certificate with its key. */
export interface TlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface EtcdOptions {
  /** fsync makes etcd write to the disk for sure; off unless asked, for speed. */
  readonly fsync?: boolean;
  /** tls makes etcd serve HTTPS with this certificate and ask clients for one of the same CA. */
  readonly tls?: TlsFiles;
  readonly extraArgs?: readonly string[];
}

export interface TestEtcd extends TestServer {
  /** endpoints are the client URLs. */
  readonly endpoints: string[];
  readonly dataDir: string;
}

/** startEtcd starts a real single-member etcd in a folder of its own, on free ports, and answers when it is healthy. */
export function startEtcd(options: EtcdOptions = {}): Promise<TestEtcd> {
  return withPorts(async () => {
    const [client, peer, metrics] = [await freePort(), await freePort(), await freePort()];
    const dir = tempDir('navarch-etcd-');
    const clientUrl = `${options.tls ? 'https' : 'http'}://127.0.0.1:${client}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    const dataDir = join(dir.path, 'data');
    const args = [
      ...['--name', 'test', '--data-dir', dataDir, '--logger', 'zap', '--log-level', 'error'],
      ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ...[
        '--listen-peer-urls',
        peerUrl,
        '--initial-advertise-peer-urls',
        peerUrl,
        '--initial-cluster',
        `test=${peerUrl}`,
      ],
      ...['--listen-metrics-urls', `http://127.0.0.1:${metrics}`],
      ...(options.fsync ? [] : ['--unsafe-no-fsync']),
      ...(options.tls ? tlsArgs(options.tls) : []),
      ...(options.extraArgs ?? []),
    ];
    const server = await runServer(
      () => startChild('etcd', args),
      () => healthy(metrics),
      dir.remove,
    );
    return { ...server, endpoints: [clientUrl], dataDir };
  });
}

function tlsArgs({ caFile, certFile, keyFile }: TlsFiles): string[] {
  return ['--trusted-ca-file', caFile, '--cert-file', certFile, '--key-file', keyFile, '--client-cert-auth'];
}

function healthy(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const request = get({ host: '127.0.0.1', port, path: '/health', timeout: 1_000 }, response => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
