/** ImageName is an image reference taken apart: `docker.io/library/nginx:1.20`. */
export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** parseImageName fills in what a short name leaves out; undefined if it is no reference. */
export function parseImageName(image: string): ImageName | undefined {
  const match =
    /^((?:[\w.-]+(?::\d+)?|\[[\da-fA-F:]+\](?::\d+)?)\/)?([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      image,
    );
  if (!match) return undefined;
  const [, head = '', rest, tag, digest] = match;
  const host = head.slice(0, -1);
  const isHost = host === 'localhost' || /[.:[]/.test(host);
  const path = isHost ? rest! : head + rest!;
  const registry = isHost ? host : 'docker.io';
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  return { registry, repository, tag: tag ?? (digest ? undefined : 'latest'), digest };
}

/** defaultPullPolicy: Always for `latest`, IfNotPresent otherwise. The API server sets it; static pods come without. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  return parseImageName(image)?.tag === 'latest' ? 'Always' : 'IfNotPresent';
}
