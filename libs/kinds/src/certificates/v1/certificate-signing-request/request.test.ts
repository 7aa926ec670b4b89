import { expect, test } from '@jest/globals';
import { requestProblem } from './request';

const DER = Buffer.from(
  'MIHGMG4CAQAwDDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCyTTeMo+juArEqSwFu3+tpQMPOvbyklePTT+ZD+lqmkRJrNEOXSuDuVFKW08KWcmVKUEO3fGRiUgaWY6aerHcagADAKBggqhkjOPQQDAgNIADBFAiBHM331UQw5lVlv9v0RGe2v2B6PRejtIqsUwpLrA1z2awIhANDwEcWTeJcGRwuoby5nz8S/HeF1s2KBm9/Z6m2RXsd5',
  'base64',
);
const pem = (der: Uint8Array) =>
  `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;

test.each<[title: string, text: string, problem: string | undefined]>([
  ['one', pem(DER), undefined],
  ['one with words around it', `words\n${pem(DER)}words`, undefined],
  ['another block', pem(DER).replaceAll(' REQUEST', ''), 'PEM block type must be CERTIFICATE REQUEST'],
  ['no text', '', 'PEM block type must be CERTIFICATE REQUEST'],
  ['a torn one', pem(DER.subarray(0, 90)), 'asn1: syntax error: data truncated'],
  ['hardly any', pem(DER.subarray(0, 1)), 'asn1: syntax error: data truncated'],
  ['one and more', pem(Buffer.concat([DER, DER])), 'asn1: syntax error: trailing data'],
  ['something else', pem(Buffer.from([0x02, 0x01, 0x05])), "asn1: structure error: tags don't match"],
])('%s', (_title, text, problem) => expect(requestProblem(text)).toBe(problem));
