import { jsonFields, specialForm, type FieldFacts } from '@navarch/api';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  escapeField,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
  type ObjectField,
  type ObjectType,
  type Type,
} from '@navarch/cel';

const SCALARS: Readonly<Record<string, Type>> = {
  string: STRING,
  bytes: BYTES,
  bool: BOOL,
  int32: INT,
  int64: INT,
  double: DOUBLE,
};

/** expressionType is the type that expressions give the objects of a built-in definition. Lazy, since definitions may refer to themselves. */
export function expressionType(defName: string): Type {
  if (Object.hasOwn(SCALARS, defName)) return SCALARS[defName]!;
  switch (specialForm(defName)) {
    case undefined:
      return objectType(defName);
    case 'time':
    case 'microTime':
      return TIMESTAMP;
    case 'duration':
    case 'quantity':
      return STRING;
    case 'stringList':
      return listOf(STRING);
    default:
      return DYN;
  }
}

function objectType(name: string): ObjectType {
  let fields: Map<string, ObjectField> | undefined;
  return {
    kind: 'object',
    name,
    field(wanted) {
      fields ??= new Map(
        jsonFields(name).map(facts => [escapeField(facts.name), { property: facts.name, type: fieldType(facts) }]),
      );
      return fields.get(wanted);
    },
  };
}

function fieldType({ type, list, map }: FieldFacts): Type {
  const element = expressionType(type);
  if (map) return mapOf(STRING, element);
  return list ? listOf(element) : element;
}
