import type { OwnerReference } from '@navarch/apimachinery';
import { parseApiVersion } from '@navarch/apimachinery';
import type {
  AdmissionAttributes,
  AdmissionPlugin,
  AuthorizationAttributes,
  Authorizer,
} from '@navarch/apiserver-runtime';
import { isDeepStrictEqual } from 'node:util';
import { objectName, refuse } from './refuse';

/** KindToResource finds the resource of a kind: undefined if nobody serves it. */
export type KindToResource = (
  group: string,
  version: string,
  kind: string,
) => { resource: string; namespaced: boolean } | undefined;

/**
 * OwnerReferencesPermissionEnforcement (off by default): changing owner references takes the right to delete the object, and
 * blockOwnerDeletion the right to update the owner's finalizers.
 */
export class OwnerReferencesPermissionEnforcement implements AdmissionPlugin {
  readonly name = 'OwnerReferencesPermissionEnforcement';

  constructor(
    private readonly authorizer: Authorizer,
    private readonly resourceOf: KindToResource,
  ) {}

  handles({ operation }: AdmissionAttributes): boolean {
    return operation === 'CREATE' || operation === 'UPDATE';
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const owners = attributes.object?.metadata?.ownerReferences ?? [];
    const old = attributes.oldObject?.metadata?.ownerReferences ?? [];
    if (isDeepStrictEqual(owners, old)) return;
    const { resource, subresource, namespace } = attributes;
    // A creation may set owners: who creates could as well not have created.
    if (attributes.operation === 'UPDATE') {
      const about = { verb: 'delete', ...resource, subresource, namespace, name: objectName(attributes) };
      const why = await this.whyNot(attributes, about);
      if (why) throw refuse(attributes, `cannot set an ownerRef on a resource you can't delete: ${why}`);
    }
    for (const owner of newBlockers(owners, old)) {
      const { group = '', version = '' } = parseApiVersion(owner.apiVersion) ?? {};
      const target = this.resourceOf(group, version, owner.kind);
      if (!target)
        throw refuse(
          attributes,
          `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: no matches for kind`,
        );
      const about = {
        verb: 'update',
        group,
        version,
        resource: target.resource,
        subresource: 'finalizers',
        namespace: target.namespaced ? namespace : '',
        name: owner.name,
      };
      const why = await this.whyNot(attributes, about);
      if (why)
        throw refuse(
          attributes,
          `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${why}`,
        );
    }
  }

  /** whyNot says why the user may not do something, as upstream words it: the reason and the error, which most often is none. undefined if he may. */
  private async whyNot(
    { user }: AdmissionAttributes,
    asked: Omit<AuthorizationAttributes, 'user' | 'isResourceRequest' | 'path'>,
  ): Promise<string | undefined> {
    const decision = await this.authorizer.authorize({ ...asked, user, isResourceRequest: true, path: '' });
    if (decision.outcome === 'allow') return undefined;
    return `${decision.reason ?? ''}, ${decision.evaluationError ?? '<nil>'}`;
  }
}

/** newBlockers are the references that block their owner's deletion now and did not before. */
export function newBlockers(owners: readonly OwnerReference[], old: readonly OwnerReference[]): OwnerReference[] {
  const before = new Set(old.filter(owner => owner.blockOwnerDeletion).map(owner => owner.uid));
  return owners.filter(owner => owner.blockOwnerDeletion && !before.has(owner.uid));
}
