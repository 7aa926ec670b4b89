import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** FieldFacts is what is known of one field of a message. */
export interface FieldFacts {
  /** name is the JSON name. */
  readonly name: string;
  /** number is protobuf's. */
  readonly number: number;
  /** type is a scalar (string bytes bool int32 int64 double) or the name of a definition; of the element, for lists and maps. */
  readonly type: string;
  readonly list?: boolean;
  /** map: keys are strings. */
  readonly map?: boolean;
  readonly required?: boolean;
  /** requiredSince is the first release whose schema calls the field required, where that is not all of them or none. */
  readonly requiredSince?: number;
  /** requiredUntil is the last one. */
  readonly requiredUntil?: number;
  /** always: the server writes the field even if it is empty: `status: {}`, `containers: null`, `replicas: 0`. */
  readonly always?: boolean;
  /** alwaysSince is the first release that always writes it. */
  readonly alwaysSince?: number;
  /** alwaysUntil is the last one. */
  readonly alwaysUntil?: number;
  /** pointer: the empty value differs from absence, and is kept: `replicas: 0`, `emptyDir: {}`. */
  readonly pointer?: boolean;
  /** unreleased: the server does not know the field; it is younger than Kubernetes v1.33, or gone. */
  readonly unreleased?: boolean;
  /** shownUntil is the last release whose schema shows a field that is gone. No server kept what it was given. */
  readonly shownUntil?: number;
  /** since is the first release that knows the field, where that is not v1.20 or before. */
  readonly since?: number;
  /** inline: an embedded struct; in JSON its fields stand in its place. */
  readonly inline?: boolean;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly listType?: 'atomic' | 'set' | 'map';
  /** listTypeLater: v1.20 had the field and did not say so of it. */
  readonly listTypeLater?: boolean;
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
}

/** SchemaFacts are the fields of every definition, in protobuf's order. */
export type SchemaFacts = Readonly<Record<string, readonly FieldFacts[]>>;

let facts: SchemaFacts | undefined;
let descriptions: Readonly<Record<string, string>> | undefined;

/** loadSchema reads the facts of all definitions, at the first call; NAVARCH_API_SCHEMA names another file. */
export function loadSchema(): SchemaFacts {
  return (facts ??= readGenerated('schema.json', process.env.NAVARCH_API_SCHEMA) as SchemaFacts);
}

/** description is the documentation of a definition, or of one of its fields (its type's, if it has none of its own); '' where there is none. */
export function description(defName: string, field?: string): string {
  descriptions ??= readGenerated('descriptions.json') as Record<string, string>;
  const key = field === undefined ? defName : `${defName}.${field}`;
  if (Object.hasOwn(descriptions, key)) return descriptions[key]!;
  const type = fieldsOf(defName)?.find(f => f.name === field)?.type;
  return type?.includes('.') ? description(type) : '';
}

/** readGenerated reads a generated file of this library; parsed keys come without a prototype's names. */
function readGenerated(name: string, elsewhere?: string): unknown {
  return JSON.parse(fs.readFileSync(elsewhere || path.join(generatedFolder(), name), 'utf8'));
}

/** generatedFolder is found from the repository's root, because the code runs from sources as well as from a bundle. */
function generatedFolder(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    for (const candidate of ['libs/api/src/generated', 'generated']) {
      const found = path.join(folder, candidate);
      if (fs.existsSync(path.join(found, 'schema.json'))) return found;
    }
    if (folder === path.dirname(folder))
      throw new Error('the API schema was not found: run `npm run generate`, or set NAVARCH_API_SCHEMA');
  }
}

/** fieldsOf are the fields of a definition; undefined if there is no such definition. */
export function fieldsOf(defName: string): readonly FieldFacts[] | undefined {
  const all = loadSchema();
  return Object.hasOwn(all, defName) ? all[defName] : undefined;
}
