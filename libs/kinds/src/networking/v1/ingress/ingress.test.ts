import { describe, expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

type Part = Readonly<Record<string, unknown>>;
const at = (version: string) => ask(`/apis/${version}/namespaces/n/ingresses`);
const v1 = (backend: Part) => ({ spec: { defaultBackend: backend } });
const beta = (backend: Part) => ({ spec: { backend } });

describe('v1.20 names the fields of an ingress as the version does', () => {
  test.each<readonly [version: string, body: Part, finding: string]>([
    [
      'networking.k8s.io/v1',
      v1({ service: { port: { number: 1 } } }),
      'spec.defaultBackend.service.name: Required value',
    ],
    ['networking.k8s.io/v1beta1', beta({ servicePort: 1 }), 'spec.backend.serviceName: Required value'],
    [
      'extensions/v1beta1',
      beta({ serviceName: 's', servicePort: 70_000 }),
      'spec.backend.servicePort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      'networking.k8s.io/v1',
      v1({ resource: { kind: 'K' } }),
      'spec.defaultBackend.resource.name: Required value: name is required',
    ],
  ])('%s', (version, body, finding) => {
    expect(at(version).created(body)).toEqual([finding]);
  });
});

describe('v1.20 lets pass what the betas let pass', () => {
  const tls = [{ secretName: 'Odd_Name' }];
  const rules = (http: Part) => [{ host: '*.example.com', http }];
  test('in a beta', () => {
    expect(at('networking.k8s.io/v1beta1').created({ spec: { tls, rules: rules({ paths: [] }) } })).toEqual([]);
  });
  test('not in v1', () => {
    const findings = at('networking.k8s.io/v1').created({ spec: { tls, rules: rules({ paths: [] }) } });
    expect(findings).toEqual([
      'spec.rules[0].http.paths: Required value',
      expect.stringMatching(/^spec\.tls\[0\]\.secretName: Invalid value: "Odd_Name": /),
    ]);
  });
});
