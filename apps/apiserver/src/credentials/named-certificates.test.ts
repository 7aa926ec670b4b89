import { expect, test } from '@jest/globals';
import { createTestPki } from '@navarch/testing';
import { readFileSync } from 'node:fs';
import { certificateFor, readNamedCertificate } from './named-certificates';

const ALL = [{ names: ['*.example.com'] }, { names: ['a.example.com', 'other.org'] }, { names: ['a.example.com'] }];

test.each([
  ['a.example.com', 1],
  ['A.Example.com', 1],
  ['b.example.com', 0],
  ['c.b.example.com', undefined],
  ['example.com', undefined],
  ['other.org', 1],
  ['localhost', undefined],
])('certificateFor %s', (name, index) => {
  expect(certificateFor(ALL, name)).toBe(index === undefined ? undefined : ALL[index]);
});

test('names are those that are given, or those in the certificate', async () => {
  const pki = await createTestPki();
  try {
    const { certFile, keyFile } = await pki.issue({ name: 'me' });
    const other = await pki.issue({ name: 'other' });
    const read = (file: string) => readFileSync(file, 'utf8');
    expect(readNamedCertificate(`${certFile},${keyFile}:Lb.example.com,*.lab`, read).names).toEqual([
      'lb.example.com',
      '*.lab',
    ]);
    expect(readNamedCertificate(`${certFile},${keyFile}`, read).names).toContain('localhost');
    expect(() => readNamedCertificate(`${certFile},${other.keyFile}`, read)).toThrow('key values mismatch');
    expect(() => readNamedCertificate(certFile, read)).toThrow('comma separated');
  } finally {
    pki.remove();
  }
});
