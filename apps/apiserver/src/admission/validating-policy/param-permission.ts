import type { admissionregistrationv1 } from '@navarch/api';
import { field, parseApiVersion, Path, type UserInfo } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin, Authorizer } from '@navarch/apiserver-runtime';
import { semanticEqual } from '@navarch/kinds';
import type { KindToResource } from '../owner-references';
import type { Binding, Policy } from './policy';

const GROUP = 'admissionregistration.k8s.io';
type ParamKind = admissionregistrationv1.ParamKind;

/** ParamPermissionParts are what is asked whether somebody may read what a policy takes its parameters from. */
export interface ParamPermissionParts {
  readonly authorizer: Authorizer;
  readonly resourceOf: KindToResource;
  /** policy finds the policy of a binding; undefined: there is none. */
  policy(name: string): Promise<Policy | undefined>;
}

/**
 * ParamPermission keeps users from reading by an admission policy what they may not read: who names a kind of parameters has to be allowed
 * to get all of its objects, who refers to some has to be allowed to get or list those; system:masters is. It is part of the policies,
 * not an optional plugin.
 */
export class ParamPermission implements AdmissionPlugin {
  readonly name = 'ParamPermission';

  constructor(private readonly parts: ParamPermissionParts) {}

  handles({ operation, resource, subresource, user }: AdmissionAttributes): boolean {
    if (resource.group !== GROUP || subresource || user.groups.includes('system:masters')) return false;
    return operation === 'CREATE' || operation === 'UPDATE';
  }

  /** validate comes after the validation of the kind: only what is right otherwise is asked about. */
  async validate(attributes: AdmissionAttributes): Promise<void> {
    const { kind } = attributes.kind;
    if (kind === 'ValidatingAdmissionPolicy') return this.checkPolicy(attributes);
    if (kind === 'ValidatingAdmissionPolicyBinding') return this.checkBinding(attributes);
  }

  private async checkPolicy(attributes: AdmissionAttributes): Promise<void> {
    const { paramKind } = (attributes.object as Policy).spec ?? {};
    const old = (attributes.oldObject as Policy | undefined)?.spec?.paramKind;
    if (!paramKind || semanticEqual(paramKind, old)) return;
    const about = { ...this.aboutKind(paramKind), namespace: '*', name: '*' };
    if (await this.may(attributes.user, 'get', about)) return;
    const { kind, apiVersion } = paramKind;
    const what = `all objects of the referenced paramKind (kind=${kind}, apiVersion=${apiVersion})`;
    throw refused(attributes, 'paramKind', `user ${shown(attributes.user)} must have "get" permission on ${what}`);
  }

  private async checkBinding(attributes: AdmissionAttributes): Promise<void> {
    const { paramRef, policyName = '' } = (attributes.object as Binding).spec ?? {};
    const old = (attributes.oldObject as Binding | undefined)?.spec;
    if (!paramRef || (semanticEqual(paramRef, old?.paramRef) && policyName === old?.policyName)) return;
    const { paramKind } = (await this.parts.policy(policyName))?.spec ?? {};
    const about = { ...this.aboutKind(paramKind), namespace: paramRef.namespace ?? '', name: paramRef.name ?? '' };
    const verb = paramRef.name ? 'get' : 'list';
    if (await this.may(attributes.user, verb, about)) return;
    const user = shown(attributes.user);
    const why =
      paramKind && about.resource === '*'
        ? `unable to resolve paramKind &{${paramKind.apiVersion} ${paramKind.kind}} to determine minimum required permissions and user ${user} does not have "${verb}" permission for all groups, versions and resources`
        : `user ${user} does not have "${verb}" permission on the object referenced by paramRef`;
    throw refused(attributes, 'paramRef', why);
  }

  /** aboutKind: who names a kind that is not known needs the permission for everything that it could be. */
  private aboutKind(paramKind: ParamKind | undefined) {
    const parsed = paramKind && parseApiVersion(paramKind.apiVersion ?? '');
    const { group, version } = parsed ?? { group: '*', version: '*' };
    const resource = parsed && this.parts.resourceOf(group, version, paramKind.kind ?? '')?.resource;
    return { group, version, resource: resource ?? '*' };
  }

  private async may(
    user: UserInfo,
    verb: string,
    about: { group: string; version: string; resource: string; namespace: string; name: string },
  ): Promise<boolean> {
    const asked = { ...about, user, verb, isResourceRequest: true, subresource: '', path: '' };
    return (await this.parts.authorizer.authorize(asked)).outcome === 'allow';
  }
}

function refused({ kind, name, object }: AdmissionAttributes, part: string, why: string) {
  return field.invalidObject(kind, name || object?.metadata?.name || '', [field.forbidden(Path.at('spec', part), why)]);
}

/** shown is a user as messages show one: `&{alice  [system:authenticated] map[]}`. */
function shown({ name, uid = '', groups, extra = {} }: UserInfo): string {
  const entries = Object.keys(extra)
    .sort()
    .map(key => `${key}:[${(extra[key] ?? []).join(' ')}]`);
  return `&{${name} ${uid} [${groups.join(' ')}] map[${entries.join(' ')}]}`;
}
