import { expect, test } from '@jest/globals';
import { allKinds } from '@navarch/kinds';
import { readRuntimeConfig } from './runtime-config';

const kinds = allKinds(20);

function served(config: string): string[] {
  const offered = readRuntimeConfig(config ? config.split(',') : [], kinds);
  return kinds.flatMap(kind =>
    kind.versions
      .filter(version => offered(version, kind))
      .map(v => `${v.group}/${v.version}/${kind.resource.resource}`),
  );
}

test.each<[config: string, served: string[], gone: string[]]>([
  ['', ['/v1/pods', 'batch/v2alpha1/cronjobs', 'batch/v1beta1/cronjobs'], []],
  ['batch/v2alpha1=false', ['batch/v1beta1/cronjobs', '/v1/pods'], ['batch/v2alpha1/cronjobs']],
  ['api/all=false,api/v1=true', ['/v1/pods'], ['apps/v1/deployments', 'batch/v1beta1/cronjobs']],
  ['api/all=false,v1', ['/v1/pods'], ['apps/v1/deployments']],
  [
    'api/beta=0,batch/v1beta1',
    ['batch/v1beta1/cronjobs', 'batch/v2alpha1/cronjobs'],
    ['policy/v1beta1/podsecuritypolicies'],
  ],
  ['api/alpha=f', ['apps/v1/deployments'], ['batch/v2alpha1/cronjobs']],
  [
    'extensions/v1beta1=false,extensions/v1beta1/ingresses=true',
    ['extensions/v1beta1/ingresses', 'networking.k8s.io/v1/ingresses'],
    ['extensions/v1beta1/networkpolicies'],
  ],
  [
    'extensions/v1beta1/networkpolicies=true,rbac.authorization.k8s.io/v1alpha1',
    ['rbac.authorization.k8s.io/v1alpha1/roles'],
    [],
  ],
])('%s', (config, there, gone) => {
  const all = served(config);
  expect(all).toEqual(expect.arrayContaining(there));
  for (const one of gone) expect(all).not.toContain(one);
});

test.each([
  ['batch/v1=maybe', 'invalid value of batch/v1=maybe'],
  ['batch', 'batch is no GROUP/VERSION'],
  ['nobody.io/v1=true,batch/v1', 'unknown api groups nobody.io'],
])('%s is refused', (config, why) => {
  expect(() => served(config)).toThrow(why);
});
