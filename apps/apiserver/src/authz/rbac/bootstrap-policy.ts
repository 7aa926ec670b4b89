import type { rbacv1 } from '@navarch/api';
import {
  clusterRoleBindingTable,
  clusterRoleTable,
  controllerAccounts,
  roleBindingTable,
  roleTable,
} from './bootstrap-policy-table';

const GROUP = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
/** SHORT are the table's words for sets of verbs; `own` is what a controller does with the objects it makes. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  read: READ,
  write: WRITE,
  own: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
};

/** BootstrapPolicy is what every cluster's RBAC begins with. */
export interface BootstrapPolicy {
  readonly clusterRoles: readonly rbacv1.ClusterRole[];
  readonly clusterRoleBindings: readonly rbacv1.ClusterRoleBinding[];
  readonly roles: readonly rbacv1.Role[];
  readonly roleBindings: readonly rbacv1.RoleBinding[];
}

/** bootstrapPolicy is the default policy of a release (its minor number). Aggregated roles carry the rules they aggregate. */
export function bootstrapPolicy(minor: number): BootstrapPolicy {
  const clusterRoles = parseRoles(clusterRoleTable, minor).map(({ name, rules }) => clusterRole(name, rules));
  return {
    clusterRoles: [...clusterRoles, ...aggregatedRoles(clusterRoles)],
    clusterRoleBindings: clusterRoleBindings(new Set(clusterRoles.map(role => role.metadata!.name!))),
    roles: parseRoles(roleTable, minor).map(({ name: path, rules }) => {
      const [namespace, name] = split(path, '/');
      return { apiVersion: `${GROUP}/v1`, kind: 'Role', metadata: { ...metadata(name), namespace }, rules };
    }),
    roleBindings: lines(roleBindingTable).map(line => {
      const [head, subjects] = splitLast(line, ': ');
      const [path, role] = split(head, ' ');
      const [namespace, name] = split(path, '/');
      return {
        apiVersion: `${GROUP}/v1`,
        kind: 'RoleBinding',
        metadata: { ...metadata(name), namespace },
        roleRef: { apiGroup: GROUP, kind: 'Role', name: role },
        subjects: parseSubjects(subjects),
      };
    }),
  };
}

function clusterRole(name: string, rules: rbacv1.PolicyRule[]): rbacv1.ClusterRole {
  const target = /^system:aggregate-to-(\w+)$/.exec(name)?.[1];
  const labels: Record<string, string> = target ? { [`${GROUP}/aggregate-to-${target}`]: 'true' } : {};
  return { apiVersion: `${GROUP}/v1`, kind: 'ClusterRole', metadata: metadata(name, labels), rules };
}

/** aggregatedRoles are view ⊂ edit ⊂ admin. A controller keeps them up to date; here they are whole from the start. */
function aggregatedRoles(all: readonly rbacv1.ClusterRole[]): rbacv1.ClusterRole[] {
  const rulesOf = (name: string) =>
    all.find(role => role.metadata!.name === `system:aggregate-to-${name}`)?.rules ?? [];
  const role = (name: string, aggregateTo: string | undefined, rules: rbacv1.PolicyRule[]): rbacv1.ClusterRole => ({
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRole',
    metadata: metadata(name, aggregateTo ? { [`${GROUP}/aggregate-to-${aggregateTo}`]: 'true' } : {}),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${GROUP}/aggregate-to-${name}`]: 'true' } }] },
    rules,
  });
  const view = rulesOf('view');
  const edit = [...rulesOf('edit'), ...view];
  const admin = [...edit, ...rulesOf('admin')];
  return [role('view', 'edit', view), role('edit', 'admin', edit), role('admin', undefined, admin)];
}

function clusterRoleBindings(roles: ReadonlySet<string>): rbacv1.ClusterRoleBinding[] {
  const binding = (name: string, subjects: rbacv1.Subject[]): rbacv1.ClusterRoleBinding => ({
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: metadata(name),
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
    ...(subjects.length && { subjects }),
  });
  const controllers = controllerAccounts()
    .filter(account => roles.has(`system:controller:${account}`))
    .map(account =>
      binding(`system:controller:${account}`, [{ kind: 'ServiceAccount', name: account, namespace: 'kube-system' }]),
    );
  const others = lines(clusterRoleBindingTable).map(line => {
    const [name, subjects] = splitLast(line.endsWith(':') ? `${line} ` : line, ': ');
    return binding(name, parseSubjects(subjects));
  });
  return [...others, ...controllers];
}

function parseRoles(table: string, minor: number): { name: string; rules: rbacv1.PolicyRule[] }[] {
  const roles: { name: string; rules: rbacv1.PolicyRule[] }[] = [];
  let skipping = false;
  for (const line of lines(table)) {
    const [text, since] = sinceOf(line);
    if (!line.startsWith(' ')) {
      skipping = since > minor;
      if (!skipping) roles.push({ name: text, rules: [] });
    } else if (!skipping && since <= minor) {
      roles.at(-1)!.rules.push(parseRule(text, minor));
    }
  }
  return roles;
}

/** sinceOf takes the `+22` off a line, wherever it stands. */
function sinceOf(line: string): [string, number] {
  const mark = /(?:^|\s)\+(\d+)(?:\s|$)/.exec(line);
  return mark ? [line.replace(mark[0], ' ').trim(), Number(mark[1])] : [line.trim(), 0];
}

/** pathsOf are the paths of a list that a release has: `/metrics/slis+26` is one since 26. */
function pathsOf(list: string, minor: number): string[] {
  const marked = list.split(',').map(item => item.split('+'));
  return marked.filter(([, since = 0]) => Number(since) <= minor).map(([path]) => path!);
}

function parseRule(text: string, minor: number): rbacv1.PolicyRule {
  if (text === 'events')
    return { verbs: ['create', 'patch', 'update'], apiGroups: ['', 'events.k8s.io'], resources: ['events'] };
  const [what, names] = text.split(' = ');
  const [verbList, groups, resources] = what!.split(' ');
  const verbs = [...(SHORT[verbList!] ?? verbList!.split(','))];
  if (resources === undefined) return { verbs, nonResourceURLs: pathsOf(groups!, minor) };
  return {
    verbs,
    apiGroups: groups!.split(',').map(group => (group === 'core' ? '' : group)),
    resources: resources.split(','),
    ...(names && { resourceNames: names.split(',') }),
  };
}

function parseSubjects(text: string): rbacv1.Subject[] {
  if (!text.trim()) return [];
  return text.split(', ').map(subject => {
    const [kind, name] = split(subject, ' ');
    if (kind !== 'ServiceAccount') return { apiGroup: GROUP, kind, name };
    const [namespace, account] = split(name, '/');
    return { kind, name: account, namespace };
  });
}

function metadata(name: string, labels: Record<string, string> = {}) {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
}

const lines = (table: string) => table.split('\n').filter(line => line.trim());
const split = (text: string, at: string): [string, string] => {
  const i = text.indexOf(at);
  return [text.slice(0, i), text.slice(i + at.length)];
};
const splitLast = (text: string, at: string): [string, string] => {
  const i = text.lastIndexOf(at);
  return [text.slice(0, i), text.slice(i + at.length)];
};
