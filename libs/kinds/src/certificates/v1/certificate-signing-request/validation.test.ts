import { expect, test } from '@jest/globals';
import type { StrategyContext } from '../../../kind';
import { block, CERTIFICATES } from '../../../testing/certificates';
import { validateCertificate, validateRequest } from './validation';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const PEM = base64(CERTIFICATES.first);
const OTHER = base64(CERTIFICATES.second);

test.each<[string, string | undefined, string | undefined, string[]]>([
  ['a first certificate', undefined, PEM, []],
  ['the same', base64('odd'), base64('odd'), []],
  ['no PEM', undefined, base64('odd'), ['FieldValueInvalid']],
  ['PEM of something else', undefined, base64(CERTIFICATES.key), ['FieldValueInvalid']],
  ['no certificate', undefined, base64(block('CERTIFICATE', 'MIIB')), ['FieldValueInvalid']],
  ['another', PEM, OTHER, ['FieldValueForbidden']],
  ['none any more', PEM, undefined, ['FieldValueForbidden']],
  ['another that is no PEM', PEM, base64('odd'), ['FieldValueInvalid', 'FieldValueForbidden']],
])('the certificate of a request: %s', (_name, before, after, want) => {
  const request = (certificate: string | undefined) => ({ spec: {}, status: { certificate } }) as never;
  const context = { apiVersion: 'certificates.k8s.io/v1' } as unknown as StrategyContext;
  expect(validateCertificate(request(after), request(before), context).map(error => error.reason)).toEqual(want);
});

test.each<[string, string[]]>([
  ['example.com/s', []],
  ['', ['Required value: signerName must be provided']],
  [
    'a/b/c',
    ['Invalid value: "a/b/c": must be a fully qualified domain and path of the form \'example.com/signer-name\''],
  ],
  ['x', ['Invalid value: "x": must be a fully qualified domain and path of the form \'example.com/signer-name\'']],
  ['one/s', ['Invalid value: "one": should be a domain with at least two segments separated by dots']],
  [
    'A.B/c',
    [expect.stringMatching(/^Invalid value: "A.B": validating label "A": a lowercase RFC 1123 label/) as never],
  ],
  ['a.b/C', [expect.stringMatching(/^Invalid value: "C": validating label "C": a lowercase RFC 1123 subdom/) as never]],
  [`${'a.'.repeat(126)}ab/c`, ['Too long: may not be more than 253 bytes']],
])('the name of a signer: %s', (signerName, want) => {
  const spec = { request: base64('odd'), usages: ['any'], signerName };
  const context = { apiVersion: 'certificates.k8s.io/v1', emulated: 33 } as unknown as StrategyContext;
  const found = validateRequest({ spec } as never, context).filter(({ field }) => field === 'spec.signerName');
  expect(found.map(({ message }) => message)).toEqual(want);
});
