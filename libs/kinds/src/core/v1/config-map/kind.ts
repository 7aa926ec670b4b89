import { ConfigMaps, type corev1 } from '@navarch/api';
import { field, isConfigMapKey, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { each, type Release } from '../../../shared/errors';
import { validateImmutable } from '../../../shared/immutable';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const MAX_BYTES = 1024 * 1024;

/** validateConfigMap checks keys and size. */
export function validateConfigMap(
  { data = {}, binaryData = {} }: corev1.ConfigMap,
  { emulated }: Release,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(data)) {
    const at = Path.at('data').key(key);
    errors.push(...each(at, key, isConfigMapKey(key)));
    if (Object.hasOwn(binaryData, key)) errors.push(field.invalid(at, key, 'duplicate of key present in binaryData'));
  }
  for (const key of Object.keys(binaryData))
    errors.push(...each(Path.at('binaryData').key(key), key, isConfigMapKey(key)));
  const texts = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  const bytes = Object.values(binaryData).reduce((sum, value) => sum + Buffer.byteLength(value ?? '', 'base64'), 0);
  // The whole object is too long; that is shown as an empty index.
  if (texts + bytes > MAX_BYTES) errors.push({ ...field.tooLong(Path.at(), MAX_BYTES, emulated), field: '[]' });
  return errors;
}

/** configMap declares ConfigMap. */
export const configMap = defineKind<corev1.ConfigMap>({
  resource: ConfigMaps,
  versions: [served('v1', 'ConfigMap')],
  shortNames: ['cm'],
  columns: defineColumns<corev1.ConfigMap>([
    nameColumn,
    text('Data', ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length),
    ageColumn,
  ]),
  strategy: plainStrategy<corev1.ConfigMap>(validateConfigMap, {
    validateUpdate: (map, old, context) => [
      ...validateImmutable(map, old, ['data', 'binaryData']),
      ...validateConfigMap(map, context),
    ],
  }),
});
