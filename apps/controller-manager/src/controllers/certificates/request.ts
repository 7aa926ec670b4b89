import 'reflect-metadata';
import type { certificatesv1 } from '@navarch/api';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';

type Csr = certificatesv1.CertificateSigningRequest;

const ALTERNATIVE_NAMES = '2.5.29.17';

/** RequestFacts are what a certificate request asks to be called. */
export interface RequestFacts {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dns: readonly string[];
  readonly ips: readonly string[];
  /** others are the kinds of names that a kubelet must not ask for: email, url. */
  readonly others: readonly string[];
}

/** parseRequest reads the PEM in spec.request. It throws if that is no PKCS#10 request. */
export function parseRequest({ spec }: Csr): Pkcs10CertificateRequest {
  return new Pkcs10CertificateRequest(Buffer.from(spec.request, 'base64').toString('utf8'));
}

/** factsOf reads the names in a request. */
export function factsOf(request: Pkcs10CertificateRequest): RequestFacts {
  const names = alternativeNames(request)?.names.items ?? [];
  const of = (type: string) => names.filter(name => name.type === type).map(name => name.value);
  return {
    commonName: request.subjectName.getField('CN')[0] ?? '',
    organizations: request.subjectName.getField('O'),
    dns: of('dns'),
    ips: of('ip'),
    others: names.filter(({ type }) => type !== 'dns' && type !== 'ip').map(({ type }) => type),
  };
}

/** alternativeNames is the extension with the request's other names. */
export function alternativeNames(request: Pkcs10CertificateRequest): SubjectAlternativeNameExtension | undefined {
  const extension = request.getExtension(ALTERNATIVE_NAMES);
  return extension instanceof SubjectAlternativeNameExtension ? extension : undefined;
}

/** conditionOf is the request's condition of that type. */
export function conditionOf(
  { status }: Csr,
  type: string,
): certificatesv1.CertificateSigningRequestCondition | undefined {
  return status?.conditions?.find(condition => condition.type === type);
}
