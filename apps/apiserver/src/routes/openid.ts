import type { Route } from '@navarch/apiserver-runtime';
import { keySet, type VerificationKey } from '../authn/tokens/signing-keys';

const MAX_AGE = 'public, max-age=3600';

export interface OpenidOptions {
  readonly issuer: string;
  /** keys verify tokens at the moment. */
  readonly keys: () => readonly VerificationKey[];
  /** jwksUri is where the key set is to be found from outside. */
  readonly jwksUri: string;
}

/** openidRoutes let others verify service-account tokens: the discovery document and the key set. */
export function openidRoutes({ issuer, keys, jwksUri }: OpenidOptions): Route[] {
  const document = () => ({
    issuer,
    jwks_uri: jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys().map(key => key.alg))].sort(),
  });
  return [
    {
      path: '/.well-known/openid-configuration',
      methods: ['GET'],
      produces: ['application/json'],
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': MAX_AGE },
        body: Buffer.from(JSON.stringify(document())),
      }),
    },
    {
      path: '/openid/v1/jwks',
      methods: ['GET'],
      produces: ['application/jwk-set+json'],
      handle: async () => {
        const body = Buffer.from(JSON.stringify(await keySet(keys())));
        return { status: 200, headers: { 'content-type': 'application/jwk-set+json', 'cache-control': MAX_AGE }, body };
      },
    },
  ];
}
