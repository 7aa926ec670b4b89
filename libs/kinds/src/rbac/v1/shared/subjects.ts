import type { rbacv1 } from '@navarch/api';
import { RBAC_GROUP } from './validation';

type Fields = Record<string, unknown>;
const ALPHA = `${RBAC_GROUP}/v1alpha1`;

/** defaultBinding says which API group users, groups and the role belong to, in place. */
export function defaultBinding({ roleRef, subjects }: rbacv1.RoleBinding | rbacv1.ClusterRoleBinding): void {
  if (roleRef) roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP;
  }
}

const subjectsOf = (object: Fields) => (object['subjects'] as Fields[] | undefined) ?? [];

/**
 * fromAlphaSubjects: v1alpha1 names an apiVersion where later versions name a group, and had `*` for every user. Which group the known kinds are
 * of does not depend on it. In place.
 */
export function fromAlphaSubjects(object: Fields): void {
  for (const subject of subjectsOf(object)) {
    const [group = '', version, ...more] = String(subject['apiVersion'] ?? '').split('/');
    delete subject['apiVersion'];
    if (subject['kind'] === 'User' && subject['name'] === '*') {
      subject['kind'] = 'Group';
      subject['name'] = 'system:authenticated';
    }
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') subject['apiGroup'] = RBAC_GROUP;
    else if (subject['kind'] !== 'ServiceAccount' && version !== undefined && !more.length) subject['apiGroup'] = group;
  }
}

/** toAlphaSubjects is the way back. */
export function toAlphaSubjects(object: Fields): void {
  for (const subject of subjectsOf(object)) {
    const group = subject['apiGroup'];
    delete subject['apiGroup'];
    subject['apiVersion'] = group === RBAC_GROUP ? ALPHA : group ? `${String(group)}` : 'v1';
  }
}
