import { TEXT, type OpenApiOperation, type Route } from '@navarch/apiserver-runtime';
import { keySet, type VerificationKey } from '../authn/tokens/signing-keys';

const MAX_AGE = 'public, max-age=3600';

export interface OpenidOptions {
  readonly issuer: string;
  /** keys verify tokens at the moment. */
  readonly keys: () => readonly VerificationKey[];
  /** jwksUri is where the key set is to be found from outside. */
  readonly jwksUri: string;
}

const CONFIGURATION = '/.well-known/openid-configuration';
const KEY_SET = '/openid/v1/jwks';
const CONFIGURATION_TYPES = ['application/json'];
const KEY_SET_TYPES = ['application/jwk-set+json'];

const CONFIGURATION_OPERATION: OpenApiOperation = {
  ...{ path: `${CONFIGURATION}/`, method: 'get', tag: 'WellKnown', parameters: [], answers: { 200: TEXT } },
  id: 'getServiceAccountIssuerOpenIDConfiguration',
  description: "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
  produces: CONFIGURATION_TYPES,
};
const KEY_SET_OPERATION: OpenApiOperation = {
  ...{ path: `${KEY_SET}/`, method: 'get', tag: 'openid', parameters: [], answers: { 200: TEXT } },
  id: 'getServiceAccountIssuerOpenIDKeyset',
  description: 'get service account issuer OpenID JSON Web Key Set (contains public token verification keys)',
  produces: KEY_SET_TYPES,
};

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
      path: CONFIGURATION,
      methods: ['GET'],
      produces: CONFIGURATION_TYPES,
      operations: [CONFIGURATION_OPERATION],
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': MAX_AGE },
        body: Buffer.from(JSON.stringify(document())),
      }),
    },
    {
      path: KEY_SET,
      methods: ['GET'],
      produces: KEY_SET_TYPES,
      operations: [KEY_SET_OPERATION],
      handle: async () => {
        const body = Buffer.from(JSON.stringify(await keySet(keys())));
        return { status: 200, headers: { 'content-type': 'application/jwk-set+json', 'cache-control': MAX_AGE }, body };
      },
    },
  ];
}
