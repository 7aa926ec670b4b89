import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { TlsFiles } from './etcd';
import { tempDir } from './places';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;

export interface CertificateRequest {
  /** name is the common name, organizations the groups of a user. */
  readonly name: string;
  readonly organizations?: readonly string[];
  /** hosts are the DNS names and addresses of a server; localhost and 127.0.0.1 unless given. */
  readonly hosts?: readonly string[];
}

/** TestPki is a certificate authority of a test; its files go with remove. */
export interface TestPki {
  readonly caFile: string;
  readonly caPem: string;
  /** issue makes a certificate good for serving and for clients, valid for a day. */
  issue(request: CertificateRequest): Promise<TlsFiles & { certPem: string; keyPem: string }>;
  remove(): void;
}

/** createTestPki makes a fresh CA in a temporary folder. Several in one trust store need names of their own. */
export async function createTestPki(authority = 'test-ca'): Promise<TestPki> {
  x509.cryptoProvider.set(webcrypto as typeof globalThis.crypto);
  const dir = tempDir('navarch-pki-');
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const times = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + DAY) };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...times,
    name: `CN=${authority}`,
    keys,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const caPem = `${ca.toString('pem')}\n`;
  const write = (name: string, text: string) => {
    const file = join(dir.path, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const caFile = write('ca.crt', caPem);
  let issued = 0;
  return {
    caFile,
    caPem,
    remove: dir.remove,
    async issue({ name, organizations = [], hosts = ['localhost', '127.0.0.1'] }) {
      const own = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
      const names = hosts.map(host => ({
        type: /^[\d.]+$|:/.test(host) ? ('ip' as const) : ('dns' as const),
        value: host,
      }));
      const certificate = await x509.X509CertificateGenerator.create({
        ...times,
        subject: new x509.Name([...organizations.map(o => ({ O: [o] })), { CN: [name] }]).toString(),
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: EC,
        extensions: [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
          new x509.SubjectAlternativeNameExtension(names),
        ],
      });
      const keyPem =
        x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', own.privateKey), 'PRIVATE KEY') + '\n';
      const certPem = `${certificate.toString('pem')}\n`;
      const stem = `${++issued}-${name.replace(/[^\w.-]/g, '_')}`;
      return {
        caFile,
        certFile: write(`${stem}.crt`, certPem),
        keyFile: write(`${stem}.key`, keyPem),
        certPem,
        keyPem,
      };
    },
  };
}
