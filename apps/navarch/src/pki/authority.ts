import type * as X509 from '@peculiar/x509';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** Profile is what a certificate says. */
export interface Profile {
  readonly commonName: string;
  /** organization becomes the user's group. */
  readonly organization?: string;
  readonly use: 'client' | 'server' | 'both';
  /** names are DNS names; addresses are IP addresses. */
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
}

/** KeyPair is a certificate with its key, PEM-encoded. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Authority signs certificates: ECDSA P-256, valid one year, an authority's own ten. */
export class Authority {
  private constructor(
    private readonly x509: typeof X509,
    private readonly certificate: X509.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
  ) {}

  /** open reads the authority at `base`.crt and `base`.key, and makes it first if it is not there. */
  static async open(base: string, commonName: string): Promise<Authority> {
    // Loaded only here: a second `up` needs no certificate made and should not pay for the library.
    await import('reflect-metadata');
    const x509 = await import('@peculiar/x509');
    if (!fs.existsSync(`${base}.key`)) writeKeyPair(base, await selfSigned(x509, commonName));
    const key = createPrivateKey(fs.readFileSync(`${base}.key`)).export({ type: 'pkcs8', format: 'der' });
    return new Authority(
      x509,
      new x509.X509Certificate(fs.readFileSync(`${base}.crt`, 'utf8')),
      await webcrypto.subtle.importKey('pkcs8', key, ALGORITHM, true, ['sign']),
    );
  }

  /** issue makes a key and a certificate for it. */
  async issue(profile: Profile): Promise<KeyPair> {
    const { x509 } = this;
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const usages = { client: [x509.ExtendedKeyUsage.clientAuth], server: [x509.ExtendedKeyUsage.serverAuth] };
    const names = [
      ...(profile.names ?? []).map(value => ({ type: 'dns' as const, value })),
      ...(profile.addresses ?? []).map(value => ({ type: 'ip' as const, value })),
    ];
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: subjectOf(profile),
      issuer: this.certificate.subject,
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() + 365 * DAY_MS),
      publicKey: keys.publicKey,
      signingKey: this.key,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension(
          profile.use === 'both' ? [...usages.client, ...usages.server] : usages[profile.use],
        ),
        await x509.AuthorityKeyIdentifierExtension.create(this.certificate.publicKey),
        ...(names.length ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    return { certificate: `${certificate.toString('pem')}\n`, key: await keyPem(keys.privateKey) };
  }
}

/** writeKeyPair writes `base`.crt and `base`.key; the key is readable for its owner only. */
export function writeKeyPair(base: string, pair: KeyPair): void {
  fs.mkdirSync(path.dirname(base), { recursive: true, mode: 0o700 });
  fs.writeFileSync(`${base}.crt`, pair.certificate, { mode: 0o644 });
  fs.writeFileSync(`${base}.key`, pair.key, { mode: 0o600 });
}

async function selfSigned(x509: typeof X509, commonName: string): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [commonName] }],
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3650 * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await keyPem(keys.privateKey) };
}

/** subjectOf lists the organization before the name, the order in which kubeadm and openssl write them. */
function subjectOf(profile: Profile): { [type: string]: string[] }[] {
  return [...(profile.organization ? [{ O: [profile.organization] }] : []), { CN: [profile.commonName] }];
}

/** serial is a random positive number; the leading 4x keeps its first byte from being zero or negative. */
function serial(): string {
  return `4${randomBytes(16).toString('hex').slice(1)}`;
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}
