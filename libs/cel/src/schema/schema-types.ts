import { escapeField, isExpressible } from '../json-values';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
  type ListIdentity,
  type ObjectField,
  type ObjectType,
  type Type,
} from '../types';

/** Schema is a structural schema, as a CustomResourceDefinition carries it. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

/** Rule is one entry of x-kubernetes-validations. */
export interface Rule {
  readonly rule?: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

const FORMATS: Readonly<Record<string, Type>> = {
  byte: BYTES,
  date: TIMESTAMP,
  'date-time': TIMESTAMP,
  duration: DURATION,
};

/** RESOURCE are the fields that every object has, whether its schema says so or not. */
const META: Schema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};
const RESOURCE: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: META,
};

/** schemaType is the type that a schema describes; undefined for values that expressions may not see. `isRoot`: the schema of a whole object. */
export function schemaType(schema: Schema, isRoot = false): Type | undefined {
  if (schema['x-kubernetes-int-or-string']) return DYN;
  switch (schema.type) {
    case 'boolean':
      return BOOL;
    case 'integer':
      return INT;
    case 'number':
      return DOUBLE;
    case 'string':
      return Object.hasOwn(FORMATS, schema.format ?? '') ? FORMATS[schema.format!] : STRING;
    case 'array': {
      const element = schema.items && schemaType(schema.items);
      return element && listOf(element, identityOf(schema));
    }
    case 'object':
      if (typeof schema.additionalProperties === 'object') {
        const value = schemaType(schema.additionalProperties);
        return value && mapOf(STRING, value);
      }
      return objectType(schema, isRoot);
    default:
      return undefined;
  }
}

function identityOf(schema: Schema): ListIdentity | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return {};
    case 'map':
      return { keys: schema['x-kubernetes-list-map-keys'] ?? [] };
    default:
      return undefined;
  }
}

/** resourceProperties are the properties of an object that expressions may see; `isRoot`: the schema of a whole object. */
export function resourceProperties(schema: Schema, isRoot: boolean): Readonly<Record<string, Schema>> {
  const isResource = isRoot || !!schema['x-kubernetes-embedded-resource'];
  const { properties = {} } = schema;
  return isResource && !isIdentified(schema) ? { ...RESOURCE, ...properties, metadata: META } : properties;
}

/** isIdentified: the schema says itself what there is in every object. */
function isIdentified({ properties = {} }: Schema): boolean {
  const { apiVersion, kind, metadata } = properties;
  const { name, generateName } = metadata?.properties ?? {};
  return [apiVersion, kind, name, generateName].every(part => part?.type === 'string');
}

function objectType(schema: Schema, isRoot: boolean): ObjectType {
  const properties = resourceProperties(schema, isRoot);
  const fields = new Map<string, ObjectField>();
  for (const [property, part] of Object.entries(properties)) {
    const type = isExpressible(property) ? schemaType(part) : undefined;
    if (type) fields.set(escapeField(property), { type, property });
  }
  return { kind: 'object', name: 'object', field: name => fields.get(name) };
}
