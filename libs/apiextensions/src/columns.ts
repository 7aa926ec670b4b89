import type { apiextensionsv1 } from '@navarch/api';
import { goJson, goNumber, type KubeObject } from '@navarch/apimachinery';
import { ageOf, defineColumns, nameColumn, type CellContext, type Columns, type ColumnSource } from '@navarch/kinds';
import { compileJsonPath, type JsonPath } from './json-path';

type Column = apiextensionsv1.CustomResourceColumnDefinition;
type Cell = string | number | boolean | null;

/** age is the column of versions that declare none. */
const age: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'CreationTimestamp is the time at which the server created the object.',
};

/** columnsOf are the table's columns: the name, and those that a version declares. */
export function columnsOf(declared: readonly Column[] | undefined): Columns<KubeObject> {
  return defineColumns<KubeObject>([nameColumn, ...(declared?.length ? declared : [age]).map(columnOf)]);
}

function columnOf({ name, type, format, description, priority, jsonPath }: Column): ColumnSource<KubeObject> {
  const path = pathOf(jsonPath);
  return {
    name,
    type: type as ColumnSource<KubeObject>['type'],
    ...(format && { format: format as '' }),
    ...(priority && { priority }),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    cell: (object, context) => {
      const [first] = path(object);
      return first === undefined ? null : cellOf(type, first, context);
    },
  };
}

/** pathOf: a path that cannot be read, or that compares what is not alike, leads nowhere. */
function pathOf(source: string): JsonPath {
  try {
    const path = compileJsonPath(source);
    return object => {
      try {
        return path(object);
      } catch {
        return [];
      }
    };
  } catch {
    return () => [];
  }
}

/** cellOf shows a value in a column of a type; null for a value of another type. Pure. */
export function cellOf(type: string, value: unknown, context: CellContext): Cell {
  switch (type) {
    case 'string':
      return textOf(value);
    case 'integer':
      return typeof value === 'number' ? wholeOf(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateOf(value, context) : null;
    default:
      return null;
  }
}

/** wholeOf: what is beyond 64 bits becomes the least number. */
const wholeOf = (value: number) => (Math.abs(value) < 2 ** 63 ? Math.trunc(value) : -(2 ** 63));

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function dateOf(text: string, context: CellContext): string {
  if (text === '' || text === 'null') return ageOf(undefined, context);
  return RFC3339.test(text) && !Number.isNaN(Date.parse(text)) ? ageOf(text, context) : '<invalid>';
}

function textOf(value: unknown): string {
  if (value === null) return '<no value>';
  if (typeof value === 'number') return goNumber(value);
  return typeof value === 'object' ? goJson(value) : String(value);
}
