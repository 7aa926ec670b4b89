import { goPrint, goSyntax } from '../go-print';
import { isRecord } from '../json';
import { deduced, untyped, type TypeSchema } from '../schema';
import { elementText, fieldElement, fieldPathText, type PathElement } from './field-set';
import { indexItems } from './typed';

/** checkTyped finds what keeps a configuration from being typed: undeclared fields, wrong kinds, repeated items. */
export function checkTyped(schema: TypeSchema, value: unknown, path: readonly PathElement[] = []): string[] {
  if (value === null || value === undefined) return [];
  const wrong = (expected: string, got: string) => [`${fieldPathText(path)}: expected ${expected}, got ${got}`];
  switch (schema.kind) {
    case 'scalar':
      return scalarFits(schema, value) ? [] : wrong(...mismatch(schema, value));
    case 'object':
      if (!isRecord(value)) return wrong('map', boxed(value));
      return Object.entries(value).flatMap(([key, child]) => {
        const field = schema.field(key);
        const below = [...path, fieldElement(key)];
        if (!field && !schema.preservesUnknown) return [`${fieldPathText(below)}: field not declared in schema`];
        return checkTyped(field?.schema ?? deduced, child, below);
      });
    case 'map':
      if (!isRecord(value)) return wrong('map', boxed(value));
      return Object.entries(value).flatMap(([key, child]) =>
        checkTyped(schema.element ?? untyped, child, [...path, fieldElement(key)]),
      );
    case 'list': {
      if (!Array.isArray(value)) return wrong('list', boxed(value));
      const errors = value.flatMap((item, i) => checkTyped(schema.element ?? untyped, item, [...path, `i:${i}`]));
      if ((schema.listType ?? 'atomic') === 'atomic') return errors;
      const repeated = [...indexItems(schema, value)].filter(([, items]) => items.length > 1);
      return [
        ...errors,
        ...repeated.map(([step]) => `${fieldPathText(path)}: duplicate entries for key ${elementText(step)}`),
      ];
    }
    default:
      return [];
  }
}

function scalarFits(schema: TypeSchema, value: unknown): boolean {
  if (!schema.scalarType) return typeof value !== 'object';
  return typeof value === (schema.scalarType === 'numeric' ? 'number' : schema.scalarType);
}

/** mismatch is what was expected and what came; each type shows what came in its own way. */
function mismatch({ scalarType }: TypeSchema, value: unknown): [expected: string, got: string] {
  switch (scalarType) {
    case 'numeric':
      return ['numeric (int or float)', goTypeName(value)];
    case 'string':
      return ['string', `&value.valueUnstructured{Value:${goSyntax(value)}}`];
    case 'boolean':
      return ['boolean', boxed(value)];
    default:
      return ['any scalar', boxed(value)];
  }
}

const boxed = (value: unknown) => `&{${goPrint(value)}}`;

function goTypeName(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value;
}
