import { VolumeAttachments, type storagev1 } from '@navarch/api';
import { field, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import { validateVolumeSpec } from '../../../core/v1/persistent-volume/spec';
import { validateCSIDriverName } from '../../../core/v1/pod/validation/volume-sources';
import { defineKind, type StrategyContext } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, invalidStruct, requireText, type Release } from '../../../shared/errors';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { ISOLATED, asNew, isolatedStatusStrategy, plainStrategy } from '../../../shared/strategies';
import { goStruct } from '../../../shared/go-struct';

const SPEC = Path.at('spec');
const MAX_METADATA = 256 * 1024;
const MAX_MESSAGE = 1024;
const V1 = 'storage.k8s.io/v1';
const BETA = 'storage.k8s.io/v1beta1';

function validateAttachment({ spec, status }: storagev1.VolumeAttachment, release: Release): FieldError[] {
  const { emulated } = release;
  const { attacher, nodeName = '', source } = spec ?? ({} as storagev1.VolumeAttachmentSpec);
  const { inlineVolumeSpec: inline, persistentVolumeName: volume } = source ?? {};
  const at = SPEC.child('source');
  const errors = requireText(SPEC.child('attacher'), attacher);
  if (!inline && volume === undefined)
    errors.push(field.required(at, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  else if (inline && volume !== undefined)
    errors.push(field.forbidden(at, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  else if (volume === '')
    errors.push(field.required(at.child('persistentVolumeName'), 'must specify non empty persistentVolumeName'));
  else if (inline)
    errors.push(...validateVolumeSpec(inline, at.child('inlineVolumeSpec'), release, { name: '', inline: true }));
  errors.push(...each(SPEC.child('nodeName'), nodeName, isDNS1123Subdomain(nodeName)));
  const size = Object.entries(status?.attachmentMetadata ?? {})
    .flat()
    .join('');
  if (Buffer.byteLength(size) > MAX_METADATA)
    errors.push(field.tooLong(Path.at('status', 'attachmentMetadata'), MAX_METADATA, emulated));
  for (const name of ['attachError', 'detachError'] as const) {
    const { message = '', errorCode = 0 } = status?.[name] ?? {};
    const where = Path.at('status', name);
    // The limit that is told is another one.
    if (Buffer.byteLength(message) > MAX_MESSAGE)
      errors.push(field.tooLong(where.child('message'), MAX_METADATA, emulated));
    if (errorCode < 0)
      errors.push(field.invalid(where.child('errorCode'), errorCode, 'must be between 0 and 2147483647, inclusive'));
  }
  return errors;
}

/** Clients of v1beta1 need not name the driver well. */
function validateNew(attachment: storagev1.VolumeAttachment, context: StrategyContext): FieldError[] {
  const errors = validateAttachment(attachment, context);
  if (context.apiVersion === BETA) return errors;
  const { attacher, source } = attachment.spec ?? ({} as storagev1.VolumeAttachmentSpec);
  const volume = source?.persistentVolumeName;
  return [
    ...errors,
    ...validateCSIDriverName(attacher, SPEC.child('attacher'), context),
    ...(volume !== undefined
      ? each(SPEC.child('source', 'persistentVolumeName'), volume, isDNS1123Subdomain(volume))
      : []),
  ];
}

const deprecated = deprecatedFor('1.19', '1.22', 'storage.k8s.io/v1 VolumeAttachment');

/** volumeAttachment declares VolumeAttachment. Its older versions have no status endpoint: in v1beta1 the status is written with the object. */
export const volumeAttachment = defineKind<storagev1.VolumeAttachment>({
  resource: VolumeAttachments,
  versions: [
    served(V1, 'VolumeAttachment'),
    served(BETA, 'VolumeAttachment', { until: 21, deprecated, subresources: [] }),
    served('storage.k8s.io/v1alpha1', 'VolumeAttachment', { until: 23, subresources: [] }),
  ],
  dormant: { 'status.attachError.errorCode': 35, 'status.detachError.errorCode': 35 },
  columns: defineColumns<storagev1.VolumeAttachment>([
    nameColumn,
    text('Attacher', ({ spec }) => spec.attacher ?? '', { format: 'name' }),
    text('PV', ({ spec }) => spec.source?.persistentVolumeName ?? ''),
    text('Node', ({ spec }) => spec.nodeName ?? ''),
    { name: 'Attached', type: 'boolean', cell: ({ status }) => status?.attached ?? false },
    ageColumn,
  ]),
  strategy: {
    ...plainStrategy<storagev1.VolumeAttachment>(validateNew),
    metadataChecks: { update: ['whole', asNew(validateAttachment), 'whole'] },
    allowUnconditionalUpdate: false,
    prepareForCreate(attachment, { apiVersion }) {
      if (apiVersion !== BETA) delete attachment.status;
    },
    prepareForUpdate(attachment, old, { apiVersion }) {
      if (apiVersion === BETA) return;
      if (old.status) attachment.status = old.status;
      else delete attachment.status;
    },
    validateUpdate: (attachment, old, release) => [
      ...validateAttachment(attachment, release),
      ...(semanticEqual(attachment.spec, old.spec)
        ? []
        : [invalidStruct(SPEC, goStruct('storage.VolumeAttachmentSpec', attachment.spec), IMMUTABLE)]),
    ],
  },
  subresources: {
    status: isolatedStatusStrategy<storagev1.VolumeAttachment>({ metadataChecks: { update: ['whole', 'whole'] } }, [
      ...ISOLATED,
      'deletionTimestamp',
    ]),
  },
});
