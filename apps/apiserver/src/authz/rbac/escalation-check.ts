import type { rbacv1 } from '@navarch/api';
import { forbidden, notFound, type UserInfo } from '@navarch/apimachinery';
import type {
  AdmissionAttributes,
  AdmissionPlugin,
  AuthorizationAttributes,
  Authorizer,
} from '@navarch/apiserver-runtime';
import { isDeepStrictEqual } from 'node:util';
import { aggregate } from './rbac-authorizer';
import type { RuleResolver } from './rule-resolver';
import { compactRules, describeRule, quotedList, uncoveredRules, type PolicyRule } from './rules';

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/**
 * EscalationCheck keeps users from granting by roles and bindings what they do not hold themselves, unless they are
 * system:masters or hold the verbs `escalate` or `bind`. It is part of the RBAC resources, not an optional plugin.
 */
export class EscalationCheck implements AdmissionPlugin {
  readonly name = 'RBACEscalationCheck';

  constructor(
    private readonly resolver: Pick<RuleResolver, 'rulesFor' | 'rulesOf'>,
    private readonly authorizer: Authorizer,
  ) {}

  handles({ operation, resource, subresource, user }: AdmissionAttributes): boolean {
    if (resource.group !== GROUP || subresource || user.groups.includes('system:masters')) return false;
    return operation === 'CREATE' || operation === 'UPDATE';
  }

  /** admit checks what the other plugins made of the object, before its own kind does. */
  async admit(attributes: AdmissionAttributes): Promise<void> {
    const { kind } = attributes.kind;
    if (kind === 'Role' || kind === 'ClusterRole') return this.checkRole(attributes);
    if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') return this.checkBinding(attributes);
  }

  private async checkRole(attributes: AdmissionAttributes): Promise<void> {
    const role = attributes.object as rbacv1.ClusterRole;
    const old = attributes.oldObject as rbacv1.ClusterRole | undefined;
    if (
      old &&
      isDeepStrictEqual(old.rules ?? [], role.rules ?? []) &&
      isDeepStrictEqual(old.aggregationRule, role.aggregationRule)
    )
      return;
    if (await this.may('escalate', attributes, attributes.resource.resource, attributes.name)) return;
    const refuse = (why: string) => forbidden(attributes.resource, nameOf(attributes), why);
    const found = this.missing(attributes.user, attributes.namespace, role.rules ?? []);
    if (found) throw refuse(found);
    const aggregates = !!role.aggregationRule || !!old?.aggregationRule;
    if (aggregates && this.missing(attributes.user, attributes.namespace, EVERYTHING)) {
      throw refuse('must have cluster-admin privileges to use the aggregationRule');
    }
  }

  private async checkBinding(attributes: AdmissionAttributes): Promise<void> {
    const binding = attributes.object as rbacv1.RoleBinding;
    const old = attributes.oldObject as rbacv1.RoleBinding | undefined;
    const { roleRef } = binding;
    if (old && isDeepStrictEqual(old.roleRef, roleRef) && isDeepStrictEqual(old.subjects ?? [], binding.subjects ?? []))
      return;
    const resource = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    if (await this.may('bind', attributes, resource, roleRef.name)) return;
    const rules = this.resolver.rulesOf(roleRef, attributes.namespace);
    if (!rules) throw notFound({ group: GROUP, resource }, roleRef.name);
    const found = this.missing(attributes.user, attributes.namespace, rules);
    if (found) throw forbidden(attributes.resource, nameOf(attributes), found);
  }

  private async may(
    verb: string,
    { user, namespace, resource }: AdmissionAttributes,
    about: string,
    name: string,
  ): Promise<boolean> {
    const asked: AuthorizationAttributes = {
      user,
      verb,
      isResourceRequest: true,
      group: GROUP,
      version: resource.version,
      resource: about,
      subresource: '',
      namespace,
      name,
      path: '',
    };
    return (await this.authorizer.authorize(asked)).outcome === 'allow';
  }

  private missing(user: UserInfo, namespace: string, wanted: readonly PolicyRule[]): string | undefined {
    const held = this.resolver.rulesFor(user, namespace);
    const missing = uncoveredRules(held.rules, wanted);
    if (!missing.length) return undefined;
    const described = [...new Set(compactRules(missing).map(describeRule))].sort();
    const head = `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)}) is attempting to grant RBAC permissions not currently held:`;
    const errors = held.errors.length ? `; resolution errors: [${aggregate(held.errors)}]` : '';
    return `${head}\n${described.join('\n')}${errors}`;
  }
}

const nameOf = ({ name, object }: AdmissionAttributes) => name || object?.metadata?.name || '';
