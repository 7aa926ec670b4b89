import type { TestPki } from '@navarch/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** TestIssuer is an OpenID provider with a server of its own. For tests. */
export interface TestIssuer {
  readonly url: string;
  /** requests counts what was asked, by path. */
  readonly requests: ReadonlyMap<string, number>;
  /** sign makes a token that lasts five minutes, with these claims. */
  sign(claims: JWTPayload): Promise<string>;
  /** rotate signs with a new key from now on; only that one is published. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

/** startTestIssuer starts a provider with a certificate of this CA. */
export async function startTestIssuer(pki: TestPki): Promise<TestIssuer> {
  const { certPem, keyPem } = await pki.issue({ name: 'issuer' });
  const requests = new Map<string, number>();
  let current: { kid: string; key: CryptoKey; jwk: object };
  let made = 0;
  const rotate = async () => {
    const kid = `key-${++made}`;
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    current = { kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
  };
  await rotate();
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const path = request.url ?? '';
    requests.set(path, (requests.get(path) ?? 0) + 1);
    const document =
      path === '/.well-known/openid-configuration'
        ? { issuer: url, jwks_uri: `${url}/keys` }
        : path === '/keys'
          ? { keys: [current.jwk] }
          : undefined;
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ url, requests, rotate },
    sign: claims =>
      new SignJWT({ iss: url, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: current.kid })
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(current.key),
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
