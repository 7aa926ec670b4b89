import type { certificatesv1 } from '@navarch/api';
import { field, foundIn, isDNS1123Label, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { invalidStruct, oneOf } from '../../../shared/errors';
import { goBytes } from '../../../shared/go-syntax';
import { pemBlocks, readCertificate } from '../../../shared/pem';
import { requestProblem } from './request';

type CSR = certificatesv1.CertificateSigningRequest;
const SPEC = Path.at('spec');
const STATUS = Path.at('status');
const DECISIONS = ['Approved', 'Denied'];
const DECISIVE = [...DECISIONS, 'Failed'];
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_SECONDS = 600;
/** TERSE is the first release that asks for usages in no words of its own. */
const TERSE = 33;
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const isV1 = ({ apiVersion }: StrategyContext) => apiVersion === 'certificates.k8s.io/v1';

/** validateRequest checks a new CertificateSigningRequest; v1 asks for more than v1beta1. */
export function validateRequest(
  { spec = {} as certificatesv1.CertificateSigningRequestSpec }: CSR,
  context: StrategyContext,
): FieldError[] {
  const { request, usages = [], signerName, expirationSeconds } = spec;
  const errors: FieldError[] = [];
  const bytes = Buffer.from(request ?? '', 'base64');
  const problem = requestProblem(bytes.toString('latin1'));
  if (problem) errors.push(invalidStruct(SPEC.child('request'), goBytes(bytes), problem));
  if (!usages?.length)
    errors.push(field.required(SPEC.child('usages'), context.emulated < TERSE ? 'usages must be provided' : ''));
  const seen = new Set<string>();
  (usages ?? []).forEach((usage, i) => {
    const at = SPEC.child('usages').index(i);
    if (isV1(context)) errors.push(...oneOf(at, usage, USAGES));
    if (isV1(context) && seen.has(usage)) errors.push(field.duplicate(at, usage));
    seen.add(usage);
  });
  const signer = SPEC.child('signerName');
  if (isV1(context) && signerName === LEGACY_SIGNER)
    errors.push(field.invalid(signer, signerName, 'the legacy signerName is not allowed via this API version'));
  else errors.push(...validateSigner(signerName, signer, context));
  if (expirationSeconds !== undefined && expirationSeconds < MIN_SECONDS) {
    errors.push(
      field.invalid(
        SPEC.child('expirationSeconds'),
        expirationSeconds,
        `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`,
      ),
    );
  }
  return errors;
}

/** MAX_DOMAIN is how long a signer's domain may be, MAX_SIGNER how long its name: a domain, a slash, a label, a dot and a subdomain. */
const MAX_DOMAIN = 253;
const MAX_SIGNER = MAX_DOMAIN + 1 + 63 + 1 + 253;

/** validateSigner checks a signer's name; of the parts of its domain and of its path the first bad one is told. */
function validateSigner(name: string | undefined, path: Path, { emulated }: StrategyContext): FieldError[] {
  if (!name) return [field.required(path, 'signerName must be provided')];
  const [domain = '', rest = '', ...more] = name.split('/');
  if (more.length || !name.includes('/'))
    return [
      field.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
    ];
  const labels = domain.split('.');
  return [
    ...(domain.length > MAX_DOMAIN ? [field.tooLong(path, MAX_DOMAIN, emulated)] : []),
    ...firstBadPart(path, domain, labels, isDNS1123Label),
    ...(labels.length < 2
      ? [field.invalid(path, domain, 'should be a domain with at least two segments separated by dots')]
      : []),
    ...firstBadPart(path, rest, rest.split('.'), isDNS1123Subdomain),
    ...(name.length > MAX_SIGNER ? [field.tooLong(path, MAX_SIGNER, emulated)] : []),
  ];
}

function firstBadPart(
  path: Path,
  whole: string,
  parts: readonly string[],
  problemsOf: (part: string) => readonly string[],
): FieldError[] {
  for (const part of parts) {
    const problems = problemsOf(part);
    if (problems.length)
      return problems.map(problem =>
        field.invalid(path, whole, `validating label ${JSON.stringify(part)}: ${problem}`),
      );
  }
  return [];
}

/**
 * validateConditions checks what has been decided: approval and denial exclude each other, and are true where they are there. v1beta1 lets
 * types repeat or be empty, and so does what is so already.
 */
export function validateConditions({ status = {} }: CSR, old: CSR, context: StrategyContext): FieldError[] {
  const path = STATUS.child('conditions');
  const before = (old.status?.conditions ?? []).map(({ type }) => type);
  const mayRepeat = !isV1(context) || new Set(before).size < before.length;
  const mayBeEmpty = !isV1(context) || before.includes('');
  const mayContradict = before.includes('Approved') && before.includes('Denied');
  const types = new Set<string>();
  const decided: string[] = [];
  return foundIn(status.conditions, ({ type, status: value }, i) => {
    const at = path.index(i);
    const errors: FieldError[] = [];
    if (!type && !mayBeEmpty) errors.push(field.required(at.child('type')));
    const decisive = DECISIVE.includes(type);
    if (!value) errors.push(field.required(at.child('status')));
    else if (decisive && value !== 'True') errors.push(...oneOf(at.child('status'), value, ['True']));
    else if (!['True', 'False', 'Unknown'].includes(value))
      errors.push(...oneOf(at.child('status'), value, ['False', 'True', 'Unknown']));
    if (!mayContradict && (type === 'Approved' || type === 'Denied')) {
      if (decided.length && !decided.includes(type))
        errors.push(field.invalid(at.child('type'), type, 'Approved and Denied conditions are mutually exclusive'));
      decided.push(type);
    }
    if (types.has(type) && !mayRepeat) errors.push(field.duplicate(at.child('type'), type));
    types.add(type);
    return errors;
  });
}

/** validateKept: what was decided is not taken back, and only `approval` decides (`mayDecide`). */
export function validateKept(request: CSR, old: CSR, mayDecide: boolean): FieldError[] {
  const forbid = (why: string) => field.forbidden(STATUS.child('conditions'), why);
  const of = ({ status }: CSR, type: string) => (status?.conditions ?? []).filter(one => one.type === type);
  return [
    ...DECISIVE.filter(type => of(request, type).length < of(old, type).length).map(type =>
      forbid(`updates may not remove a condition of type ${JSON.stringify(type)}`),
    ),
    ...(mayDecide ? [] : DECISIONS)
      .filter(type => of(request, type).length > of(old, type).length)
      .map(type => forbid(`updates may not add a condition of type ${JSON.stringify(type)}`)),
  ];
}

/** validateCertificate: what the signer writes, once, has to be certificates in PEM; v1beta1 takes anything. */
export function validateCertificate({ status }: CSR, old: CSR, context: StrategyContext): FieldError[] {
  const before = old.status?.certificate ?? '';
  if (!isV1(context) || (status?.certificate ?? '') === before) return [];
  const at = STATUS.child('certificate');
  const text = Buffer.from(status?.certificate ?? '', 'base64').toString('latin1');
  const problem = text ? certificateProblem(text) : undefined;
  return [
    ...(problem === undefined ? [] : [field.invalid(at, '<certificate data>', problem)]),
    ...(before ? [field.forbidden(at, 'updates may not modify existing certificate content')] : []),
  ];
}

function certificateProblem(text: string): string | undefined {
  const blocks = pemBlocks(text);
  if (!blocks.length) return 'must contain at least one CERTIFICATE PEM block';
  for (const { type, hasHeaders, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (hasHeaders) return 'no PEM block headers are permitted';
    if (!readCertificate(bytes)) return 'x509: malformed certificate';
  }
  return undefined;
}
