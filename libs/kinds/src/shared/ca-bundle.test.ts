import { expect, test } from '@jest/globals';
import { caBundleProblem } from './ca-bundle';

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUKc3YcVmxHcXJyqCRUE7wxBVUVsMwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
`;
const problem = (text: string) => caBundleProblem(Buffer.from(text).toString('base64'));
const LOAD = 'unable to load root certificates:';

test.each<[string, string, string | undefined]>([
  ['nothing', '', undefined],
  ['no PEM', 'hello', `${LOAD} unable to parse bytes as PEM block`],
  ['a key', CERTIFICATE.replaceAll('CERTIFICATE', 'PUBLIC KEY'), `${LOAD} no valid certificate authority data seen`],
  ['half a certificate', CERTIFICATE, `${LOAD} failed to parse certificate: x509: malformed certificate`],
])('%s', (_name, text, wanted) => expect(problem(text)).toBe(wanted));

test('a certificate, with something else', () => {
  const whole = `-----BEGIN CERTIFICATE-----
MIIBcTCCARegAwIBAgIUGJeTMmQw3o9qaeYIRuP62W9Ib6IwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwIBcNMjYxMTMwMDgwNDM5WhgPMjEyNjExMDYwODA0Mzla
MA0xCzAJBgNVBAMMAmNhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7tqcQhba
oAh5qIpLkFHOOlhWNGvJj1PK5ss9lLBQzguKb/RHfngXlPPZBpQhMONm2BX4QkK5
lGlpPz6Rr2GrA6NTMFEwHQYDVR0OBBYEFCfgsZ3iBfC3sW14MkJRGcJL8hAdMB8G
A1UdIwQYMBaAFCfgsZ3iBfC3sW14MkJRGcJL8hAdMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSAAwRQIhAOCSAQOo3+keratFs6YnQqWLEwrG03zxFAwAi9dI
IIyHAiBaFNSBNugVuzBMLb7W1dDpfnXyBfvu1Wp/tZgkBH7Jtw==
-----END CERTIFICATE-----`;
  expect(problem(`text\n${whole}\n${CERTIFICATE}`)).toBeUndefined();
});
