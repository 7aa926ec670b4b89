import type { ResourceToken } from '@navarch/api';
import type {
  AnyObject,
  FieldError,
  KubeObject,
  NameRule as NameCheck,
  TypeSchema,
  UserInfo,
} from '@navarch/apimachinery';

/** Minor is a Kubernetes 1.x release: 20, 33. Behaviour that differs between releases asks `context.emulated`. */
export type Minor = number;

/** Dormant are fields that releases know before they use them: paths that lead through lists, each with the first release that uses it. */
export type Dormant = Readonly<Record<string, Minor>>;

/** StrategyContext is what a strategy may know besides the object. */
export interface StrategyContext {
  /** emulated is the release whose behaviour is asked for (`--emulated-version`). */
  readonly emulated: Minor;
  readonly user?: UserInfo;
  /** apiVersion the client wrote in; validation messages of some kinds depend on it. */
  readonly apiVersion: string;
  /** now in milliseconds since the epoch. */
  readonly now: number;
  readonly dryRun: boolean;
  /** allowPrivileged: containers may be privileged; they may unless it is false. */
  readonly allowPrivileged?: boolean;
  /** sendsEmpties tells of an update whether its body has a list or map without content, which is not kept, in this field of the object. */
  sendsEmpties?(object: object, field: string): boolean;
}

/** MetadataCheck is one look at metadata: `whole` as at that of a new object, `change` at what an update may not do to it. */
export type MetadataCheck = 'whole' | 'change';

/** OwnCheck is what a kind finds wrong with a change between two looks at metadata: findings are told in the order in which they are looked for. */
export type OwnCheck<T> = { find(object: T, old: T, context: StrategyContext): FieldError[] }['find'];

/** MetadataChecks lists, in order, how a kind's own validation looks at metadata. What is found twice is told twice. */
export interface MetadataChecks<T = KubeObject> {
  /** create is `['whole']` unless given; with none the name only has to fit into a path. */
  readonly create?: readonly 'whole'[];
  /** update is `['change', 'whole']` unless given; validateUpdate comes after it. */
  readonly update?: readonly (MetadataCheck | OwnCheck<T>)[];
}

/**
 * Strategy decides what a write may do. Objects are in the hub version, defaulted; prepare… change them in place,
 * validate… are pure. Generic metadata (name, labels, owner references, immutable uid …) is checked by the runtime.
 */
export interface Strategy<T extends KubeObject> {
  /** preparesUnnamed: prepareForCreate runs before a name is generated. */
  readonly preparesUnnamed?: boolean;
  /** prepareForCreate drops what clients may not set (status), and sets generation and the like. */
  prepareForCreate?(object: T, context: StrategyContext): void;
  validate?(object: T, context: StrategyContext): FieldError[];
  /** resets are the fields, as dotted paths, that a status endpoint takes no change of, and whose senders own nothing of them; the spec unless given. */
  readonly resets?: readonly string[];
  /** prepareForUpdate takes over from `old` what this endpoint may not change, and counts generation. */
  prepareForUpdate?(object: T, old: T, context: StrategyContext): void;
  validateUpdate?(object: T, old: T, context: StrategyContext): FieldError[];
  /** metadataChecks are those of the kind; the server's own come before them on update, and after them on create. */
  readonly metadataChecks?: MetadataChecks<T> | ((context: StrategyContext) => MetadataChecks<T>);
  warnings?(object: T, old: T | undefined, context: StrategyContext): string[];
  /** canonicalize brings a valid object into its stored form. */
  canonicalize?(object: T): void;
  /** allowCreateOnUpdate: PUT of a missing object creates it. */
  readonly allowCreateOnUpdate?: boolean;
  /**
   * export drops, in place, what an object that is prepared for a creation is not to have in another cluster either. It throws for what is
   * of no use there. Nobody asks for it who wants an exact copy.
   */
  export?(object: T): void;
  /**
   * validatesBeforeLock: an update is validated before its resourceVersion is compared with the present one, and one without
   * a resourceVersion is invalid.
   */
  validatesBeforeLock?(context: StrategyContext): boolean;
  /** refuseDelete tells why an object may not be deleted (403); undefined: it may. */
  refuseDelete?(object: T): string | undefined;
  /** allowUnconditionalUpdate: PUT without a resourceVersion overwrites. */
  readonly allowUnconditionalUpdate?: boolean;
}

