import { additionalSchema, itemSchema, type JsonSchema } from './json-schema';

/** META_FIELDS are those that every object has, whatever its schema says. */
export const META_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** SchemaNode is one place of a structural schema: what may stand there and what is filled in. Immutable; made once a schema. */
export class SchemaNode {
  readonly type: string;
  readonly nullable: boolean;
  readonly intOrString: boolean;
  /** preserves: fields that are not declared are kept. */
  readonly preserves: boolean;
  /** embedded: the value is an object of Kubernetes with kind, apiVersion and metadata. */
  readonly embedded: boolean;
  readonly properties: ReadonlyMap<string, SchemaNode>;
  /** additional is the type of a map's values; `any`: nothing is said about them. */
  readonly additional: SchemaNode | 'any' | undefined;
  readonly items: SchemaNode | undefined;
  readonly default: unknown;
  readonly listType: string | undefined;
  readonly mapKeys: readonly string[];
  readonly mapType: string | undefined;
  /** hasDefaults: here or below something is filled in. */
  readonly hasDefaults: boolean;
  /** hasKeys: here or below are lists whose items may not repeat. */
  readonly hasKeys: boolean;
  /** hasEmbedded: here or below are embedded objects. */
  readonly hasEmbedded: boolean;
  /** hasIntOrString: here or below are values that may be a number or text. */
  readonly hasIntOrString: boolean;

  constructor(schema: JsonSchema, preservesAll = false) {
    this.type = schema.type ?? '';
    this.nullable = schema.nullable === true;
    this.intOrString = schema['x-kubernetes-int-or-string'] === true;
    this.preserves = preservesAll || schema['x-kubernetes-preserve-unknown-fields'] === true;
    this.embedded = schema['x-kubernetes-embedded-resource'] === true;
    const node = (part: JsonSchema) => new SchemaNode(part, preservesAll);
    this.properties = new Map(Object.entries(schema.properties ?? {}).map(([name, part]) => [name, node(part)]));
    const additional = additionalSchema(schema);
    this.additional = additional ? node(additional) : schema.additionalProperties === true ? 'any' : undefined;
    const items = itemSchema(schema);
    this.items = items && node(items);
    this.default = schema.default;
    this.listType = schema['x-kubernetes-list-type'];
    this.mapKeys = schema['x-kubernetes-list-map-keys'] ?? [];
    this.mapType = schema['x-kubernetes-map-type'];
    const below = [...this.properties.values(), ...(this.items ? [this.items] : []), ...this.additionalNode];
    this.hasDefaults = this.default !== undefined || below.some(n => n.hasDefaults);
    this.hasKeys = this.listType === 'set' || this.listType === 'map' || below.some(n => n.hasKeys);
    this.hasEmbedded = this.embedded || below.some(n => n.hasEmbedded);
    this.hasIntOrString = this.intOrString || below.some(n => n.hasIntOrString);
  }

  /** child is the node of an object's field or a map's value; `any` where nothing is said, undefined for unknown fields. */
  child(name: string): SchemaNode | 'any' | undefined {
    return this.properties.get(name) ?? this.additional;
  }

  /** pathOf is the path of a field or of a map's value, as messages name it: `spec.size`, `spec.sizes[big]`. */
  pathOf(path: string, name: string): string {
    if (!this.properties.has(name) && this.additional) return `${path}[${name}]`;
    return path ? `${path}.${name}` : name;
  }

  private get additionalNode(): SchemaNode[] {
    return this.additional instanceof SchemaNode ? [this.additional] : [];
  }
}
