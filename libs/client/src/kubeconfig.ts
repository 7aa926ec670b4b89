import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { HttpsOptions } from './https-transport';

interface Kubeconfig {
  'current-context'?: string;
  clusters?: { name: string; cluster: Record<string, unknown> }[];
  users?: { name: string; user: Record<string, unknown> }[];
  contexts?: { name: string; context: { cluster?: string; user?: string; namespace?: string } }[];
}

/** LoadedKubeconfig is what HttpsTransport takes, and the namespace of the context. */
export interface LoadedKubeconfig extends HttpsOptions {
  readonly namespace: string;
}

/**
 * loadKubeconfig reads a kubeconfig file and resolves one of its contexts (the current one unless named). Relative paths are
 * relative to the file. Certificates, keys, tokens and token files are understood; exec and auth-provider plugins are refused.
 */
export function loadKubeconfig(file: string, context?: string): LoadedKubeconfig {
  const config = parse(readFileSync(file, 'utf8')) as Kubeconfig | null;
  const name = context ?? config?.['current-context'];
  const chosen = config?.contexts?.find(entry => entry.name === name)?.context;
  if (!chosen) throw new Error(`${file}: there is no context ${JSON.stringify(name ?? '')}`);
  const cluster = config?.clusters?.find(entry => entry.name === chosen.cluster)?.cluster;
  if (!cluster || typeof cluster.server !== 'string')
    throw new Error(`${file}: there is no cluster ${JSON.stringify(chosen.cluster ?? '')}`);
  const user = config?.users?.find(entry => entry.name === chosen.user)?.user ?? {};
  if (user.exec || user['auth-provider']) throw new Error(`${file}: credential plugins are not supported`);
  const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
  const path = (value: unknown) => {
    const given = text(value);
    return given ? { file: resolve(dirname(file), given) } : undefined;
  };
  const data = (value: unknown) => {
    const given = text(value);
    return given ? { pem: Buffer.from(given, 'base64').toString('utf8') } : undefined;
  };
  const tokenFile = path(user.tokenFile);
  return {
    server: cluster.server,
    namespace: chosen.namespace ?? 'default',
    ca: data(cluster['certificate-authority-data']) ?? path(cluster['certificate-authority']),
    cert: data(user['client-certificate-data']) ?? path(user['client-certificate']),
    key: data(user['client-key-data']) ?? path(user['client-key']),
    token: tokenFile ?? text(user.token),
    serverName: text(cluster['tls-server-name']),
    insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'] === true,
  };
}
