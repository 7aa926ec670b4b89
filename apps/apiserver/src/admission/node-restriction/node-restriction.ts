import type { authenticationv1, coordinationv1, corev1, storagev1 } from '@navarch/api';
import { notFound } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isDeepStrictEqual } from 'node:util';
import { nodeIdentity } from '../../authz/node/node-identity';
import { MIRROR_ANNOTATION, podReferences } from '../../authz/node/pod-references';
import type { Lookup } from '../../lookup';
import { refuse, resourceName } from '../refuse';
import { forbiddenLabels } from './node-labels';
import type { TokenAudiences } from './token-audiences';

/** POD is how this plugin's messages name what is not there. */
const POD = { group: '', resource: 'pod' };

type Check = (nodeName: string, attributes: AdmissionAttributes) => Promise<string | undefined> | string | undefined;

/**
 * NodeRestriction keeps a kubelet to its own node and the pods bound to it: what the Node authorizer cannot decide, since it
 * does not see bodies. Other users are none of its business.
 */
export class NodeRestriction implements AdmissionPlugin {
  readonly name = 'NodeRestriction';
  private readonly checks = new Map<string, Check>([
    ['pods', (node, attributes) => this.checkPod(node, attributes)],
    ['nodes', checkNode],
    ['persistentvolumeclaims', checkClaim],
    ['serviceaccounts', (node, attributes) => this.checkToken(node, attributes)],
    ['leases.coordination.k8s.io', checkLease],
    ['csinodes.storage.k8s.io', checkCsiNode],
  ]);

  constructor(
    private readonly pods: Lookup<corev1.Pod>,
    private readonly nodes: Lookup<corev1.Node>,
    /** audiences: tokens are for the audiences of their pod only, as releases from 1.33 on have it. */
    private readonly audiences?: TokenAudiences,
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    return this.checks.has(resourceName(attributes)) && nodeIdentity(attributes.user) !== undefined;
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const nodeName = nodeIdentity(attributes.user);
    if (!nodeName) throw refuse(attributes, 'could not determine node identity from user');
    const why = await this.checks.get(resourceName(attributes))!(nodeName, attributes);
    if (why) throw refuse(attributes, why);
  }

  private async checkPod(nodeName: string, attributes: AdmissionAttributes): Promise<string | undefined> {
    const node = JSON.stringify(nodeName);
    const { operation, subresource } = attributes;
    switch (subresource) {
      case '':
        if (operation === 'CREATE') return this.checkMirrorPod(nodeName, attributes.object as corev1.Pod);
        if (operation === 'DELETE')
          return this.checkBound(
            nodeName,
            attributes,
            `node ${node} can only delete pods with spec.nodeName set to itself`,
          );
        return `unexpected operation ${JSON.stringify(operation)}, node ${node} can only create and delete mirror pods`;
      case 'status':
        if (operation !== 'UPDATE') return `unexpected operation ${JSON.stringify(operation)}`;
        return checkPodStatus(node, nodeName, attributes);
      case 'eviction':
        if (operation !== 'CREATE') return `unexpected operation ${operation}`;
        return this.checkBound(
          nodeName,
          attributes,
          `node ${nodeName} can only evict pods with spec.nodeName set to itself`,
        );
      default:
        return `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`;
    }
  }

  private async checkBound(
    nodeName: string,
    { namespace, name }: AdmissionAttributes,
    why: string,
  ): Promise<string | undefined> {
    const pod = await this.pods(namespace, name);
    if (!pod) throw notFound(POD, name);
    return pod.spec?.nodeName === nodeName ? undefined : why;
  }

  private async checkMirrorPod(nodeName: string, pod: corev1.Pod): Promise<string | undefined> {
    const node = JSON.stringify(nodeName);
    const annotations = pod.metadata?.annotations;
    if (annotations?.[MIRROR_ANNOTATION] === undefined) {
      return `pod does not have ${JSON.stringify(MIRROR_ANNOTATION)} annotation, node ${node} can only create mirror pods`;
    }
    if (pod.spec?.nodeName !== nodeName) return `node ${node} can only create pods with spec.nodeName set to itself`;
    const owners = pod.metadata?.ownerReferences ?? [];
    if (owners.length > 1) return `node ${node} can only create pods with a single owner reference set to itself`;
    const owner = owners[0];
    if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== nodeName) {
      return `node ${node} can only create pods with an owner reference set to itself`;
    }
    if (!owner.controller) return `node ${node} can only create pods with a controller owner reference set to itself`;
    if (owner.blockOwnerDeletion) return `node ${node} must not set blockOwnerDeletion on an owner reference`;
    const registered = await this.nodes('', nodeName);
    if (!registered) throw notFound({ group: '', resource: 'nodes' }, nodeName);
    if (registered.metadata?.uid !== owner.uid)
      return `node ${nodeName} UID mismatch: expected ${owner.uid} got ${registered.metadata?.uid}`;
    return this.checkNoReferences(node, pod);
  }

  private checkNoReferences(node: string, pod: corev1.Pod): string | undefined {
    if (pod.spec?.serviceAccountName) return `node ${node} can not create pods that reference a service account`;
    const { [MIRROR_ANNOTATION]: _mark, ...annotations } = pod.metadata?.annotations ?? {};
    const kinds = new Set(
      podReferences({ ...pod, metadata: { ...pod.metadata, annotations } }).map(reference => reference.kind),
    );
    if (kinds.has('secret')) return `node ${node} can not create pods that reference secrets`;
    if (kinds.has('configmap')) return `node ${node} can not create pods that reference configmaps`;
    if (kinds.has('persistentvolumeclaim'))
      return `node ${node} can not create pods that reference persistentvolumeclaims`;
    return undefined;
  }

  private async checkToken(nodeName: string, attributes: AdmissionAttributes): Promise<string | undefined> {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return undefined;
    const ref = (attributes.object as authenticationv1.TokenRequest).spec.boundObjectRef;
    if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) return 'node requested token not bound to a pod';
    if (!ref.uid) return 'node requested token with a pod binding without a uid';
    const pod = await this.pods(attributes.namespace, ref.name);
    if (!pod) throw notFound(POD, ref.name);
    if (pod.metadata?.uid !== ref.uid) {
      return `the UID in the bound object reference (${ref.uid}) does not match the UID in record (${pod.metadata?.uid}). The object might have been deleted and then recreated`;
    }
    if (pod.spec?.nodeName !== nodeName) return 'node requested token bound to a pod scheduled on a different node';
    return this.audiences?.check(attributes, pod);
  }
}

