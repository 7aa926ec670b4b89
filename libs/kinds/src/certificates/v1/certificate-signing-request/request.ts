import 'reflect-metadata';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';

const ALTERNATIVE_NAMES = '2.5.29.17';
const LEGACY = 'kubernetes.io/legacy-unknown';
/** KUBELET are the signers of what kubelets ask for, by the usages that tell which. */
const KUBELET: ReadonlyMap<string, string> = new Map([
  ['client auth,digital signature,key encipherment', 'kubernetes.io/kube-apiserver-client-kubelet'],
  ['digital signature,key encipherment,server auth', 'kubernetes.io/kubelet-serving'],
]);

/** betaSigner is the signer of a v1beta1 request that names none: by subject and usages a kubelet's, else whoever signed everything at the time. Pure. */
export function betaSigner(request: unknown, usages: unknown): string {
  const names = Array.isArray(usages) ? [...new Set(usages.map(String))].sort().join() : '';
  const signer = KUBELET.get(names);
  if (signer === undefined || typeof request !== 'string') return LEGACY;
  const subject = subjectOf(request);
  if (!subject || subject.organizations.join() !== 'system:nodes') return LEGACY;
  if (!subject.commonName.startsWith('system:node:')) return LEGACY;
  const { alternatives } = subject;
  const fits = signer.endsWith('kubelet-serving')
    ? alternatives.length > 0 && alternatives.every(type => type === 'dns' || type === 'ip')
    : !alternatives.length;
  return fits ? signer : LEGACY;
}

interface Subject {
  readonly organizations: readonly string[];
  readonly commonName: string;
  /** alternatives are the types of the other names: `dns`, `ip`, `email`, `url`. */
  readonly alternatives: readonly string[];
}

const PEM = /-----BEGIN CERTIFICATE REQUEST-----\s([\s\S]+?)-----END CERTIFICATE REQUEST-----/;

/** requestProblem tells why text is no certificate request, in upstream's words; undefined: it is one. Pure. */
export function requestProblem(text: string): string | undefined {
  const encoded = PEM.exec(text)?.[1];
  if (encoded === undefined) return 'PEM block type must be CERTIFICATE REQUEST';
  const der = Buffer.from(encoded, 'base64');
  const end = endOf(der);
  if (end === undefined || end > der.length) return 'asn1: syntax error: data truncated';
  if (end < der.length) return 'asn1: syntax error: trailing data';
  try {
    new Pkcs10CertificateRequest(der);
    return undefined;
  } catch {
    return "asn1: structure error: tags don't match";
  }
}

/** endOf is where the first value of DER ends; undefined if not even its length is there. */
function endOf(der: Buffer): number | undefined {
  const first = der[1];
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const bytes = first & 0x7f;
  return bytes < 1 || bytes > 4 || der.length < 2 + bytes ? undefined : 2 + bytes + der.readUIntBE(2, bytes);
}

/** subjectOf reads whom a request in base64 is for; undefined if it is no request. */
function subjectOf(request: string): Subject | undefined {
  try {
    const parsed = new Pkcs10CertificateRequest(Buffer.from(request, 'base64').toString('latin1'));
    const extension = parsed.getExtension(ALTERNATIVE_NAMES);
    const names = extension instanceof SubjectAlternativeNameExtension ? extension.names.items : [];
    return {
      organizations: parsed.subjectName.getField('O'),
      commonName: parsed.subjectName.getField('CN')[0] ?? '',
      alternatives: names.map(({ type }) => type),
    };
  } catch {
    return undefined;
  }
}
