import type { apiextensionsv1 } from '@navarch/api';
import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';
import type { Version } from './versions';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const FORMATS = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password'];

/** validateColumns checks the columns of a version's table. */
export function validateColumns(version: Version | undefined, path: Path): FieldError[] {
  return foundIn(version?.additionalPrinterColumns, (column, i) => validateColumn(column, path.index(i)));
}

function validateColumn(
  { name, type, format, jsonPath }: apiextensionsv1.CustomResourceColumnDefinition,
  path: Path,
): FieldError[] {
  const errors = name ? [] : [field.required(path.child('name'))];
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (!type) errors.push(field.required(path.child('type'), types));
  else if (!COLUMN_TYPES.includes(type)) errors.push(field.invalid(path.child('type'), type, types));
  if (format && !FORMATS.includes(format))
    errors.push(field.invalid(path.child('format'), format, `must be one of ${[...FORMATS].sort().join(',')}`));
  const at = path.child('JSONPath');
  if (!jsonPath) errors.push(field.required(at));
  else errors.push(...simplePath(at, jsonPath));
  return errors;
}

const simplePath = (path: Path, text: string) =>
  text.startsWith('.') ? [] : [field.invalid(path, text, 'must be a simple json path starting with .')];

/** validateSubresources checks where a version's scale is found. */
export function validateSubresources(version: Version | undefined, path: Path): FieldError[] {
  const scale = version?.subresources?.scale;
  if (!scale) return [];
  const check = (
    name: 'specReplicasPath' | 'statusReplicasPath' | 'labelSelectorPath',
    roots: readonly string[],
    where: string,
  ): FieldError[] => {
    const text = scale[name];
    const at = path.child('scale', name);
    if (!text) return name === 'labelSelectorPath' ? [] : [field.required(at)];
    const errors = simplePath(at, text);
    if (errors.length || roots.some(root => text.startsWith(`${root}.`))) return errors;
    return [field.invalid(at, text, `should be a json path under ${where}`)];
  };
  return [
    ...check('specReplicasPath', ['.spec'], '.spec'),
    ...check('statusReplicasPath', ['.status'], '.status'),
    ...check('labelSelectorPath', ['.spec', '.status'], 'either .spec or .status'),
  ];
}
