import 'reflect-metadata';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { certificatesv1 } from '@navarch/api';
import { createTestPki } from '@navarch/testing';
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { expiry, isToSign, recognize, signingProblem, validity } from './plan';
import { factsOf, parseRequest, type RequestFacts } from './request';
import { Signer, endOf } from './signer';

const NOW = Date.parse('2024-01-01T10:00:00Z');
const ago = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();
const csr = (
  spec: Partial<certificatesv1.CertificateSigningRequestSpec> = {},
  status: certificatesv1.CertificateSigningRequestStatus = {},
  age = 0.5,
): certificatesv1.CertificateSigningRequest => ({
  metadata: { name: 'r', creationTimestamp: ago(age) },
  spec: {
    request: '',
    signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    username: 'system:bootstrap:abc',
    usages: ['digital signature', 'key encipherment', 'client auth'],
    ...spec,
  },
  status,
});
const node: RequestFacts = {
  commonName: 'system:node:w1',
  organizations: ['system:nodes'],
  dns: [],
  ips: [],
  others: [],
};

test.each([
  ['a bootstrap identity for a node', csr(), node, ['nodeclient']],
  ['without key encipherment', csr({ usages: ['client auth', 'digital signature'] }), node, ['nodeclient']],
  ['a node for itself', csr({ username: 'system:node:w1' }), node, ['selfnodeclient', 'nodeclient']],
  ['another signer', csr({ signerName: 'kubernetes.io/kube-apiserver-client' }), node, []],
  ['another group', csr(), { ...node, organizations: ['system:masters'] }, []],
  ['two groups', csr(), { ...node, organizations: ['system:nodes', 'system:masters'] }, []],
  ['no node', csr(), { ...node, commonName: 'admin' }, []],
  ['with an address', csr(), { ...node, ips: ['10.0.0.1'] }, []],
  ['to serve', csr({ usages: ['digital signature', 'server auth'] }), node, []],
  ['for more', csr({ usages: ['digital signature', 'client auth', 'cert sign'] }), node, []],
])('recognize: %s', (_name, given, facts, expected) => {
  expect(recognize(given, facts).map(({ subresource }) => subresource)).toEqual(expected);
});

const serving = { signerName: 'kubernetes.io/kubelet-serving', usages: ['digital signature', 'server auth'] };
test.each([
  [csr(), node, undefined],
  [csr(), { ...node, dns: ['x'] }, 'DNS subjectAltNames are not allowed'],
  [csr(serving), { ...node, ips: ['10.0.0.1'] }, undefined],
  [csr(serving), node, 'DNS or IP subjectAltName is required'],
  [csr(serving), { ...node, dns: ['w1'], others: ['url'] }, 'URI subjectAltNames are not allowed'],
  [
    csr({ signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] }),
    { ...node, commonName: 'jane' },
    undefined,
  ],
  [
    csr({ signerName: 'kubernetes.io/kube-apiserver-client', usages: ['server auth'] }),
    node,
    'invalid usage for client certificate: server auth',
  ],
  [
    csr({ signerName: 'kubernetes.io/kube-apiserver-client', usages: ['digital signature'] }),
    node,
    'missing required usage for client certificate: client auth',
  ],
  [csr({ usages: ['client auth'] }), node, 'usages did not match [client auth digital signature key encipherment]'],
  [csr(), { ...node, organizations: [], dns: ['x'] }, 'subject organization is not system:nodes'],
  [csr({ signerName: 'example.com/own' }), node, 'no signer is called example.com/own'],
])('signingProblem %#', (given, facts, expected) => expect(signingProblem(given, facts)).toBe(expected));

const condition = (type: string, hours = 0.2) => ({ type, status: 'True', lastUpdateTime: ago(hours) });
test.each([
  [{}, false],
  [{ conditions: [condition('Approved')] }, true],
  [{ conditions: [condition('Approved')], certificate: 'x' }, false],
  [{ conditions: [condition('Approved'), condition('Failed')] }, false],
  [{ conditions: [condition('Approved'), condition('Denied')] }, false],
])('isToSign %#', (status, expected) => expect(isToSign(csr({}, status))).toBe(expected));

test.each([
  [undefined, 90, 1000, 90],
  [3600, 90, 1000, 1],
  [60, 90, 1000, 1 / 6],
  [3600 * 500, 90, 1000, 90],
  [undefined, 90, 10, 10],
])('asked for %s s, %s h at most, CA for %s h', (expirationSeconds, limit, ca, hours) => {
  const hour = 3_600_000;
  expect(validity(csr({ expirationSeconds }), limit * hour, NOW + ca * hour, NOW)).toEqual({
    from: NOW - 300_000,
    until: NOW + hours * hour,
  });
});

describe('expiry, in hours from now', () => {
  test.each([
    ['nobody decided', csr({}, {}, 1), undefined, 23],
    ['denied', csr({}, { conditions: [condition('Denied', 0.5)] }), undefined, 0.5],
    ['failed', csr({}, { conditions: [condition('Approved', 3), condition('Failed', 2)] }), undefined, -1],
    ['issued', csr({}, { conditions: [condition('Approved', 0.75)], certificate: 'x' }), undefined, 0.25],
    ['approved, by nobody signed', csr({}, { conditions: [condition('Approved', 5)] }, 6), undefined, 18],
    [
      'the certificate is over',
      csr({}, { conditions: [condition('Approved', 0.2)], certificate: 'x' }),
      NOW - 3_600_000,
      -1,
    ],
  ])('%s', (_name, given, end, hours) => expect(expiry(given, end)).toBe(NOW + hours * 3_600_000));
});

test('a request is read, and signed so that others can verify it', async () => {
  const pki = await createTestPki();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ O: ['system:nodes'] }, { CN: ['system:node:w1'] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'w1' },
        { type: 'ip', value: '10.0.0.7' },
      ]),
    ],
  });
  const given = csr({ ...serving, request: Buffer.from(request.toString('pem')).toString('base64') });
  const parsed = parseRequest(given);
  expect(await parsed.verify()).toBe(true);
  expect(factsOf(parsed)).toEqual({ ...node, dns: ['w1'], ips: ['10.0.0.7'] });

  const own = await pki.issue({ name: 'authority' });
  const signer = await Signer.open(own.certPem, readFileSync(own.keyFile, 'utf8'));
  const until = Math.floor(Date.now() / 1000) * 1000 + 3_600_000;
  const pem = await signer.sign(parsed, serving.usages, { from: Date.now() - 1000, until });
  pki.remove();
  const certificate = new NodeCertificate(pem);
  expect(certificate.verify(new NodeCertificate(own.certPem).publicKey)).toBe(true);
  expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:w1');
  expect(certificate.subjectAltName).toBe('DNS:w1, IP Address:10.0.0.7');
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(certificate.ca).toBe(false);
  expect(endOf(pem)).toBe(until);
  expect(endOf('nothing')).toBeUndefined();
});
