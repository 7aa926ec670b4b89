import { describe, expect, test } from '@jest/globals';
import { loadSchema } from '../schema';
import { openApiDefinitions } from './index';

type Schema = Record<string, unknown> & { properties: Record<string, Record<string, unknown>> };
const POD = 'io.k8s.api.core.v1.Pod';

describe.each(['v2', 'v3'] as const)('openApiDefinitions %s', flavour => {
  const definitions = openApiDefinitions([POD, 'io.k8s.api.apps.v1.Deployment'], flavour) as Record<string, Schema>;
  const prefix = flavour === 'v2' ? '#/definitions/' : '#/components/schemas/';

  test('are closed: every reference is there', () => {
    const references = [...JSON.stringify(definitions).matchAll(/"\$ref":"([^"]+)"/g)].map(m => m[1]!);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter(ref => !ref.startsWith(prefix) || !definitions[ref.slice(prefix.length)])).toEqual([]);
  });

  test('say what kubectl asks for', () => {
    expect(definitions[POD]).toMatchObject({
      type: 'object',
      description: expect.stringContaining('collection of containers'),
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'Pod', version: 'v1' }],
    });
    expect(Object.keys(definitions[POD]!.properties)).toEqual(['apiVersion', 'kind', 'metadata', 'spec', 'status']);
    const { containers } = definitions['io.k8s.api.core.v1.PodSpec']!.properties;
    expect(containers).toMatchObject({
      type: 'array',
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    });
    expect(definitions['io.k8s.api.core.v1.PodSpec']!.required).toEqual(['containers']);
    expect(definitions['io.k8s.api.core.v1.ContainerPort']!.properties.containerPort).toMatchObject({
      type: 'integer',
      format: 'int32',
    });
    expect(definitions['io.k8s.apimachinery.pkg.apis.meta.v1.Time']).toMatchObject({
      type: 'string',
      format: 'date-time',
    });
  });

  test.each([
    [20, false],
    [33, true],
  ])('show the fields that v1.%i has', (emulated, want) => {
    const definitions = openApiDefinitions([POD], flavour, emulated) as Record<string, Schema>;
    expect('resourceClaims' in definitions['io.k8s.api.core.v1.PodSpec']!.properties!).toBe(want);
    expect('io.k8s.api.core.v1.PodResourceClaim' in definitions).toBe(want);
  });

  const one = (name: string, emulated: number) => openApiDefinitions([name], flavour, emulated)[name] as Schema;

  test.each([
    ['core.v1.HostAlias', 20, undefined],
    ['core.v1.HostAlias', 33, ['ip']],
    ['networking.v1.HTTPIngressPath', 20, ['backend']],
    ['networking.v1.HTTPIngressPath', 22, ['backend', 'pathType']],
    ['apps.v1.StatefulSetSpec', 32, ['selector', 'serviceName', 'template']],
    ['apps.v1.StatefulSetSpec', 33, ['selector', 'template']],
    ['policy.v1beta1.IDRange', 20, ['max', 'min']],
    ['certificates.v1beta1.CertificateSigningRequest', 20, undefined],
  ])('of %s 1.%i requires %j', (name, emulated, required) => {
    expect(one(`io.k8s.api.${name}`, emulated)['required']).toEqual(required);
  });

  test.each([
    ['core.v1.ServiceSpec', 'topologyKeys', 21],
    ['core.v1.EphemeralVolumeSource', 'readOnly', 20],
  ])('%s shows %s up to 1.%i', (name, field, last) => {
    const shown = (emulated: number) => field in one(`io.k8s.api.${name}`, emulated).properties;
    expect([shown(last), shown(last + 1)]).toEqual([true, false]);
  });

  test.each([
    [22, 'core.v1.Handler'],
    [23, 'core.v1.LifecycleHandler'],
  ])('in 1.%i hooks are of %s', (emulated, name) => {
    const definitions = openApiDefinitions(['io.k8s.api.core.v1.Lifecycle'], flavour, emulated);
    const of = `io.k8s.api.${name}`;
    expect(JSON.stringify(definitions['io.k8s.api.core.v1.Lifecycle'])).toContain(`${prefix}${of}"`);
    expect(Object.keys((definitions[of] as Schema).properties)).toEqual(['exec', 'httpGet', 'tcpSocket']);
  });

  test('lists of strings that have a name are written out', () => {
    const { extra } = one('io.k8s.api.authentication.v1.UserInfo', 33).properties;
    expect(extra).toMatchObject({ additionalProperties: { type: 'array', items: { type: 'string' } } });
    const all = openApiDefinitions(['io.k8s.api.authentication.v1.UserInfo'], flavour);
    expect(Object.keys(all)).toEqual(['io.k8s.api.authentication.v1.UserInfo']);
  });

  test.each([
    [20, { limited: 'Limited' }],
    [33, { exempt: 'Exempt', limited: 'Limited' }],
  ])('a union names the fields that 1.%i has', (emulated, fields) => {
    const name = 'io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationSpec';
    expect(one(name, emulated)['x-kubernetes-unions']).toEqual([
      { discriminator: 'type', 'fields-to-discriminateBy': fields },
    ]);
  });

  test('owned as a whole are a selector always, a reference today', () => {
    const isAtomic = (name: string, emulated: number) => one(name, emulated)['x-kubernetes-map-type'] === 'atomic';
    const selector = 'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector';
    const reference = 'io.k8s.api.core.v1.LocalObjectReference';
    expect([20, 33].map(emulated => isAtomic(selector, emulated))).toEqual([true, true]);
    expect([20, 33].map(emulated => isAtomic(reference, emulated))).toEqual([false, true]);
  });

  test('fields of embedded structs are described', () => {
    const { configMap } = one('io.k8s.api.core.v1.Volume', 33).properties;
    expect(configMap!['description']).toBeTruthy();
  });

  test('can be made for everything', () => {
    const all = openApiDefinitions(Object.keys(loadSchema()), flavour);
    expect(Object.keys(all)).toHaveLength(Object.keys(loadSchema()).length);
    expect(() => openApiDefinitions(['io.k8s.None'], flavour)).toThrow('no definition is named io.k8s.None');
  });
});
