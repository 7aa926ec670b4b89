import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from './children';
import type { TlsFiles } from './etcd';
import { freePort, tempDir } from './places';
import { greets, runServer, withPorts, type TestServer } from './server';

export interface NatsOptions {
  /** config is added to the generated configuration: authorization, accounts, limits. */
  readonly config?: string;
  /** tls makes the server ask for a client certificate of the CA; `verifyAndMap` makes its subject the user. */
  readonly tls?: TlsFiles & { readonly verifyAndMap?: boolean };
}

export interface TestNats extends TestServer {
  /** url is `nats://127.0.0.1:PORT` (`tls://` with TLS). */
  readonly url: string;
  readonly port: number;
  /** configFile may be rewritten, and takes effect with restart (or SIGHUP to pid). */
  readonly configFile: string;
}

/** startNats starts a real nats-server on a free port with a generated configuration, and answers when it accepts clients. */
export function startNats(options: NatsOptions = {}): Promise<TestNats> {
  return withPorts(async () => {
    const port = await freePort();
    const dir = tempDir('navarch-nats-');
    const configFile = join(dir.path, 'nats.conf');
    writeFileSync(configFile, natsConfig(port, options), { mode: 0o600 });
    const server = await runServer(
      () => startChild('nats-server', ['-c', configFile]),
      () => greets(port, 'INFO '),
      dir.remove,
    );
    return { ...server, port, configFile, url: `${options.tls ? 'tls' : 'nats'}://127.0.0.1:${port}` };
  });
}

/** natsConfig is the text of the server's configuration file. */
export function natsConfig(port: number, { tls, config }: NatsOptions): string {
  const lines = [`listen: "127.0.0.1:${port}"`];
  if (tls) {
    const files = { ca_file: tls.caFile, cert_file: tls.certFile, key_file: tls.keyFile };
    const settings = Object.entries(files).map(([name, file]) => `  ${name}: ${JSON.stringify(file)}`);
    lines.push('tls {', ...settings, tls.verifyAndMap ? '  verify_and_map: true' : '  verify: true', '}');
  }
  return [...lines, config ?? '', ''].join('\n');
}
