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

/** fromAlphaSubjects: v1alpha1 names an apiVersion where later versions name a group, and had `*` for every user. In place. */
export function fromAlphaSubjects(object: Fields): void {
  for (const subject of subjectsOf(object)) {
    const apiVersion = String(subject['apiVersion'] ?? '');
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
    delete subject['apiVersion'];
    if (subject['kind'] === 'User' && subject['name'] === '*') {
      subject['kind'] = 'Group';
      subject['name'] = 'system:authenticated';
    }
    const person = subject['kind'] === 'User' || subject['kind'] === 'Group';
    if (group || person) subject['apiGroup'] = person && (!group || group === RBAC_GROUP) ? RBAC_GROUP : group;
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
