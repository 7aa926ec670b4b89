import { fieldsOf } from './facts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** PACKAGES are the groups whose definitions are not named `io.k8s.api.<first label of the group>`. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['', 'io.k8s.api.core'],
  ['apiextensions.k8s.io', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions'],
  ['apiregistration.k8s.io', 'io.k8s.kube-aggregator.pkg.apis.apiregistration'],
  ['audit.k8s.io', 'io.k8s.apiserver.pkg.apis.audit'],
  ['internal.apiserver.k8s.io', 'io.k8s.api.apiserverinternal'],
  ['meta.k8s.io', 'io.k8s.apimachinery.pkg.apis.meta'],
  ['metrics.k8s.io', 'io.k8s.metrics.pkg.apis.metrics'],
  ['custom.metrics.k8s.io', 'io.k8s.metrics.pkg.apis.custom_metrics'],
  ['external.metrics.k8s.io', 'io.k8s.metrics.pkg.apis.external_metrics'],
]);

/** META_KINDS are served in every group and version with one and the same definition. */
const META_KINDS = new Set([
  'Status',
  'ListOptions',
  'GetOptions',
  'CreateOptions',
  'UpdateOptions',
  'PatchOptions',
  'DeleteOptions',
  'WatchEvent',
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
  'PartialObjectMetadata',
  'PartialObjectMetadataList',
]);

/** defNameOf is the definition of a kind: `io.k8s.api.apps.v1.Deployment`; undefined if there is none built in. */
export function defNameOf(group: string, version: string, kind: string): string | undefined {
  const pkg = PACKAGES.get(group) ?? `io.k8s.api.${group.split('.')[0]}`;
  const own = `${pkg}.${version}.${kind}`;
  if (fieldsOf(own)) return own;
  const meta = `${META}.${kind}`;
  return META_KINDS.has(kind) && fieldsOf(meta) ? meta : undefined;
}

/** splitDefName takes `io.k8s.api.apps.v1.Deployment` apart. */
export function splitDefName(defName: string): {
  readonly package: string;
  readonly version: string;
  readonly kind: string;
} {
  const parts = defName.split('.');
  const kind = parts.pop()!;
  return { package: parts.join('.'), version: parts.at(-1) ?? '', kind };
}

/** OTHER_ROOTS are kinds that are sent on their own though they have no metadata. */
const OTHER_ROOTS =
  /^(AdmissionReview|ConversionReview|DeploymentRollback|SerializedReference|(NodeProxy|Pod\w+|ServiceProxy)Options)$/;

/** TEMPLATES have the metadata of what is made from them, and are no objects themselves. */
const TEMPLATES =
  /\.(PodTemplateSpec|JobTemplateSpec|PersistentVolumeClaimTemplate|ResourceClaimTemplateSpec|CompositePodGroupTemplate|PodGroupTemplate)$/;

/** isRoot tells whether objects of this definition carry apiVersion and kind. Events of a watch do not: their objects do. */
export function isRoot(defName: string): boolean {
  const fields = fieldsOf(defName) ?? [];
  if (!TEMPLATES.test(defName) && fields.some(f => f.name === 'metadata' && /\.(ObjectMeta|ListMeta)$/.test(f.type)))
    return true;
  const { kind } = splitDefName(defName);
  return (META_KINDS.has(kind) && kind !== 'WatchEvent') || OTHER_ROOTS.test(kind);
}
