import { expect, test } from '@jest/globals';
import { createSecureContext } from 'node:tls';
import { tlsSettings } from './tls-settings';

test.each([
  ['', [], { minVersion: 'TLSv1.2' }],
  ['VersionTLS13', [], { minVersion: 'TLSv1.3' }],
  [
    'VersionTLS12',
    ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_256_CBC_SHA', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305'],
    {
      minVersion: 'TLSv1.2',
      ciphers:
        'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA:ECDHE-ECDSA-CHACHA20-POLY1305',
    },
  ],
])('%s with %j', (version, suites, want) => {
  const settings = tlsSettings(version, suites);
  expect(settings).toEqual(want);
  expect(() => createSecureContext(settings)).not.toThrow();
});

test.each([
  ['VersionTLS14', [], '--tls-min-version: unknown tls version "VersionTLS14"'],
  ['', ['TLS_NOPE'], "--tls-cipher-suites: Cipher suite TLS_NOPE not supported or doesn't exist"],
  ['', ['TLS_RSA_WITH_AES_512_GCM_SHA384'], "TLS_RSA_WITH_AES_512_GCM_SHA384 not supported or doesn't exist"],
])('%s with %j is refused', (version, suites, message) => {
  expect(() => tlsSettings(version, suites)).toThrow(message);
});
