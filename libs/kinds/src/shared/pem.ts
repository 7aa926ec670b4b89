import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** PemBlock is what stands between a BEGIN line and its END line. */
export interface PemBlock {
  readonly type: string;
  readonly hasHeaders: boolean;
  readonly bytes: Buffer;
}

const BLOCK = /^-----BEGIN ([^\n]*?)-----[ \t]*\r?\n([\s\S]*?)^-----END \1-----[ \t]*\r?$/gm;
const HEADERS = /^((?:[^\n:]+:[^\n]*\r?\n)+)\r?\n?/;

/** pemBlocks reads the blocks of PEM; what stands around them, and blocks that are no base64, are left out. Pure. */
export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(BLOCK)].flatMap(([, type = '', body = '']) => {
    const headers = HEADERS.exec(body)?.[1] ?? '';
    const encoded = body.slice(headers.length).replace(/\s/g, '');
    const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(encoded) && encoded.length % 4 === 0;
    return isBase64 ? [{ type, hasHeaders: headers !== '', bytes: Buffer.from(encoded, 'base64') }] : [];
  });
}

/** readCertificate reads DER; undefined: it is no certificate. */
export function readCertificate(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** keyPairProblem tells, as Go does, why a server cannot use a certificate with a key, both in PEM; undefined: it can. Pure. */
export function keyPairProblem(certificate: string, key: string): string | undefined {
  const leaf = firstOf(pemBlocks(certificate), type => type === 'CERTIFICATE');
  if (!leaf.block) return noCertificate(leaf.skipped);
  const secret = firstOf(pemBlocks(key), isKey);
  if (!secret.block) return noKey(secret.skipped);
  const parsed = readCertificate(leaf.block.bytes);
  if (!parsed) return 'x509: malformed certificate';
  const own = readKey(secret.block);
  if (!own) return 'tls: failed to parse private key';
  const { publicKey } = parsed;
  const KNOWN = ['rsa', 'ec', 'ed25519'];
  if (!KNOWN.includes(publicKey.asymmetricKeyType ?? '')) return 'tls: unknown public key algorithm';
  if (publicKey.asymmetricKeyType !== own.asymmetricKeyType)
    return 'tls: private key type does not match public key type';
  return parsed.checkPrivateKey(own) ? undefined : 'tls: private key does not match public key';
}

const isKey = (type: string) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY');

function firstOf(
  blocks: readonly PemBlock[],
  fits: (type: string) => boolean,
): { block: PemBlock | undefined; skipped: string[] } {
  const block = blocks.find(({ type }) => fits(type));
  return { block, skipped: block ? [] : blocks.map(({ type }) => type) };
}

function noCertificate(skipped: readonly string[]): string {
  const [first] = skipped;
  if (first === undefined) return 'tls: failed to find any PEM data in certificate input';
  if (skipped.length === 1 && first.endsWith('PRIVATE KEY'))
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
}

function noKey(skipped: readonly string[]): string {
  const [first] = skipped;
  if (first === undefined) return 'tls: failed to find any PEM data in key input';
  if (skipped.length === 1 && first === 'CERTIFICATE')
    return 'tls: found a certificate rather than a key in the PEM for the private key';
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
}

function readKey({ bytes }: PemBlock): KeyObject | undefined {
  for (const type of ['pkcs1', 'pkcs8', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: bytes, format: 'der', type });
    } catch {
      // The next form may fit.
    }
  }
  return undefined;
}
