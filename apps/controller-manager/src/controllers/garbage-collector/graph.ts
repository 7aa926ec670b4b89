import { apiVersionOf, isDeleting, type KubeObject, type OwnerReference } from '@navarch/apimachinery';
import type { ResourceToken } from '@navarch/api';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** GraphNode is one object, or one that others name as their owner and that was not seen yet (`virtual`). */
export interface GraphNode {
  readonly uid: string;
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  /** token is the resource by which the object was observed; undefined for virtual nodes. */
  token: ResourceToken<KubeObject> | undefined;
  virtual: boolean;
  owners: readonly OwnerReference[];
  /** dependents are the nodes that name this one as an owner; kept in step with their `owners`. */
  readonly dependents: Set<GraphNode>;
  beingDeleted: boolean;
  /** deletingDependents: it is deleted in the foreground and waits for its dependents. */
  deletingDependents: boolean;
  orphaning: boolean;
}

/** GraphEffects are told by the graph what has to be looked at. Each may be told more than once. */
export interface GraphEffects {
  attemptToDelete(node: GraphNode): void;
  attemptToOrphan(node: GraphNode): void;
}

/** DependencyGraph knows who owns whom, by uid. Pure data: fed by informers, it tells its effects what may be collected. */
export class DependencyGraph {
  private readonly nodes = new Map<string, GraphNode>();

  constructor(private readonly effects: GraphEffects) {}

  get(uid: string): GraphNode | undefined {
    return this.nodes.get(uid);
  }

  get size(): number {
    return this.nodes.size;
  }

  /** observe takes over an object's present state. */
  observe(token: ResourceToken<KubeObject>, object: KubeObject): void {
    const uid = object.metadata?.uid;
    if (!uid) return;
    const owners = object.metadata?.ownerReferences ?? [];
    const place = {
      apiVersion: apiVersionOf(token),
      kind: token.kind,
      namespace: object.metadata?.namespace ?? '',
      name: object.metadata?.name ?? '',
    };
    let node = this.nodes.get(uid);
    if (!node) {
      node = newNode(uid, place);
      this.nodes.set(uid, node);
    } else if (node.virtual) {
      // Those who named the owner at another place than where it is have to be looked at again.
      const known = node;
      Object.assign(known, place);
      for (const dependent of known.dependents)
        if (!this.namesRightly(dependent, known)) this.effects.attemptToDelete(dependent);
    }
    node.token = token;
    node.virtual = false;
    this.changeOwners(node, owners);
    this.transition(node, object);
  }

  /** remove takes an object out: its dependents may have lost their last owner, its owners may have waited for it. */
  remove(uid: string): void {
    const node = this.nodes.get(uid);
    if (!node) return;
    this.nodes.delete(uid);
    for (const { uid: ownerUid } of node.owners) {
      const owner = this.nodes.get(ownerUid);
      if (!owner) continue;
      owner.dependents.delete(node);
      if (owner.deletingDependents) this.effects.attemptToDelete(owner);
      this.dropIfUseless(owner);
    }
    for (const dependent of node.dependents) this.effects.attemptToDelete(dependent);
    // The dependents still name it: a virtual node keeps the edges until they are gone or changed.
    if (node.dependents.size) {
      this.nodes.set(
        uid,
        Object.assign(node, {
          virtual: true,
          token: undefined,
          owners: [],
          beingDeleted: false,
          deletingDependents: false,
          orphaning: false,
        }),
      );
    }
  }

  /** blockingDependents are those that a foreground deletion has to wait for. */
  blockingDependents(node: GraphNode): GraphNode[] {
    return [...node.dependents].filter(dependent =>
      dependent.owners.some(owner => owner.uid === node.uid && owner.blockOwnerDeletion),
    );
  }

  private changeOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    const before = node.owners;
    node.owners = owners;
    for (const old of before) {
      const now = owners.find(owner => owner.uid === old.uid);
      const owner = this.nodes.get(old.uid);
      if (!owner) continue;
      if (!now) {
        owner.dependents.delete(node);
        this.dropIfUseless(owner);
      }
      if (owner.deletingDependents && (!now || (old.blockOwnerDeletion && !now.blockOwnerDeletion)))
        this.effects.attemptToDelete(owner);
    }
    for (const reference of owners)
      if (!before.some(old => old.uid === reference.uid)) this.addDependent(node, reference);
  }

  private addDependent(node: GraphNode, reference: OwnerReference): void {
    let owner = this.nodes.get(reference.uid);
    if (!owner) {
      const { apiVersion, kind, name, uid } = reference;
      owner = newNode(uid, { apiVersion, kind, name, namespace: node.namespace });
      this.nodes.set(uid, owner);
      this.effects.attemptToDelete(owner);
    } else if (!this.namesRightly(node, owner) || owner.deletingDependents) this.effects.attemptToDelete(node);
    owner.dependents.add(node);
  }

  /** namesRightly: the dependent's reference fits where its owner really is. */
  private namesRightly(dependent: GraphNode, owner: GraphNode): boolean {
    const reference = dependent.owners.find(candidate => candidate.uid === owner.uid);
    if (!reference) return true;
    const sameScope = owner.namespace === '' || owner.namespace === dependent.namespace;
    return sameScope && reference.name === owner.name && reference.kind === owner.kind;
  }

  private transition(node: GraphNode, object: KubeObject): void {
    const finalizers = object.metadata?.finalizers ?? [];
    node.beingDeleted = isDeleting(object);
    if (!node.beingDeleted) return;
    if (finalizers.includes(ORPHAN)) {
      if (!node.orphaning) this.effects.attemptToOrphan(node);
      node.orphaning = true;
    }
    if (finalizers.includes(FOREGROUND)) {
      if (!node.deletingDependents) {
        node.deletingDependents = true;
        for (const dependent of node.dependents) this.effects.attemptToDelete(dependent);
      }
      this.effects.attemptToDelete(node);
    } else node.deletingDependents = false;
  }

  private dropIfUseless(node: GraphNode): void {
    if (node.virtual && !node.dependents.size) this.nodes.delete(node.uid);
  }
}

function newNode(uid: string, place: Pick<GraphNode, 'apiVersion' | 'kind' | 'namespace' | 'name'>): GraphNode {
  return {
    uid,
    ...place,
    token: undefined,
    virtual: true,
    owners: [],
    dependents: new Set(),
    beingDeleted: false,
    deletingDependents: false,
    orphaning: false,
  };
}
