import { getCiphers, type SecureVersion } from 'node:tls';

/** TlsSettings are the versions and ciphers that a server speaks. */
export interface TlsSettings {
  readonly minVersion: SecureVersion;
  /** ciphers are OpenSSL's names; the platform's own choice unless given. */
  readonly ciphers?: string;
}

const VERSIONS: ReadonlyMap<string, SecureVersion> = new Map([
  ['', 'TLSv1.2'],
  ['VersionTLS10', 'TLSv1'],
  ['VersionTLS11', 'TLSv1.1'],
  ['VersionTLS12', 'TLSv1.2'],
  ['VersionTLS13', 'TLSv1.3'],
]);
/** ALWAYS are the suites of TLS 1.3, which nobody chooses among. */
const ALWAYS = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
const SUITE =
  /^TLS_(?:(ECDHE)_(ECDSA|RSA)|RSA)_WITH_(?:AES_(128|256)_(GCM|CBC)_(SHA\d*)|(CHACHA20_POLY1305)(?:_SHA256)?)$/;

/** tlsSettings reads --tls-min-version and --tls-cipher-suites; it throws an Error that names the flag. Pure. */
export function tlsSettings(minVersion: string, suites: readonly string[]): TlsSettings {
  const version = VERSIONS.get(minVersion);
  if (!version) throw new Error(`--tls-min-version: unknown tls version ${JSON.stringify(minVersion)}`);
  if (!suites.length) return { minVersion: version };
  const chosen = suites.filter(name => !ALWAYS.includes(name)).map(openSslName);
  return { minVersion: version, ciphers: [...ALWAYS, ...chosen].join(':') };
}

/** openSslName is what OpenSSL calls a suite of TLS 1.2 or before: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is ECDHE-RSA-AES128-GCM-SHA256. */
function openSslName(suite: string): string {
  const [, exchange, signature, bits, mode, hash, chacha] = SUITE.exec(suite) ?? [];
  const cipher = chacha ? chacha.replace('_', '-') : `AES${bits}-${mode === 'GCM' ? 'GCM-' : ''}${hash}`;
  const name = exchange ? `${exchange}-${signature}-${cipher}` : cipher;
  if (!getCiphers().includes(name.toLowerCase()))
    throw new Error(`--tls-cipher-suites: Cipher suite ${suite} not supported or doesn't exist`);
  return name;
}
