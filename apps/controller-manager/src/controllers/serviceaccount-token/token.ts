import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { corev1 } from '@navarch/api';
import { SignJWT } from 'jose';

const ISSUER = 'kubernetes/serviceaccount';
const CLAIM = 'kubernetes.io/serviceaccount/';
const CURVES: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

/** TokenSigner signs the tokens that are kept in Secrets: they do not end by themselves, but with their Secret. */
export class TokenSigner {
  private readonly key: KeyObject;
  private readonly header: { readonly alg: string; readonly kid: string };

  /** It throws for a key that is neither RSA nor ECDSA over a NIST curve. */
  constructor(pem: string) {
    this.key = createPrivateKey(pem);
    const { asymmetricKeyType, asymmetricKeyDetails } = this.key;
    const alg = asymmetricKeyType === 'rsa' ? 'RS256' : CURVES.get(asymmetricKeyDetails?.namedCurve ?? '');
    if (!alg) throw new Error(`a signing key of type ${asymmetricKeyType} is not supported`);
    const der = createPublicKey(this.key).export({ type: 'spki', format: 'der' });
    this.header = { alg, kid: createHash('sha256').update(der).digest('base64url') };
  }

  /** sign makes the token of an account that is kept in the named secret. */
  sign({ metadata }: corev1.ServiceAccount, secretName: string): Promise<string> {
    const { namespace = '', name = '', uid } = metadata ?? {};
    const claims = {
      iss: ISSUER,
      [`${CLAIM}namespace`]: namespace,
      [`${CLAIM}secret.name`]: secretName,
      [`${CLAIM}service-account.name`]: name,
      [`${CLAIM}service-account.uid`]: uid,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    return new SignJWT(claims).setProtectedHeader(this.header).sign(this.key);
  }
}
