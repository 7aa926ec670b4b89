import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';

/** VerificationKey is a public key with the identifier that tokens name it by. */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: string;
  readonly key: KeyObject;
}

export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
}

/** readSigningKey reads a PEM private key (RSA or EC). */
export function readSigningKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  return { ...verificationKey(createPublicKey(privateKey)), privateKey };
}

/** readVerificationKeys reads the public keys of a PEM file; a private key or a certificate stands for its public key. */
export function readVerificationKeys(pem: string): VerificationKey[] {
  const blocks = pem.match(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g) ?? [];
  const keys = blocks
    .filter(block => !block.includes('EC PARAMETERS'))
    .map(block => verificationKey(createPublicKey(block)));
  if (!keys.length) throw new Error('data does not contain any valid RSA or ECDSA public keys');
  return keys;
}

function verificationKey(key: KeyObject): VerificationKey {
  const der = key.export({ type: 'spki', format: 'der' });
  return { key, alg: algorithm(key), kid: createHash('sha256').update(der).digest('base64url') };
}

function algorithm(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  if (key.asymmetricKeyType !== 'ec')
    throw new Error(`unsupported key type ${key.asymmetricKeyType}: RSA and ECDSA keys sign tokens`);
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'prime256v1':
      return 'ES256';
    case 'secp384r1':
      return 'ES384';
    case 'secp521r1':
      return 'ES512';
    default:
      throw new Error(`unsupported curve ${key.asymmetricKeyDetails?.namedCurve}`);
  }
}

/** keySet is the JSON Web Key Set that lets others verify our tokens. */
export async function keySet(keys: readonly VerificationKey[]): Promise<{ keys: JWK[] }> {
  const distinct = new Map(keys.map(key => [key.kid, key]));
  const jwks = [...distinct.values()].map(async ({ key, kid, alg }) => ({
    use: 'sig',
    kid,
    alg,
    ...(await exportJWK(key)),
  }));
  return { keys: await Promise.all(jwks) };
}
