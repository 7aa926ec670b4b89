import type { UserInfo } from '@navarch/apimachinery';
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { parseTokenFile } from '../authn/static-tokens';
import {
  readSigningKey,
  readVerificationKeys,
  type SigningKey,
  type VerificationKey,
} from '../authn/tokens/signing-keys';
import type { ApiServerFlags } from '../flags';
import type { KubeletTls } from '../kubelet/kubelet-connection';
import type { Live, LiveFiles, ReadFile } from './live';
import { readNamedCertificate, type NamedCertificate } from './named-certificates';

/** CertificateBundle is a file of CA certificates: as it is, and taken apart. */
export interface CertificateBundle {
  readonly pem: string;
  readonly certificates: readonly X509Certificate[];
}

/** TokenKeys sign service-account tokens and verify them; the signing key is among those that verify. */
export interface TokenKeys {
  readonly signing: SigningKey;
  readonly verification: readonly VerificationKey[];
}

/** Credentials are the keys, certificates and tokens that flags name files of. All follow their files. */
export interface Credentials {
  readonly serving: Live<{ readonly cert: string; readonly key: string }>;
  /** named are the certificates for clients that ask for other names. */
  readonly named: Live<readonly NamedCertificate[]>;
  readonly clientCa: Live<CertificateBundle | undefined>;
  readonly proxyCa: Live<CertificateBundle | undefined>;
  /** proxyClient is the client certificate that aggregated API servers and webhooks know us by. */
  readonly proxyClient: Live<{ readonly cert: string; readonly key: string } | undefined>;
  /** kubelet is what kubelets know us by, and the CA that we know them by. */
  readonly kubelet: Live<KubeletTls>;
  readonly tokenKeys: Live<TokenKeys>;
  readonly staticTokens: Live<ReadonlyMap<string, UserInfo> | undefined>;
}

/** openCredentials reads the files; it throws an Error that names the flag of one that cannot be read. */
export function openCredentials(flags: ApiServerFlags, files: LiveFiles): Credentials {
  const follow = <T>(flag: keyof ApiServerFlags & string, make: (read: ReadFile) => T) =>
    files.follow(`--${flag}`, read => named(flag, () => make(read)));
  const bundle = (flag: 'client-ca-file' | 'requestheader-client-ca-file') =>
    follow(flag, read => (flags[flag] ? readBundle(read(flags[flag])) : undefined));
  return {
    serving: follow('tls-cert-file', read => {
      const pair = { cert: read(required(flags, 'tls-cert-file')), key: read(required(flags, 'tls-private-key-file')) };
      // The two are replaced one after the other; a pair that does not match must not be served.
      createSecureContext(pair);
      return pair;
    }),
    named: follow('tls-sni-cert-key', read => flags['tls-sni-cert-key'].map(text => readNamedCertificate(text, read))),
    clientCa: bundle('client-ca-file'),
    proxyCa: bundle('requestheader-client-ca-file'),
    proxyClient: follow('proxy-client-cert-file', read => {
      const { 'proxy-client-cert-file': cert, 'proxy-client-key-file': key } = flags;
      if (!cert || !key) return undefined;
      const pair = { cert: read(cert), key: read(key) };
      createSecureContext(pair);
      return pair;
    }),
    kubelet: follow('kubelet-client-certificate', read => {
      const file = (flag: 'kubelet-client-certificate' | 'kubelet-client-key' | 'kubelet-certificate-authority') =>
        flags[flag] ? named(flag, () => read(flags[flag])) : undefined;
      const [cert, key] = [file('kubelet-client-certificate'), file('kubelet-client-key')];
      const ca = file('kubelet-certificate-authority');
      if (cert && key) createSecureContext({ cert, key });
      return { ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) };
    }),
    tokenKeys: follow('service-account-signing-key-file', read => {
      const signing = readSigningKey(read(required(flags, 'service-account-signing-key-file')));
      const others = flags['service-account-key-file'].flatMap(file =>
        named('service-account-key-file', () => readVerificationKeys(read(file))),
      );
      return { signing, verification: [signing, ...others] };
    }),
    staticTokens: follow('token-auth-file', read =>
      flags['token-auth-file'] ? parseTokenFile(read(flags['token-auth-file'])) : undefined,
    ),
  };
}

/** readBundle takes a PEM file of certificates apart; it throws if there is none in it. */
export function readBundle(pem: string): CertificateBundle {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (!blocks.length) throw new Error('there is no certificate in it');
  return { pem, certificates: blocks.map(block => new X509Certificate(block)) };
}

function required(
  flags: ApiServerFlags,
  flag: 'tls-cert-file' | 'tls-private-key-file' | 'service-account-signing-key-file',
) {
  if (!flags[flag]) throw new Error('is required');
  return flags[flag];
}

function named<T>(flag: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(why.startsWith('--') ? why : `--${flag}: ${why}`, { cause: error });
  }
}
