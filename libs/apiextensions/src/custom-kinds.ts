import {
  Path,
  StatusError,
  badRequest,
  deduced,
  sortedKeys,
  type AnyObject,
  type KubeObject,
  type TypeSchema,
} from '@navarch/apimachinery';
import type { OpenApiFlavour } from '@navarch/api';
import { compileValidationRules, type Schema } from '@navarch/cel';
import type { CustomKind, CustomVersion } from '@navarch/apiserver-runtime';
import { validateStructural, type KindDefinition, type ServedVersion, type Subresources } from '@navarch/kinds';
import { CompiledSchema, MetadataError, publishedSchema, type JsonSchema } from '@navarch/schema';
import { columnsOf } from './columns';
import { versionConversion, type Convert, type VersionConversion } from './conversion';
import { isTrue, warningOf, type Definition, type Version } from './definition';
import { scaleOf } from './scale';
import { selectableFields } from './selectable-fields';
import { customStatusStrategy, customStrategy } from './strategy';

/** RULES_SINCE is the first release that validates by expressions. */
const RULES_SINCE = 25;

/** INT_OR_STRING_SINCE is the first release that owns fields by a schema in which something may be a number or text. */
const INT_OR_STRING_SINCE = 21;

/** CustomKindsOptions are what custom resources are served with. */
export interface CustomKindsOptions {
  readonly emulated: number;
  /** convert brings objects from one version into another by the definition's webhook. */
  readonly convert: Convert;
}

/** customVersions makes of a definition what the API server serves: each version a kind of its own. `present` answers the definition as it is now. */
export function customVersions(
  definition: Definition,
  options: CustomKindsOptions,
  present: () => Definition = () => definition,
): CustomVersion[] {
  const { spec } = definition;
  const schemas = new Map(spec.versions.map(version => [version.name, compile(definition, version, options)]));
  const conversions = new Map(
    spec.versions.map(({ name }) => [name, versionConversion(definition, name, schemas, options.convert)]),
  );
  const structures = structuresOf(schemas, options.emulated);
  return spec.versions.map(version => {
    const parts = { schema: schemas.get(version.name)!, structures, present };
    return {
      kind: kindOf(definition, version, parts, conversions, options.emulated),
      custom: customOf(definition, version, parts, conversions.get(version.name)!),
      served: version.served,
    };
  });
}

/** Structures are how the fields of each version's objects are owned. */
type Structures = ReadonlyMap<string, TypeSchema>;

function structuresOf(schemas: ReadonlyMap<string, CompiledSchema>, emulated: number): Structures {
  const isDeduced = emulated < INT_OR_STRING_SINCE && [...schemas.values()].some(({ root }) => root.hasIntOrString);
  return new Map([...schemas].map(([name, { structure }]) => [name, isDeduced ? deduced : structure]));
}

/** Parts are what is made of one version of a definition before its kind. */
interface Parts {
  readonly schema: CompiledSchema;
  readonly structures: Structures;
  readonly present: () => Definition;
}

function compile({ spec }: Definition, version: Version, { emulated }: CustomKindsOptions): CompiledSchema {
  const schema = schemaOf(version);
  const rules =
    schema && emulated >= RULES_SINCE ? compileValidationRules(schema as Schema, Path.at()).rules : undefined;
  return new CompiledSchema(schema, {
    emulated,
    ...(spec.preserveUnknownFields && { preservesAll: true }),
    ...(rules && !rules.empty && { rules }),
  });
}

const schemaOf = (version: Version) => version.schema?.openAPIV3Schema as JsonSchema | undefined;

function kindOf(
  definition: Definition,
  version: Version,
  { schema, structures }: Parts,
  conversions: ReadonlyMap<string, VersionConversion>,
  emulated: number,
): KindDefinition {
  const { spec, status } = definition;
  const names = status?.acceptedNames ?? spec.names;
  const { group } = spec;
  const { plural: resource } = spec.names;
  const { scale: declared, status: hasStatus } = version.subresources ?? {};
  const scale = declared && scaleOf(declared);
  const parts = { schema, hasStatus: hasStatus !== undefined, scale };
  const subresources: Subresources<KubeObject> = {
    ...(hasStatus && { status: customStatusStrategy(parts) as Subresources<KubeObject>['status'] & object }),
    ...(scale && { scale }),
  };
  return {
    resource: { group, version: version.name, resource, kind: names.kind, namespaced: spec.scope === 'Namespaced' },
    versions: spec.versions.map(v =>
      servedVersion(definition, v, names.kind, conversions.get(v.name)!, structures.get(v.name)!),
    ),
    storagePath: `${group}/${resource}`,
    ...(names.singular && { singular: names.singular }),
    ...(names.shortNames?.length && { shortNames: names.shortNames }),
    ...(names.categories?.length && { categories: names.categories }),
    ...(names.listKind && { listKind: names.listKind }),
    strategy: customStrategy(parts) as KindDefinition['strategy'],
    subresources,
    columns: columnsOf(version.additionalPrinterColumns),
    ...selectableFields(spec.versions, version, emulated),
  };
}

function servedVersion(
  definition: Definition,
  version: Version,
  kind: string,
  { convert }: VersionConversion,
  structure: TypeSchema,
): ServedVersion {
  const warning = warningOf(definition, version, kind);
  return {
    group: definition.spec.group,
    version: version.name,
    schema: '',
    ...{ convert, structure },
    ...(!version.served && { unserved: true }),
    ...(version.storage && { storedSince: 0 }),
    ...(warning !== undefined && { deprecationWarning: warning }),
  };
}

function customOf(
  definition: Definition,
  version: Version,
  { schema, structures, present }: Parts,
  { fromStored, toStored }: VersionConversion,
): CustomKind {
  const { metadata, spec } = definition;
  const declared = schemaOf(version);
  const { kind } = definition.status?.acceptedNames ?? spec.names;
  return {
    id: `custom:${metadata?.uid}:${metadata?.generation}:${version.name}`,
    structure: structures.get(version.name)!,
    openapi: flavour => published(spec, declared, flavour),
    refuseCreate: () => (isTrue(present(), 'Terminating') ? terminating(spec.group, spec.names.plural) : undefined),
    read: (object, applied) => read(schema, object, applied, { kind, version: version.name }),
    fromStored,
    toStored: object => toStored(sortedKeys(object)),
  };
}

/** published is what OpenAPI says of a version's objects; undefined: nothing, they may be anything. */
function published(spec: Definition['spec'], schema: JsonSchema | undefined, flavour: OpenApiFlavour) {
  if (!schema || (flavour === 'v2' && spec.preserveUnknownFields)) return undefined;
  return validateStructural(schema, Path.at()).length ? undefined : publishedSchema(schema, flavour);
}

/** Named is the type that a body was to be of. */
interface Named {
  readonly kind: string;
  readonly version: string;
}

function read(schema: CompiledSchema, object: AnyObject, applied: boolean, { kind, version }: Named): string[] {
  try {
    return schema.read(object, { nulls: applied });
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`);
  }
}

function terminating(group: string, resource: string): StatusError {
  const why = 'create not allowed while custom resource definition is terminating';
  return new StatusError(405, 'MethodNotAllowed', why, { group, kind: resource });
}
