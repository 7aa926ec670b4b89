import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
  X509CertificateGenerator,
  type Extension,
  type Pkcs10CertificateRequest,
} from '@peculiar/x509';
import { alternativeNames } from './request';

const KEY_USAGES: ReadonlyMap<string, KeyUsageFlags> = new Map([
  ['signing', KeyUsageFlags.digitalSignature],
  ['digital signature', KeyUsageFlags.digitalSignature],
  ['content commitment', KeyUsageFlags.nonRepudiation],
  ['key encipherment', KeyUsageFlags.keyEncipherment],
  ['key agreement', KeyUsageFlags.keyAgreement],
  ['data encipherment', KeyUsageFlags.dataEncipherment],
  ['cert sign', KeyUsageFlags.keyCertSign],
  ['crl sign', KeyUsageFlags.cRLSign],
  ['encipher only', KeyUsageFlags.encipherOnly],
  ['decipher only', KeyUsageFlags.decipherOnly],
]);
const EXTENDED: ReadonlyMap<string, string> = new Map([
  ['any', '2.5.29.37.0'],
  ['server auth', ExtendedKeyUsage.serverAuth],
  ['client auth', ExtendedKeyUsage.clientAuth],
  ['code signing', ExtendedKeyUsage.codeSigning],
  ['email protection', ExtendedKeyUsage.emailProtection],
  ['s/mime', ExtendedKeyUsage.emailProtection],
  ['timestamping', ExtendedKeyUsage.timeStamping],
  ['ocsp signing', ExtendedKeyUsage.ocspSigning],
]);
const CURVES: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);

/** Signer is a certificate authority that signs requests. */
export class Signer {
  private constructor(
    private readonly ca: X509Certificate,
    private readonly key: webcrypto.CryptoKey,
    private readonly algorithm: webcrypto.EcdsaParams & webcrypto.RsaHashedImportParams,
  ) {}

  /** open reads the authority's PEM certificate and key: RSA, or ECDSA over a NIST curve. It throws for anything else. */
  static async open(certificate: string, keyPem: string): Promise<Signer> {
    const key = createPrivateKey(keyPem);
    const { asymmetricKeyType, asymmetricKeyDetails } = key;
    const namedCurve = CURVES.get(asymmetricKeyDetails?.namedCurve ?? '');
    if (asymmetricKeyType !== 'rsa' && !namedCurve)
      throw new Error(`a signing key of type ${asymmetricKeyType} is not supported`);
    const algorithm = {
      name: namedCurve ? 'ECDSA' : 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      ...(namedCurve && { namedCurve }),
    };
    const der = key.export({ type: 'pkcs8', format: 'der' });
    const imported = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    return new Signer(new X509Certificate(certificate), imported, algorithm);
  }

  /** endMs is when the authority's own certificate ends. */
  get endMs(): number {
    return this.ca.notAfter.getTime();
  }

  /** sign makes the certificate of a request, for these usages only; names are the request's. PEM. */
  async sign(
    request: Pkcs10CertificateRequest,
    usages: readonly string[],
    { from, until }: { from: number; until: number },
  ): Promise<string> {
    const flags = usages.reduce((sum, usage) => sum | (KEY_USAGES.get(usage) ?? 0), 0);
    const purposes = usages.map(usage => EXTENDED.get(usage)).filter(purpose => purpose !== undefined);
    const names = alternativeNames(request);
    const extensions: Extension[] = [
      ...(flags ? [new KeyUsagesExtension(flags, true)] : []),
      ...(purposes.length ? [new ExtendedKeyUsageExtension(purposes)] : []),
      new BasicConstraintsExtension(false, undefined, true),
      await AuthorityKeyIdentifierExtension.create(this.ca.publicKey),
      ...(names ? [names] : []),
    ];
    const certificate = await X509CertificateGenerator.create({
      // The leading 4 keeps the number positive.
      serialNumber: `4${randomBytes(16).toString('hex').slice(1)}`,
      subject: request.subjectName,
      issuer: this.ca.subjectName,
      notBefore: new Date(from),
      notAfter: new Date(until),
      publicKey: request.publicKey,
      signingKey: this.key,
      signingAlgorithm: this.algorithm,
      extensions,
    });
    return `${certificate.toString('pem')}\n`;
  }
}

/** endOf is when the first certificate of a PEM text ends, in milliseconds; undefined if it cannot be read. */
export function endOf(pem: string): number | undefined {
  try {
    return new X509Certificate(pem).notAfter.getTime();
  } catch {
    return undefined;
  }
}
