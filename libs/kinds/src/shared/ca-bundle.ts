import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\s*([\s\S]*?)-----END \1-----/g;

/** caBundleProblem says why a bundle of certificates (PEM, in base64) is none; undefined: it has one at least, or is empty. */
export function caBundleProblem(bundle: string | undefined): string | undefined {
  if (!bundle) return undefined;
  const failed = (why: string) => `unable to load root certificates: ${why}`;
  const blocks = [...Buffer.from(bundle, 'base64').toString('latin1').matchAll(BLOCK)];
  if (!blocks.length) return failed('unable to parse bytes as PEM block');
  const certificates = blocks.filter(([, type, content]) => type === 'CERTIFICATE' && !content!.includes(':'));
  const problems = certificates.map(([text]) => problemOf(text));
  if (problems.includes(undefined)) return undefined;
  return failed(
    problems.length ? `failed to parse certificate: ${problems[0]}` : 'no valid certificate authority data seen',
  );
}

function problemOf(pem: string): string | undefined {
  try {
    new X509Certificate(pem);
    return undefined;
  } catch {
    return 'x509: malformed certificate';
  }
}
