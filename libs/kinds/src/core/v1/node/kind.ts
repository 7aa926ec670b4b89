import { Nodes, type corev1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { defineKind, type Minor, type StrategyContext } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { cidrWarnings, FORMS } from '../../../shared/ip-forms';
import { proxyConnect } from '../../../shared/connects';
import { ageColumn, nameColumn, NONE, text, UNKNOWN, wide } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { asNew, specStrategy, statusStrategy } from '../../../shared/strategies';
import { CONFIG_UNTIL } from './config-source';
import { validateNode, validateNodeUpdate } from './validation';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

/** nodeStatus is what `kubectl get nodes` shows in the STATUS column. */
export function nodeStatus({ spec, status }: corev1.Node): string {
  const ready = status?.conditions?.find(c => c.type === 'Ready');
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

/** nodeRoles are the roles that a node's labels give it, in order. */
export function nodeRoles({ metadata }: corev1.Node): string[] {
  const roles = Object.entries(metadata?.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.length > ROLE_PREFIX.length ? [key.slice(ROLE_PREFIX.length)] : [];
    return key === ROLE_LABEL && value ? [value] : [];
  });
  return [...new Set(roles)].sort();
}

const address = ({ status }: corev1.Node, type: string) =>
  status?.addresses?.find(a => a.type === type)?.address || NONE;

/** The older field is the first of the newer list; where they differ, the older one is meant. */
function normalizeRanges({ spec }: corev1.Node): void {
  if (!spec) return;
  if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  else if (!spec.podCIDR && spec.podCIDRs?.length) spec.podCIDR = spec.podCIDRs[0];
}

/** What is not said of what pods may have is all that there is. */
function defaultNode(node: corev1.Node): void {
  normalizeRanges(node);
  const { status } = node;
  if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
}

/** DUAL_STACK is the first release whose nodes have ranges of both address families by default. */
const DUAL_STACK: Minor = 21;

function dropDisabled(node: corev1.Node, old: corev1.Node | undefined, emulated: Minor): void {
  const { spec, status } = node;
  if (emulated > CONFIG_UNTIL) {
    if (!old?.spec?.configSource) delete spec?.configSource;
    if (!old) delete status?.config;
  }
  if (emulated < DUAL_STACK && spec?.podCIDRs && !((old?.spec?.podCIDRs?.length ?? 0) > 1))
    spec.podCIDRs = spec.podCIDRs.slice(0, 1);
}

/** WARNS is the first release that warns of fields of nodes which mean nothing any more. */
const WARNS: Minor = 24;

function nodeWarnings({ spec }: corev1.Node, _old: corev1.Node | undefined, { emulated }: StrategyContext): string[] {
  if (emulated < WARNS) return [];
  return [
    ...(spec?.configSource ? ['spec.configSource: the feature is removed'] : []),
    ...(spec?.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
    ...(emulated < FORMS
      ? []
      : (spec?.podCIDRs ?? []).flatMap((range, i) => cidrWarnings(range, Path.at('spec', 'podCIDRs').index(i)))),
  ];
}

/** node declares Node. */
export const node = defineKind<corev1.Node>({
  resource: Nodes,
  versions: [served('v1', 'Node')],
  storagePath: 'minions',
  shortNames: ['no'],
  defaults: defaultNode,
  selectableFields: ({ spec }) => ({ 'spec.unschedulable': String(spec?.unschedulable ?? false) }),
  fieldLabels: ['spec.unschedulable'],
  columns: defineColumns<corev1.Node>([
    nameColumn,
    text('Status', nodeStatus),
    text('Roles', node => nodeRoles(node).join(',') || NONE),
    ageColumn,
    text('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
    wide('Internal-IP', node => address(node, 'InternalIP')),
    wide('External-IP', node => address(node, 'ExternalIP')),
    wide('OS-Image', ({ status }) => status?.nodeInfo?.osImage || UNKNOWN),
    wide('Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion || UNKNOWN),
    wide('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || UNKNOWN),
  ]),
  strategy: {
    ...specStrategy<corev1.Node>({
      metadataChecks: { update: ['whole', asNew(validateNode), 'change'] },
      prepareForUpdate: (node, old, { emulated }) => dropDisabled(node, old, emulated),
      validate: validateNode,
      warnings: nodeWarnings,
      validateUpdate: validateNodeUpdate,
    }),
    // A kubelet registers its node together with its status.
    prepareForCreate: (node, { emulated }) => dropDisabled(node, undefined, emulated),
    export(node) {
      node.status = {};
    },
  },
  subresources: {
    status: statusStrategy<corev1.Node>({
      prepareForUpdate({ status }, old, { emulated }) {
        if (emulated > CONFIG_UNTIL && !old.status?.config) delete status?.config;
      },
      validateUpdate: validateNodeUpdate,
    }),
    connects: { proxy: proxyConnect('NodeProxyOptions') },
  },
});
