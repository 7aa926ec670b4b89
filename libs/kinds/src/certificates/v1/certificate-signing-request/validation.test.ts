import { expect, test } from '@jest/globals';
import type { StrategyContext } from '../../../kind';
import { validateCertificate } from './validation';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const PEM = base64('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
const OTHER = base64('-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n');

test.each<[string, string | undefined, string | undefined, string[]]>([
  ['a first certificate', undefined, PEM, []],
  ['the same', base64('odd'), base64('odd'), []],
  ['no PEM', undefined, base64('odd'), ['FieldValueInvalid']],
  ['another', PEM, OTHER, ['FieldValueForbidden']],
  ['none any more', PEM, undefined, ['FieldValueForbidden']],
  ['another that is no PEM', PEM, base64('odd'), ['FieldValueInvalid', 'FieldValueForbidden']],
])('the certificate of a request: %s', (_name, before, after, want) => {
  const request = (certificate: string | undefined) => ({ spec: {}, status: { certificate } }) as never;
  const context = { apiVersion: 'certificates.k8s.io/v1' } as unknown as StrategyContext;
  expect(validateCertificate(request(after), request(before), context).map(error => error.reason)).toEqual(want);
});
