import { unauthorized, type ApiRequest, type UserInfo } from '@navarch/apimachinery';
import type { Authenticator, Warned } from '@navarch/apiserver-runtime';
import type { Logger } from '@navarch/base';
import { isUtf8 } from 'node:buffer';
import type { TokenAuthenticator } from './token-authenticator';

const PROTOCOL_PREFIX = 'base64url.bearer.authorization.k8s.io.';

/** BearerAuthenticator takes the token from the Authorization header, or (browsers) from the WebSocket protocol list. A token that nobody knows is 401. */
export class BearerAuthenticator implements Authenticator {
  constructor(
    private readonly tokens: TokenAuthenticator,
    private readonly audiences: readonly string[],
    private readonly log: Logger,
  ) {}

  async authenticate(request: ApiRequest, asker: Warned): Promise<UserInfo | undefined> {
    const token = bearerToken(request.headers);
    if (!token) return undefined;
    try {
      const identity = await this.tokens.authenticateToken(token, this.audiences);
      if (identity?.warning) asker.warn(identity.warning);
      if (identity) return identity.user;
    } catch (error) {
      this.log.v(2, 'Unable to authenticate the request', {
        err: error instanceof Error ? error.message : String(error),
      });
    }
    throw unauthorized();
  }
}

/** bearerToken finds the token in a request's headers; undefined if there is none. A WebSocket's that is not as it has to be is 401. */
export function bearerToken(headers: ApiRequest['headers']): string | undefined {
  const [scheme = '', token = ''] = (headers.authorization?.trim() ?? '').split(' ');
  // With more than one space the token is empty, and that is none.
  if (scheme.toLowerCase() === 'bearer') return token || undefined;
  if (headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  const protocols = headers['sec-websocket-protocol']?.split(',').map(protocol => protocol.trim()) ?? [];
  const carried = protocols.filter(protocol => protocol.startsWith(PROTOCOL_PREFIX));
  if (!carried.length) return undefined;
  const encoded = carried[0]!.slice(PROTOCOL_PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64url');
  // There has to be one token and a protocol to speak beside it.
  if (carried.length > 1 || protocols.length === 1 || !BASE64URL.test(encoded) || !isUtf8(bytes)) throw unauthorized();
  return bytes.toString('utf8');
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;