/** DeletionStrategy makes deletion graceful: answers the grace period to set, or undefined to delete at once. */
export interface GracefulDeletion<T extends KubeObject> {
  gracePeriodSeconds(object: T, requested: number | undefined, emulated: Minor): number | undefined;
}

/**
 * NameRule is the check of metadata.name; `label1035` and so on are the DNS forms of RFC 1035 and 1123. What an object is may
 * decide its name; `prefix` says that the text is a generateName.
 */
export type NameRule =
  | 'subdomain'
  | 'label'
  | 'label1035'
  | 'pathSegment'
  | ((name: string, prefix: boolean, object: KubeObject) => string[]);

/** nameRuleOf is the rule for the name of one object of a kind. */
export function nameRuleOf(
  { nameRule = 'subdomain' }: Pick<KindDefinition, 'nameRule'>,
  object: KubeObject,
): NameCheck {
  return typeof nameRule === 'function' ? (name, prefix) => nameRule(name, prefix, object) : nameRule;
}

/** ServedVersion is one apiVersion in which the kind is served. The hub version is one of them, without conversions. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  /** schema is the definition's name: `io.k8s.api.apps.v1.Deployment`. */
  readonly schema: string;
  /** since and until bound the releases that serve it (inclusive); Navarch itself serves old ones on, see docs. */
  readonly since?: Minor;
  readonly until?: Minor;
  /** deprecated warns as upstream does: `{in: '1.14', removed: '1.22', replacement: 'networking.k8s.io/v1 Ingress'}`. */
  readonly deprecated?: { readonly in: string; readonly removed?: string; readonly replacement?: string };
  /** deprecationWarning is the warning of a deprecated version in its own words. */
  readonly deprecationWarning?: string;
  /** defaults fills in what this version defaults differently from the hub; before toHub. In place. */
  readonly defaults?: (object: Record<string, unknown>) => void;
  /** toHub and fromHub change a private copy in place; apiVersion is set by the caller. */
  readonly toHub?: (object: Record<string, unknown>) => void;
  readonly fromHub?: (object: Record<string, unknown>) => void;
  /** conversionProblem says why what an annotation of this version stands for is no such thing; undefined if it is, or is not there. */
  readonly conversionProblem?: (object: KubeObject) => string | undefined;
  /** optIn: a release that has the version serves it only where `--runtime-config` asks for it. */
  readonly optIn?: boolean;
  /** unserved: objects may be stored in this version of a custom kind, but nobody can ask for it. */
  readonly unserved?: boolean;
  /** convert brings an object of any version of a custom kind into this one; a webhook may have to be asked. Uses up its argument. */
  readonly convert?: (object: AnyObject) => AnyObject | Promise<AnyObject>;
  /** structure is how the fields of a custom version's objects are owned. */
  readonly structure?: TypeSchema;
  /** subresources lists those that this version has; all unless given. */
  readonly subresources?: readonly string[];
  /** fieldLabels are the selectable paths in this version, each with the hub's label that it stands for; the hub's unless given. */
  readonly fieldLabels?: Readonly<Record<string, string>>;
  /** unknownFieldLabel words the refusal of a label that this version does not know; the kind's unless given. */
  readonly unknownFieldLabel?: (label: string) => string;
  /** categories replace the kind's in this version. */
  readonly categories?: readonly string[];
  /** stored: the first release that stores objects in this version; the newest one that is reached wins, the hub else. */
  readonly storedSince?: Minor;
}

/** Column is one column of a table. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: 'name' | '';
  /** priority 0 is always shown, more only by `-o wide`. */
  readonly priority?: number;
  readonly description?: string;
  /** since and until bound the releases that have the column. */
  readonly since?: Minor;
  readonly until?: Minor;
}

/** Columns print objects as table rows: one cell a column, in order. `now` in milliseconds, for ages. */
export interface Columns<T> {
  readonly columns: readonly Column[];
  cells(object: T, context: { now: number; emulated: Minor }): (string | number | boolean | null)[];
  /** order is that of the rows of a list, which is the one of the list unless given. */
  order?(a: T, b: T): number;
  /** conditions marks rows that are over (pods that have completed). */
  conditions?(object: T): { type: 'Completed'; status: 'True'; reason: string; message: string }[] | undefined;
}

/** ScalePaths tells where a kind keeps what its scale subresource shows. */
export interface ScalePaths {
  /** Dotted paths: `spec.replicas`, `status.replicas`. */
  readonly replicas: string;
  readonly statusReplicas: string;
  /** selector is a LabelSelector object or a map or (CRDs) a string, at this path. */
  readonly selector?: string;
}

