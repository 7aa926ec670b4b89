import { registryHost, type RegistryRequest } from './reference';

/** Upstream fetches from the registry that a client meant, as an anonymous user. It keeps tokens until they are refused. */
export class Upstream {
  /** tokens by registry and repository; at most MAX_TOKENS, then all are forgotten. */
  private readonly tokens = new Map<string, string>();

  constructor(private readonly connectTimeoutMs = 3_000) {}

  /** fetch passes a request on; it rejects where the registry cannot be reached. */
  async fetch(method: string, request: RegistryRequest, accept: string | undefined): Promise<Response> {
    const key = `${request.registry}/${request.repository}`;
    const url = `https://${registryHost(request.registry)}/v2/${request.repository}/${request.kind}/${request.reference}`;
    const first = await this.ask(method, url, accept, this.tokens.get(key));
    const challenge = first.headers.get('www-authenticate');
    if (first.status !== 401 || !challenge) return first;
    const token = await this.token(challenge);
    if (token === undefined) return first;
    await first.body?.cancel();
    if (this.tokens.size >= MAX_TOKENS) this.tokens.clear();
    this.tokens.set(key, token);
    return this.ask(method, url, accept, token);
  }

  private ask(method: string, url: string, accept: string | undefined, token: string | undefined): Promise<Response> {
    const headers = {
      ...(accept !== undefined && { Accept: accept }),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    };
    return withHeadTimeout(this.connectTimeoutMs, signal => fetch(url, { method, headers, signal }));
  }

  private async token(challenge: string): Promise<string | undefined> {
    const { realm, service, scope } = parseChallenge(challenge);
    if (realm === undefined || !realm.startsWith('https://')) return undefined;
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set('service', service);
    if (scope !== undefined) url.searchParams.set('scope', scope);
    const answer = await withHeadTimeout(this.connectTimeoutMs, signal => fetch(url, { signal }));
    if (!answer.ok) return undefined;
    const { token, access_token } = (await answer.json()) as { token?: string; access_token?: string };
    return token ?? access_token;
  }
}

const MAX_TOKENS = 1_000;

/** parseChallenge reads `Bearer realm="…",service="…",scope="…"`. */
export function parseChallenge(challenge: string): {
  readonly realm?: string;
  readonly service?: string;
  readonly scope?: string;
} {
  if (!/^bearer /i.test(challenge)) return {};
  return Object.fromEntries(
    [...challenge.matchAll(/(realm|service|scope)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}

/** withHeadTimeout bounds the wait for an answer's head, not for its body. */
async function withHeadTimeout(ms: number, work: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('the registry does not answer')), ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
