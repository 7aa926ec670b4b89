import { expect, test } from '@jest/globals';
import { block, CERTIFICATES } from '../testing/certificates';
import { keyPairProblem, pemBlocks } from './pem';

const { first, second, leaf, key } = CERTIFICATES;

test('blocks are found among other text, those that are no base64 are left out', () => {
  const text = `words\n${first}-----BEGIN X-----\n???\n-----END X-----\n${block('Y', 'AAAA')}`;
  expect(pemBlocks(text).map(({ type }) => type)).toEqual(['CERTIFICATE', 'Y']);
  expect(pemBlocks('-----BEGIN Z-----\nName: value\n\nAAAA\n-----END Z-----\n')).toEqual([
    { type: 'Z', hasHeaders: true, bytes: Buffer.from([0, 0, 0]) },
  ]);
});

test.each<[title: string, certificate: string, key: string, problem: string | undefined]>([
  ['a pair', first, key, undefined],
  ['another certificate of the key', leaf, key, undefined],
  ['a chain', `${leaf}${second}`, key, undefined],
  ['no PEM', 'x', key, 'tls: failed to find any PEM data in certificate input'],
  [
    'a key in place of the certificate',
    key,
    key,
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ],
  [
    'blocks of other kinds',
    `${block('A', 'AAAA')}${block('B', 'AAAA')}`,
    key,
    'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [A B]',
  ],
  ['no key', first, '', 'tls: failed to find any PEM data in key input'],
  [
    'a certificate in place of the key',
    first,
    first,
    'tls: found a certificate rather than a key in the PEM for the private key',
  ],
  ['a torn certificate', block('CERTIFICATE', 'MIIB'), key, 'x509: malformed certificate'],
  ['a torn key', first, block('PRIVATE KEY', 'MIIB'), 'tls: failed to parse private key'],
  ['what does not belong together', second, key, 'tls: private key does not match public key'],
])('a certificate and its key: %s', (_title, certificate, secret, problem) => {
  expect(keyPairProblem(certificate, secret)).toBe(problem);
});
