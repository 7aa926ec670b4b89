import { Namespaces, type corev1 } from '@navarch/api';
import { field, foundIn, isQualifiedName, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind, type Minor, type Strategy } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { each } from '../../../shared/errors';
import { keep } from '../../../shared/keep';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { statusStrategy } from '../../../shared/strategies';

const FINALIZER = 'kubernetes';
const STANDARD_FINALIZERS = [FINALIZER, 'orphan', 'foregroundDeletion'];
const FINALIZERS = Path.at('spec', 'finalizers');
const NAME_LABEL = 'kubernetes.io/metadata.name';

function defaultNamespace(namespace: corev1.Namespace, emulated: Minor): void {
  if (!namespace.status?.phase) namespace.status = { ...namespace.status, phase: 'Active' };
  labelByName(namespace, emulated);
}

/** LABELED is the first release whose namespaces have their name as a label. */
const LABELED: Minor = 21;

function labelByName(namespace: corev1.Namespace, emulated: Minor): void {
  const { name } = (namespace.metadata ??= {});
  if (name && emulated >= LABELED) namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: name };
}

/** Clients change a namespace's metadata only: its finalizers have an endpoint of their own. */
const strategy: Strategy<corev1.Namespace> = {
  metadataChecks: { update: ['whole', 'change'] },
  allowUnconditionalUpdate: true,
  prepareForCreate(namespace, { emulated }) {
    namespace.status = { phase: 'Active' };
    // A generated name comes after the defaults.
    labelByName(namespace, emulated);
    const spec = (namespace.spec ??= {});
    if (!spec.finalizers?.includes(FINALIZER)) spec.finalizers = [...(spec.finalizers ?? []), FINALIZER];
  },
  validate: namespace => validateFinalizers(namespace, () => FINALIZERS),
  prepareForUpdate: (namespace, old) => keep(namespace, old, 'spec', 'status'),
};

function validateFinalizers({ spec }: corev1.Namespace, at: (index: number) => Path): FieldError[] {
  return foundIn(spec?.finalizers, (name, i) => [
    ...each(at(i), name, isQualifiedName(name)),
    ...(name.includes('/') || STANDARD_FINALIZERS.includes(name)
      ? []
      : [field.invalid(at(i), name, 'name is neither a standard finalizer name nor is it fully qualified')]),
  ]);
}

const finalize: Strategy<corev1.Namespace> = {
  metadataChecks: { update: ['change'] },
  allowUnconditionalUpdate: true,
  prepareForUpdate: (namespace, old) => keep(namespace, old, 'status'),
  validateUpdate: namespace => validateFinalizers(namespace, i => FINALIZERS.index(i)),
};

function validateStatus({ metadata, status }: corev1.Namespace): FieldError[] {
  const deleting = metadata?.deletionTimestamp !== undefined;
  const wanted = deleting ? 'Terminating' : 'Active';
  if (status?.phase === wanted) return [];
  const detail = `may only be '${wanted}' if \`deletionTimestamp\` is ${deleting ? 'not ' : ''}empty`;
  return [field.invalid(Path.at('status', 'Phase'), status?.phase ?? '', detail)];
}

/** namespace declares Namespace. */
export const namespace = defineKind<corev1.Namespace>({
  resource: Namespaces,
  versions: [served('v1', 'Namespace')],
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  nameRule: 'label',
  defaults: defaultNamespace,
  selectableFields: ({ metadata, status }) => ({ name: metadata?.name ?? '', 'status.phase': status?.phase ?? '' }),
  fieldLabels: ['status.phase'],
  columns: defineColumns<corev1.Namespace>([
    nameColumn,
    text('Status', ({ status }) => status?.phase ?? ''),
    ageColumn,
  ]),
  strategy,
  subresources: {
    status: statusStrategy<corev1.Namespace>({ validateUpdate: validateStatus }),
    writes: { finalize: { strategy: finalize, verbs: ['update'] } },
  },
});
