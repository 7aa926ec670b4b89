import type { rbacv1 } from '@navarch/api';
import type { UserInfo } from '@navarch/apimachinery';
import type { IndexFunction, Informer } from '@navarch/client';
import type { PolicyRule } from './rules';

/** Visit gets each rule that holds for a user, with a way to say where it comes from, or an error; false ends the visit. */
export type Visit = (source: () => string, rule: PolicyRule | undefined, error?: string) => boolean;

/** RbacSources are the caches the rules come from; the bindings are indexed by subject. */
export interface RbacSources {
  readonly clusterRoles: Pick<Informer<rbacv1.ClusterRole>, 'get'>;
  readonly clusterRoleBindings: Pick<Informer<rbacv1.ClusterRoleBinding>, 'byIndex'>;
  readonly roles: Pick<Informer<rbacv1.Role>, 'get'>;
  readonly roleBindings: Pick<Informer<rbacv1.RoleBinding>, 'byIndex'>;
}

/** SUBJECT_INDEX is the index of bindings by subject, to be added to both binding informers. */
export const SUBJECT_INDEX = 'subject';

const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:';

/** clusterRoleBindingSubjects is the index function of ClusterRoleBindings. */
export const clusterRoleBindingSubjects: IndexFunction<rbacv1.ClusterRoleBinding> = binding =>
  (binding.subjects ?? []).map(subject => subjectKey(subject, ''));

/** roleBindingSubjects is the index function of RoleBindings: the namespace is part of the key. */
export const roleBindingSubjects: IndexFunction<rbacv1.RoleBinding> = binding => {
  const namespace = binding.metadata!.namespace!;
  return (binding.subjects ?? []).map(subject => `${namespace}\n${subjectKey(subject, namespace)}`);
};

function subjectKey(subject: rbacv1.Subject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind}\n${subject.name}`;
  return `User\n${SERVICE_ACCOUNT_PREFIX}${subject.namespace || bindingNamespace}:${subject.name}`;
}

/** RuleResolver finds the rules that hold for a user, from the bindings and roles in the caches. */
export class RuleResolver {
  constructor(private readonly sources: RbacSources) {}

  /** visitRulesFor visits cluster-wide rules, then (with a namespace) that namespace's. */
  visitRulesFor(user: UserInfo, namespace: string, visit: Visit): void {
    const keys = [`User\n${user.name}`, ...user.groups.map(group => `Group\n${group}`)];
    for (const key of keys) {
      for (const binding of this.sources.clusterRoleBindings.byIndex(SUBJECT_INDEX, key)) {
        const source = () =>
          `ClusterRoleBinding ${JSON.stringify(binding.metadata!.name)} of ClusterRole ${JSON.stringify(binding.roleRef.name)} to ${describeSubject(binding.subjects, key, '')}`;
        if (!this.visitRole(binding.roleRef, '', source, visit)) return;
      }
    }
    if (!namespace) return;
    for (const key of keys) {
      for (const binding of this.sources.roleBindings.byIndex(SUBJECT_INDEX, `${namespace}\n${key}`)) {
        const source = () =>
          `RoleBinding ${JSON.stringify(`${binding.metadata!.name}/${namespace}`)} of ${binding.roleRef.kind} ${JSON.stringify(binding.roleRef.name)} to ${describeSubject(binding.subjects, key, namespace)}`;
        if (!this.visitRole(binding.roleRef, namespace, source, visit)) return;
      }
    }
  }

  /** rulesFor collects what visitRulesFor visits. */
  rulesFor(user: UserInfo, namespace: string): { rules: PolicyRule[]; errors: string[] } {
    const rules: PolicyRule[] = [];
    const errors: string[] = [];
    this.visitRulesFor(user, namespace, (_source, rule, error) => {
      if (rule) rules.push(rule);
      if (error) errors.push(error);
      return true;
    });
    return { rules, errors };
  }

  /** rulesOf answers the rules of a role reference; undefined if there is no such role. */
  rulesOf(ref: rbacv1.RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const role =
      ref.kind === 'ClusterRole'
        ? this.sources.clusterRoles.get('', ref.name)
        : this.sources.roles.get(namespace, ref.name);
    return role && (role.rules ?? []);
  }

  private visitRole(ref: rbacv1.RoleRef, namespace: string, source: () => string, visit: Visit): boolean {
    const rules = this.rulesOf(ref, namespace);
    if (!rules)
      return visit(
        source,
        undefined,
        `${ref.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(ref.name)} not found`,
      );
    for (const rule of rules) if (!visit(source, rule)) return false;
    return true;
  }
}

function describeSubject(subjects: readonly rbacv1.Subject[] | undefined, key: string, namespace: string): string {
  const subject = subjects?.find(candidate => subjectKey(candidate, namespace) === key);
  if (subject?.kind !== 'ServiceAccount') return `${subject?.kind} ${JSON.stringify(subject?.name)}`;
  return `ServiceAccount ${JSON.stringify(`${subject.name}/${subject.namespace || namespace}`)}`;
}
