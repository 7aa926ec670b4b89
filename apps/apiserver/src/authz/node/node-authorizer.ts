import { parseFieldSelector, type UserInfo } from '@navarch/apimachinery';
import type { AuthorizationAttributes, Decision } from '@navarch/apiserver-runtime';
import { ruleAllows, type PolicyRule } from '../rbac/rules';
import type { Rules, RuleSource } from '../rule-source';
import type { GraphKind, NodeGraph } from './node-graph';
import { nodeIdentity } from './node-identity';

/**
 * NodeAuthorizer allows kubelets what their node's pods need: objects by the graph, their own Lease and CSINode, and for the
 * rest what the node rules (ClusterRole system:node) say. It never denies.
 */
export class NodeAuthorizer implements RuleSource {
  constructor(
    private readonly graph: NodeGraph,
    private readonly nodeRules: readonly PolicyRule[],
    /** readsOwnOnly: a node reads itself and the pods that are bound to it and no others, as releases from 1.32 on have it. */
    private readonly readsOwnOnly: boolean,
  ) {}

  authorize(asked: AuthorizationAttributes): Promise<Decision> | Decision {
    const nodeName = nodeIdentity(asked.user);
    if (nodeName === undefined) return { outcome: 'no opinion' };
    if (!nodeName) return noOpinion(`unknown node for user ${JSON.stringify(asked.user.name)}`);
    if (asked.isResourceRequest) {
      switch (asked.group ? `${asked.resource}.${asked.group}` : asked.resource) {
        case 'nodes':
          if (!this.readsOwnOnly || asked.subresource) break;
          return ownNode(nodeName, asked);
        case 'pods':
          if (!this.readsOwnOnly || asked.subresource) break;
          return this.pod(nodeName, asked);
        case 'secrets':
          return this.readNamespaced(nodeName, 'secret', asked);
        case 'configmaps':
          return this.readNamespaced(nodeName, 'configmap', asked);
        case 'persistentvolumeclaims':
          if (asked.subresource === 'status') return this.statusUpdate(nodeName, 'persistentvolumeclaim', asked);
          return this.get(nodeName, 'persistentvolumeclaim', asked);
        case 'persistentvolumes':
          return this.get(nodeName, 'persistentvolume', asked);
        case 'volumeattachments.storage.k8s.io':
          return this.get(nodeName, 'volumeattachment', asked);
        case 'serviceaccounts':
          return this.createToken(nodeName, asked);
        case 'leases.coordination.k8s.io':
          return ownLease(nodeName, asked);
        case 'csinodes.storage.k8s.io':
          return ownCsiNode(nodeName, asked);
      }
    }
    return this.nodeRules.some(rule => ruleAllows(rule, asked)) ? { outcome: 'allow' } : { outcome: 'no opinion' };
  }

  rulesFor(user: UserInfo): Rules {
    if (nodeIdentity(user) === undefined) return { rules: [], errors: [] };
    return { rules: [], errors: ['node authorizer does not support user rule resolution'], incomplete: true };
  }

  private pod(nodeName: string, asked: AuthorizationAttributes): Promise<Decision> | Decision {
    switch (asked.verb) {
      case 'create':
      case 'delete':
        return { outcome: 'allow' };
      case 'get':
        return this.byGraph(nodeName, 'pod', asked);
      case 'list':
      case 'watch':
        if (selectsNode(asked.fieldSelector, nodeName)) return { outcome: 'allow' };
        if (asked.name) return this.byGraph(nodeName, 'pod', asked);
        return noOpinion('can only list/watch pods with spec.nodeName field selector');
      default:
        return noOpinion('');
    }
  }

  private statusUpdate(
    nodeName: string,
    kind: GraphKind,
    asked: AuthorizationAttributes,
  ): Promise<Decision> | Decision {
    if (!['get', 'update', 'patch'].includes(asked.verb)) return noOpinion('can only get/update/patch this type');
    return this.byGraph(nodeName, kind, asked);
  }

  private get(nodeName: string, kind: GraphKind, asked: AuthorizationAttributes): Promise<Decision> | Decision {
    if (asked.verb !== 'get') return noOpinion('can only get individual resources of this type');
    if (asked.subresource) return noOpinion('cannot get subresource');
    return this.byGraph(nodeName, kind, asked);
  }

  private readNamespaced(
    nodeName: string,
    kind: GraphKind,
    asked: AuthorizationAttributes,
  ): Promise<Decision> | Decision {
    if (!['get', 'list', 'watch'].includes(asked.verb)) return noOpinion('can only read resources of this type');
    if (asked.subresource) return noOpinion('cannot read subresource');
    if (!asked.namespace) return noOpinion('can only read namespaced object of this type');
    return this.byGraph(nodeName, kind, asked);
  }

  private createToken(nodeName: string, asked: AuthorizationAttributes): Promise<Decision> | Decision {
    if (asked.verb !== 'create' || !asked.name)
      return noOpinion('can only create tokens for individual service accounts');
    if (asked.subresource !== 'token') return noOpinion('can only create token subresource of service account');
    return this.byGraph(nodeName, 'serviceaccount', asked);
  }

  private async byGraph(nodeName: string, kind: GraphKind, asked: AuthorizationAttributes): Promise<Decision> {
    if (!asked.name) return noOpinion('No Object name found');
    if (await this.graph.reaches(nodeName, kind, asked.namespace, asked.name)) return { outcome: 'allow' };
    return noOpinion(`no relationship found between node '${nodeName}' and this object`);
  }
}

function selectsNode(selector: string | undefined, nodeName: string): boolean {
  try {
    return selector !== undefined && parseFieldSelector(selector).exact('spec.nodeName') === nodeName;
  } catch {
    return false;
  }
}

const OWN_VERBS = ['get', 'create', 'update', 'patch', 'delete'];

/** ownLease: what a creation is named is checked by NodeRestriction, for the name is in its body. */
function ownLease(nodeName: string, asked: AuthorizationAttributes): Decision {
  if (!OWN_VERBS.includes(asked.verb)) return noOpinion('can only get, create, update, patch, or delete a node lease');
  if (asked.namespace !== 'kube-node-lease')
    return noOpinion('can only access leases in the "kube-node-lease" system namespace');
  if (asked.verb !== 'create' && asked.name !== nodeName) {
    return noOpinion('can only access node lease with the same name as the requesting node');
  }
  return { outcome: 'allow' };
}

/** ownNode: which node is written is checked by NodeRestriction. Compared by name: a kubelet looks for its node before there is one. */
function ownNode(nodeName: string, { verb, name }: AuthorizationAttributes): Decision {
  switch (verb) {
    case 'create':
    case 'update':
    case 'patch':
      return { outcome: 'allow' };
    case 'get':
    case 'list':
    case 'watch':
      if (name === nodeName) return { outcome: 'allow' };
      return noOpinion(`node '${nodeName}' cannot read ${name ? `'${name}'` : 'all nodes'}, only its own Node object`);
    default:
      return noOpinion('');
  }
}

function ownCsiNode(nodeName: string, asked: AuthorizationAttributes): Decision {
  if (!OWN_VERBS.includes(asked.verb)) return noOpinion('can only get, create, update, patch, or delete a CSINode');
  if (asked.subresource) return noOpinion('cannot authorize CSINode subresources');
  if (asked.verb !== 'create' && asked.name !== nodeName) {
    return noOpinion('can only access CSINode with the same name as the requesting node');
  }
  return { outcome: 'allow' };
}

const noOpinion = (reason: string): Decision => ({ outcome: 'no opinion', ...(reason && { reason }) });
