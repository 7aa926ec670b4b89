import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { ReadFile } from './live';

/** NamedCertificate is a certificate for clients that ask for one of its names: `example.com`, or `*.example.com` for any first label. */
export interface NamedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly names: readonly string[];
}

/** readNamedCertificate reads `CERT,KEY` or `CERT,KEY:NAME,…`; without names they are those in the certificate. It throws an Error if the two do not match. */
export function readNamedCertificate(text: string, read: ReadFile): NamedCertificate {
  const [, certFile, keyFile, names] = /^([^,:]+),([^,:]+)(?::(.*))?$/.exec(text.trim()) ?? [];
  if (certFile === undefined || keyFile === undefined)
    throw new Error('expected comma separated certificate and key file paths');
  const pair = { cert: read(certFile), key: read(keyFile) };
  createSecureContext(pair);
  return {
    ...pair,
    names: names === undefined ? namesOf(pair.cert) : names.split(',').map(one => one.trim().toLowerCase()),
  };
}

/** namesOf are the DNS names of a certificate; one without any has its common name. */
function namesOf(pem: string): string[] {
  const { subjectAltName = '', subject } = new X509Certificate(pem);
  const names = subjectAltName.split(', ').flatMap(one => (one.startsWith('DNS:') ? [one.slice(4).toLowerCase()] : []));
  const common = /^CN=(.*)$/m.exec(subject)?.[1];
  return names.length || common === undefined ? names : [common.toLowerCase()];
}

/** certificateFor is the first certificate for a name, one that names it before one with a star; undefined if there is none. Pure. */
export function certificateFor<T extends Pick<NamedCertificate, 'names'>>(
  all: readonly T[],
  name: string,
): T | undefined {
  const asked = name.toLowerCase();
  const dot = asked.indexOf('.');
  const wild = dot < 0 ? undefined : `*${asked.slice(dot)}`;
  return all.find(one => one.names.includes(asked)) ?? all.find(one => wild !== undefined && one.names.includes(wild));
}