/** Subresources are the endpoints below an object. */
export interface Subresources<T extends KubeObject> {
  /** status is written at /status with its own strategy. */
  readonly status?: Strategy<T>;
  readonly scale?: ScalePaths;
  /** others that write the whole object: `approval` of a CSR, `finalize` of a Namespace, `ephemeralcontainers` of a Pod. */
  readonly writes?: Readonly<
    Record<string, { readonly strategy: Strategy<T>; readonly verbs: readonly string[]; readonly since?: Minor }>
  >;
  /** connects are served by the apiserver app itself (`log`, `exec`, `proxy`, `binding`, `eviction`, `token`): kind and verbs for discovery. */
  readonly connects?: Readonly<Record<string, ConnectSubresource>>;
}

/** ConnectSubresource is an endpoint that the API server app serves itself; discovery has to know it. */
export interface ConnectSubresource {
  /** group, version and kind of the body (`policy/v1 Eviction`); the kind's own unless given. */
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly since?: Minor;
  /** readBy is the kind of options by which text is read here; none: objects are. */
  readonly readBy?: string;
}

/** KindDefinition is everything the API machinery has to know about a kind. Made by defineKind, at start or (CRD) at run time. */
export interface KindDefinition<T extends KubeObject = KubeObject> {
  /** resource is the hub: strategy, defaults and columns speak this version. */
  readonly resource: ResourceToken<T>;
  readonly versions: readonly ServedVersion[];
  /** retired are versions that the release serves no more and still reads: a patch may bring an object into one. forRelease fills it. */
  readonly retired?: readonly ServedVersion[];
  /** storagePath is what stands between `/registry/` and the namespace: `pods`, `services/specs`, `minions`. */
  readonly storagePath?: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** listKind is `${kind}List` unless given. */
  readonly listKind?: string;
  /** verbs of the main resource; all eight unless given. `create` alone: a virtual resource such as TokenReview. */
  readonly verbs?: readonly string[];
  readonly nameRule?: NameRule;
  /** versionAnnotations are those that stand for a field: where metadata is shown alone they are left out. */
  readonly versionAnnotations?: readonly string[];
  /** ownedSince is the first release that records who owns which fields; every release unless given. */
  readonly ownedSince?: Minor;
  /** anyFinalizer allows finalizers that neither Kubernetes knows nor have a domain before a slash. */
  readonly anyFinalizer?: boolean;
  /** dormant fields (`spec.ports.x`, in the hub version) are dropped from what is written until a release uses them; forRelease sees to it. */
  readonly dormant?: Dormant;
  /** podSpec is where the spec of a pod stands (`spec.template.spec`), of which the same is true. */
  readonly podSpec?: string;
  /** defaults completes an object in the hub version, in place. Idempotent. */
  defaults?(object: T, emulated: Minor): void;
  readonly strategy: Strategy<T>;
  readonly subresources?: Subresources<T>;
  readonly columns?: Columns<T>;
  /** selectableFields are those besides metadata.name and metadata.namespace. */
  selectableFields?(object: T): Record<string, string>;
  /** fieldLabels lists the selectable paths, so that unknown ones can be refused; keys of selectableFields. */
  readonly fieldLabels?: readonly string[];
  /** unknownFieldLabel words the refusal of an unknown label: `field label not supported: spec.x` unless given. */
  unknownFieldLabel?(label: string): string;
  /** indexes are the fieldLabels by which the watch cache keeps buckets. */
  readonly indexes?: readonly string[];
  readonly gracefulDeletion?: GracefulDeletion<T>;
  /**
   * markDeleted makes the deletion of an object begin with a write of its own, whatever finalizers it has: it changes the object
   * in place, whose deletion time is set, to say so (a finalizer, a condition). `now` in milliseconds.
   */
  markDeleted?(object: T, now: number): void;
  ttlSeconds?(object: T): number | undefined;
}

/** defineKind checks a definition and fixes its type. */
export function defineKind<T extends KubeObject>(definition: KindDefinition<T>): KindDefinition<T> {
  const { resource, versions } = definition;
  if (!versions.some(v => v.group === resource.group && v.version === resource.version)) {
    throw new Error(`${resource.kind}: the hub version ${resource.version} is not among the served ones`);
  }
  return definition;
}
