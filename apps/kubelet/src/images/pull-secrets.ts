import type { corev1 } from '@navarch/api';
import type { AuthConfig } from '@navarch/cri';
import { parseImageName } from './image-name';

interface DockerAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/**
 * credentialsFor are what the pull secrets hold for an image's registry, the most specific first. Keys are as in docker's config: `host`,
 * `host/path`, `https://host/v1/`, `*.host`. Secrets of other types, and unreadable ones, hold nothing.
 */
export function credentialsFor(image: string, secrets: readonly corev1.Secret[]): readonly AuthConfig[] {
  const name = parseImageName(image);
  if (!name) return [];
  const found: { specific: number; auth: AuthConfig }[] = [];
  for (const secret of secrets) {
    for (const [key, auth] of entriesOf(secret)) {
      const specific = matches(key, name.registry, name.repository);
      if (specific !== undefined) found.push({ specific, auth: authConfig(auth, serverAddress(name.registry)) });
    }
  }
  return found.sort((a, b) => b.specific - a.specific).map(({ auth }) => auth);
}

function entriesOf(secret: corev1.Secret): [string, DockerAuth][] {
  const decode = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  try {
    if (secret.type === 'kubernetes.io/dockerconfigjson') {
      const config = JSON.parse(decode('.dockerconfigjson')) as { auths?: Record<string, DockerAuth> };
      return Object.entries(config.auths ?? {});
    }
    if (secret.type === 'kubernetes.io/dockercfg')
      return Object.entries(JSON.parse(decode('.dockercfg')) as Record<string, DockerAuth>);
  } catch {
    return [];
  }
  return [];
}

/** matches answers how specific the key is for the image (its length), undefined if it is for another. */
function matches(key: string, registry: string, repository: string): number | undefined {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/(v1|v2)?\/?$/, '');
  const [host = '', ...rest] = bare.split('/');
  const path = rest.join('/');
  const known = host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
  if (!hostMatches(known, registry)) return undefined;
  return path === '' || repository === path || repository.startsWith(`${path}/`) ? bare.length : undefined;
}

function hostMatches(pattern: string, registry: string): boolean {
  const [patternParts, parts] = [pattern.split('.'), registry.split('.')];
  return patternParts.length === parts.length && patternParts.every((part, i) => part === '*' || part === parts[i]);
}

function serverAddress(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

function authConfig(entry: DockerAuth, server: string): AuthConfig {
  const [username, ...password] = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return {
    username: entry.username ?? username ?? '',
    password: entry.password ?? password.join(':'),
    ...(entry.identitytoken && { identityToken: entry.identitytoken }),
    ...(entry.registrytoken && { registryToken: entry.registrytoken }),
    serverAddress: server,
  };
}