function checkPodStatus(
  node: string,
  nodeName: string,
  { object, oldObject }: AdmissionAttributes,
): string | undefined {
  if ((oldObject as corev1.Pod).spec?.nodeName !== nodeName) {
    return `node ${node} can only update pod status for pods with spec.nodeName set to itself`;
  }
  if (!isDeepStrictEqual(object?.metadata?.labels ?? {}, oldObject?.metadata?.labels ?? {})) {
    return `node ${node} cannot update labels through pod status`;
  }
  return undefined;
}

function checkNode(nodeName: string, attributes: AdmissionAttributes): string | undefined {
  const { operation, name } = attributes;
  const node = attributes.object as corev1.Node;
  const quoted = JSON.stringify(nodeName);
  if (operation === 'CREATE') {
    if (node.spec?.configSource) return `node ${quoted} is not allowed to create pods with a non-nil configSource`;
    const labels = forbiddenLabels(node.metadata?.labels, undefined);
    if (labels.length) return `node ${quoted} is not allowed to set the following labels: ${labels.join(', ')}`;
  }
  const requested = name || node?.metadata?.name || '';
  if (requested !== nodeName) return `node ${quoted} is not allowed to modify node ${JSON.stringify(requested)}`;
  if (operation !== 'UPDATE') return undefined;
  const old = attributes.oldObject as corev1.Node;
  if (node.spec?.configSource && !isDeepStrictEqual(node.spec.configSource, old.spec?.configSource)) {
    return `node ${quoted} is not allowed to update configSource to a new non-nil configSource`;
  }
  if (!isDeepStrictEqual(node.spec?.taints ?? [], old.spec?.taints ?? []))
    return `node ${quoted} is not allowed to modify taints`;
  const labels = forbiddenLabels(node.metadata?.labels, old.metadata?.labels);
  return labels.length ? `is not allowed to modify labels: ${labels.join(', ')}` : undefined;
}

/** checkClaim: a kubelet reports what a claim's volume was resized to, and nothing else. */
function checkClaim(
  nodeName: string,
  { operation, subresource, object, oldObject }: AdmissionAttributes,
): string | undefined {
  if (subresource !== 'status') return 'may only update PVC status';
  if (operation !== 'UPDATE') return `unexpected operation ${JSON.stringify(operation)}`;
  const masked = (claim: corev1.PersistentVolumeClaim) => {
    const { resourceVersion: _version, managedFields: _managed, ...metadata } = claim.metadata ?? {};
    const {
      capacity: _capacity,
      conditions: _conditions,
      allocatedResources: _resources,
      allocatedResourceStatuses: _statuses,
      ...status
    } = claim.status ?? {};
    return { metadata, spec: claim.spec, status };
  };
  if (
    isDeepStrictEqual(masked(object as corev1.PersistentVolumeClaim), masked(oldObject as corev1.PersistentVolumeClaim))
  )
    return undefined;
  return `node ${JSON.stringify(nodeName)} may not update fields other than status.capacity and status.conditions`;
}

function checkLease(nodeName: string, attributes: AdmissionAttributes): string | undefined {
  if (attributes.namespace !== 'kube-node-lease')
    return 'can only access leases in the "kube-node-lease" system namespace';
  return ownName(
    nodeName,
    attributes,
    attributes.object as coordinationv1.Lease | undefined,
    'can only access node lease with the same name as the requesting node',
  );
}

function checkCsiNode(nodeName: string, attributes: AdmissionAttributes): string | undefined {
  return ownName(
    nodeName,
    attributes,
    attributes.object as storagev1.CSINode | undefined,
    'can only access CSINode with the same name as the requesting node',
  );
}

function ownName(
  nodeName: string,
  { operation, name }: AdmissionAttributes,
  object: { metadata?: { name?: string } } | undefined,
  why: string,
): string | undefined {
  const requested = operation === 'CREATE' ? object?.metadata?.name : name;
  return requested === nodeName ? undefined : why;
}
