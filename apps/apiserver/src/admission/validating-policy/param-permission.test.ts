import { describe, expect, test } from '@jest/globals';
import type { AuthorizationAttributes } from '@navarch/apiserver-runtime';
import { attributes, onResource } from '../../testing/attributes';
import { ParamPermission } from './param-permission';
import type { Binding, Policy } from './policy';

const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap' };
const policies: Record<string, Policy> = {
  maps: { metadata: { name: 'maps' }, spec: { paramKind: CONFIG_MAPS } },
  unknown: { metadata: { name: 'unknown' }, spec: { paramKind: { apiVersion: 'v1', kind: 'Map' } } },
};

/** permission lets alice do what is listed: `get configmaps n/a`. */
const permission = (...allowed: string[]) =>
  new ParamPermission({
    authorizer: {
      authorize: ({ verb, resource, namespace, name }: AuthorizationAttributes) => ({
        outcome: allowed.includes(`${verb} ${resource} ${namespace}/${name}`) ? 'allow' : 'no opinion',
      }),
    },
    resourceOf: (_group, _version, kind) =>
      kind === 'ConfigMap' ? { resource: 'configmaps', namespaced: true } : undefined,
    policy: name => Promise.resolve(policies[name]),
  });

const alice = { name: 'alice', groups: ['system:authenticated'] };
const write = (kind: string, object: Policy | Binding, oldObject?: Policy | Binding) =>
  attributes(object, {
    ...onResource(
      kind === 'ValidatingAdmissionPolicy' ? 'validatingadmissionpolicies' : 'validatingadmissionpolicybindings',
      kind,
      'admissionregistration.k8s.io',
    ),
    operation: oldObject ? 'UPDATE' : 'CREATE',
    name: object.metadata?.name ?? '',
    user: alice,
    oldObject,
  });

async function messageOf(checked: Promise<void>): Promise<string | undefined> {
  try {
    await checked;
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const USER = 'user &{alice  [system:authenticated] map[]}';

describe('a policy', () => {
  const policy = (paramKind?: object): Policy => ({
    metadata: { name: 'p' },
    spec: { ...(paramKind && { paramKind }) },
  });
  const check = (allowed: string[], paramKind?: object, old?: Policy) =>
    messageOf(permission(...allowed).validate(write('ValidatingAdmissionPolicy', policy(paramKind), old)));
  test('without parameters asks for nothing', async () => expect(await check([])).toBeUndefined());
  test('with parameters takes the right to get all of them', async () => {
    expect(await check(['get configmaps */*'], CONFIG_MAPS)).toBeUndefined();
    expect(await check(['get configmaps n/a'], CONFIG_MAPS)).toBe(
      `ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: spec.paramKind: Forbidden: ${USER} must have "get" permission on all objects of the referenced paramKind (kind=ConfigMap, apiVersion=v1)`,
    );
  });
  test('that keeps its parameters is let be', async () => {
    expect(await check([], CONFIG_MAPS, policy(CONFIG_MAPS))).toBeUndefined();
  });
});

describe('a binding', () => {
  const binding = (policyName: string, paramRef: object): Binding =>
    ({ metadata: { name: 'b' }, spec: { policyName, paramRef } }) as Binding;
  const check = (allowed: string[], policyName: string, paramRef: object) =>
    messageOf(
      permission(...allowed).validate(write('ValidatingAdmissionPolicyBinding', binding(policyName, paramRef))),
    );
  const HEAD =
    'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "b" is invalid: spec.paramRef: Forbidden:';
  test.each<[string, string[], string, object, string | undefined]>([
    ['one that may be read', ['get configmaps n/a'], 'maps', { name: 'a', namespace: 'n' }, undefined],
    ['all that may be listed', ['list configmaps n/'], 'maps', { selector: {}, namespace: 'n' }, undefined],
    [
      'all, where one may be read',
      ['get configmaps n/a'],
      'maps',
      { selector: {}, namespace: 'n' },
      `${HEAD} ${USER} does not have "list" permission on the object referenced by paramRef`,
    ],
    [
      'a kind that is not known',
      ['get configmaps n/a'],
      'unknown',
      { name: 'a', namespace: 'n' },
      `${HEAD} unable to resolve paramKind &{v1 Map} to determine minimum required permissions and ${USER} does not have "get" permission for all groups, versions and resources`,
    ],
    [
      'a policy that is not there',
      ['get configmaps n/a'],
      'none',
      { name: 'a', namespace: 'n' },
      `${HEAD} ${USER} does not have "get" permission on the object referenced by paramRef`,
    ],
  ])('of %s', async (_name, allowed, policyName, paramRef, wanted) => {
    expect(await check(allowed, policyName, paramRef)).toBe(wanted);
  });
});

test('it looks at policies and bindings alone, and not at what administrators write', () => {
  const attributesOf = (change: object) => ({ ...write('ValidatingAdmissionPolicy', { metadata: {} }), ...change });
  const handles = (change: object) => permission().handles(attributesOf(change) as never);
  expect(handles({})).toBe(true);
  expect(handles({ resource: { group: '', version: 'v1', resource: 'pods' } })).toBe(false);
  expect(handles({ subresource: 'status' })).toBe(false);
  expect(handles({ user: { name: 'admin', groups: ['system:masters'] } })).toBe(false);
});
