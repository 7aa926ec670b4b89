import { Secrets, type corev1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { IMMUTABLE } from '../../../shared/errors';
import { validateImmutable } from '../../../shared/immutable';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { asNew, plainStrategy } from '../../../shared/strategies';
import { validateSecret } from './validation';
import { secretWarnings } from './warnings';

/** defaultSecret gives a Secret its type and turns stringData into data, in place. */
function defaultSecret(secret: corev1.Secret): void {
  secret.type ||= 'Opaque';
  if (!secret.stringData) return;
  const encoded = Object.entries(secret.stringData).map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
  );
  if (encoded.length) secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
  delete secret.stringData;
}

function validateFixed(secret: corev1.Secret, old: corev1.Secret): FieldError[] {
  return [
    ...(secret.type === old.type ? [] : [field.invalid(Path.at('type'), secret.type, IMMUTABLE)]),
    ...validateImmutable(secret, old, ['data']),
  ];
}

/** refuseExport: a token is good for the account of this cluster alone. */
function refuseExport(secret: corev1.Secret): void {
  const { type, metadata = {} } = secret;
  if (type !== 'kubernetes.io/service-account-token' && !metadata.annotations?.['kubernetes.io/service-account.uid'])
    return;
  throw field.invalidObject({ group: '', kind: 'Secret' }, metadata.name ?? '', [
    field.invalid(Path.at('type'), type, 'can not export service account secrets'),
  ]);
}

/** secret declares Secret. */
export const secret = defineKind<corev1.Secret>({
  resource: Secrets,
  versions: [served('v1', 'Secret')],
  defaults: defaultSecret,
  selectableFields: ({ type = '' }) => ({ type }),
  fieldLabels: ['type'],
  columns: defineColumns<corev1.Secret>([
    nameColumn,
    text('Type', ({ type = '' }) => type),
    text('Data', ({ data = {} }) => Object.keys(data).length),
    ageColumn,
  ]),
  strategy: plainStrategy<corev1.Secret>(validateSecret, {
    prepareForUpdate(secret, old) {
      // A client that leaves the type out means the one it has.
      if (secret.type === 'Opaque' && old.type === undefined) delete secret.type;
    },
    metadataChecks: { update: ['change', validateFixed, 'whole'] },
    validateUpdate: asNew(validateSecret),
    warnings: secretWarnings,
    export: refuseExport,
  }),
});
