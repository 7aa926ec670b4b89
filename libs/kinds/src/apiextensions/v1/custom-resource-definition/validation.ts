import type { apiextensionsv1 } from '@navarch/api';
import {
  checkName,
  field,
  foundIn,
  isDNS1035Label,
  isDNS1123Subdomain,
  Path,
  type FieldError,
  type KubeObject,
} from '@navarch/apimachinery';
import { ruleExpressions, type Schema } from '@navarch/cel';
import type { JsonSchema } from '@navarch/schema';
import type { StrategyContext } from '../../../kind';
import { caBundleProblem } from '../../../shared/ca-bundle';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, invalidStruct, oneOfRequired, type Release } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { APPROVAL, approvalFinding, isProtectedGroup } from './approval';
import { SHARED } from './conversion';
import { isKnownReview, validateConversion, type ConversionLimits } from './conversion-validation';
import { schemaFlaws } from './schema-flaws';
import { validateSchema, type SchemaLimits } from './schema-validation';
import { hasSharedSelectable, validateSelectable } from './selectable-fields';
import { validateColumns, validateSubresources } from './version-parts';
import { goVersion, goVersions, isShared, type Part, type Version } from './versions';

type Definition = apiextensionsv1.CustomResourceDefinition;
const SPEC = Path.at('spec');
const NAMES = SPEC.child('names');
const MIXED_CASE = 'may have mixed case, but should otherwise match';

/** Limits are what is asked of a definition: less in v1beta1, and of one that was without before. */
interface Limits extends SchemaLimits, ConversionLimits {
  /** schemas: every version has one. */
  readonly schemas: boolean;
  /** oldSchemas are those of the versions before, by their names. */
  readonly oldSchemas: ReadonlyMap<string, JsonSchema | undefined>;
}

/** definitionName says what is wrong with the name of a definition, which follows from what it defines. */
export function definitionName(name: string, prefix: boolean, definition: KubeObject): string[] {
  const { names, group = '' } = (definition as Definition).spec;
  const problems = checkName('subdomain', name, prefix);
  return name === `${names?.plural ?? ''}.${group}`
    ? problems
    : [...problems, 'must be spec.names.plural+"."+spec.group'];
}

/** validateDefinition checks a new CustomResourceDefinition; v1 wants structural schemas. */
export function validateDefinition(definition: Definition, context: StrategyContext): FieldError[] {
  const limits = limitsOf(definition, undefined, context);
  return [
    ...validateSpec(definition.spec, limits, context),
    ...validateStatus(definition, context),
    ...validateApproval(definition, undefined, context),
    ...validatePreserving(definition, undefined, context),
  ];
}

/** validateDefinitionUpdate adds what is fixed: the group, and once the resource is established its scope and names. */
export function validateDefinitionUpdate(
  definition: Definition,
  old: Definition,
  context: StrategyContext,
): FieldError[] {
  // One that is being deleted has to be able to go, whatever is wrong with it.
  if (definition.metadata?.deletionTimestamp && semanticEqual(definition.spec, old.spec)) return [];
  const errors = validateSpec(definition.spec, limitsOf(definition, old, context), context);
  const fixed = (path: Path, now = '', before = '') => {
    if (now !== before) errors.push(field.invalid(path, now, IMMUTABLE));
  };
  if (isEstablished(old)) {
    fixed(SPEC.child('scope'), definition.spec.scope, old.spec.scope);
    fixed(NAMES.child('kind'), definition.spec.names?.kind, old.spec.names?.kind);
  }
  fixed(SPEC.child('group'), definition.spec.group, old.spec.group);
  fixed(NAMES.child('plural'), definition.spec.names?.plural, old.spec.names?.plural);
  return [
    ...errors,
    ...validateStatus(definition, context),
    ...validateApproval(definition, old, context),
    ...validatePreserving(definition, old, context),
  ];
}

/** validateStatusUpdate checks what the status endpoint wrote: the accepted names. */
export function validateStatusUpdate({ status }: Definition): FieldError[] {
  return validateNames(status?.acceptedNames, Path.at('status', 'acceptedNames'));
}

const isBeta = ({ apiVersion }: StrategyContext) => apiVersion.endsWith('/v1beta1');

/** limitsOf: a definition that was stored without what v1 asks for may go on without. */
function limitsOf({ spec }: Definition, old: Definition | undefined, context: StrategyContext): Limits {
  const schemas = (old?.spec.versions ?? []).flatMap(v => (v.schema?.openAPIV3Schema ?? []) as JsonSchema[]);
  const before = old && schemaFlaws(schemas);
  const hadDefaults = before?.defaults ?? false;
  const allowDefaults = !isBeta(context) || hadDefaults;
  const strict = !isBeta(context);
  const now = (spec.versions ?? []).flatMap(v => (v.schema?.openAPIV3Schema ?? []) as JsonSchema[]);
  const flaws = schemaFlaws(now);
  const oldReviews = old?.spec.conversion?.webhook?.conversionReviewVersions ?? [];
  return {
    emulated: context.emulated,
    storedRules: new Set(schemas.flatMap(schema => ruleExpressions(schema as Schema))),
    oldSchemas: new Map(
      (old?.spec.versions ?? []).map(v => [v.name, v.schema?.openAPIV3Schema as JsonSchema | undefined]),
    ),
    schemas: strict && !(old?.spec.versions ?? []).some(v => !v.schema?.openAPIV3Schema),
    review: !oldReviews.length || oldReviews.some(isKnownReview),
    caBundle: context.emulated >= CA_BUNDLES_SINCE && !!old && isEstablished(old) && !hasWrongBundle(old),
    defaults: allowDefaults ? undefined : BETA_DEFAULTS,
    types: strict && !before?.types,
    structural:
      (strict && !before?.structural) ||
      !spec.preserveUnknownFields ||
      (allowDefaults && flaws.defaults) ||
      flaws.extensions,
    prunedDefaults: !before?.unprunedDefaults,
    atomicSets: !before?.sets,
    mapKeys: !before?.mapKeys,
  };
}

/** CA_BUNDLES_SINCE is the first release that looks at the certificates of converting webhooks. */
const CA_BUNDLES_SINCE = 31;

const isEstablished = ({ status }: Definition) =>
  (status?.conditions ?? []).some(({ type, status: is }) => type === 'Established' && is === 'True');

const hasWrongBundle = ({ spec }: Definition) =>
  caBundleProblem(spec.conversion?.webhook?.clientConfig?.caBundle) !== undefined;

const BETA_DEFAULTS =
  '(cannot set default values in apiextensions.k8s.io/v1beta1 CRDs, must use apiextensions.k8s.io/v1)';

type Spec = Definition['spec'];

function validateSpec(spec: Spec, limits: Limits, release: Release): FieldError[] {
  const { group = '', scope, preserveUnknownFields, conversion } = spec;
  const versions = spec.versions ?? [];
  const errors: FieldError[] = [];
  const at = SPEC.child('group');
  const groupTexts = isDNS1123Subdomain(group);
  if (!group) errors.push(field.required(at));
  else if (groupTexts.length) errors.push(field.invalid(at, group, groupTexts.join(',')));
  else if (!group.includes('.')) errors.push(field.invalid(at, group, 'should be a domain with at least one dot'));
  const shared = (part: Part) => isShared(versions, part);
  const converts = conversion && conversion.strategy !== 'None' && preserveUnknownFields;
  const detail = 'must be None if spec.preserveUnknownFields is true';
  return [
    ...errors,
    ...oneOfRequired(SPEC.child('scope'), scope, ['Cluster', 'Namespaced']),
    ...validateSchemasGiven(spec, limits),
    ...foundIn(versions, (version, i) => validateVersion(version, versions, SPEC.child('versions').index(i), limits)),
    ...validateStatedOnce(spec),
    ...validateVersionList(spec, release),
    ...foundIn(REQUIRED_NAMES, name => (spec.names?.[name] ? [] : [field.required(NAMES.child(name))])),
    ...validateNames(spec.names, NAMES),
    ...(shared('schema') && versions[0]
      ? validateVersionSchema(versions[0], versions.some(hasStatus), SPEC.child('validation'), limits)
      : []),
    ...(shared('subresources') ? validateSubresources(versions[0], SPEC.child('subresources')) : []),
    ...(shared('additionalPrinterColumns') ? validateColumns(versions[0], SPEC.child('additionalPrinterColumns')) : []),
    ...(versions[0] && hasSharedSelectable(versions)
      ? validateSelectable(versions[0], SPEC.child('selectableFields'), UNSCHEMED)
      : []),
    ...(converts ? [field.invalid(SPEC.child('conversion', 'strategy'), conversion.strategy ?? '', detail)] : []),
    ...validateConversion(conversion, limits),
  ];
}

const UNSCHEMED = 'selectableFields may only be set when validations.schema is included';
const UNSCHEMED_VERSION = 'selectableFields may only be set when version.schema.openAPIV3Schema is not included';

const REQUIRED_NAMES = ['plural', 'singular', 'kind', 'listKind'] as const;

function validateSchemasGiven(spec: Spec, limits: Limits): FieldError[] {
  const { preserveUnknownFields } = spec;
  const versions = spec.versions ?? [];
  const missing = foundIn(versions, (version, i) => {
    const needed = limits.schemas || (!preserveUnknownFields && version.served);
    if (!needed || version.schema?.openAPIV3Schema) return [];
    const why = limits.schemas ? 'schemas are required' : 'because otherwise all fields are pruned';
    return [field.required(SPEC.child('versions').index(i).child('schema', 'openAPIV3Schema'), why)];
  });
  const withDefaults = versions.some(v => schemaFlaws([(v.schema?.openAPIV3Schema ?? {}) as JsonSchema]).defaults);
  if (limits.defaults !== undefined || !withDefaults || !preserveUnknownFields) return missing;
  const why = 'must be false in order to use defaults in the schema';
  return [...missing, field.invalid(SPEC.child('preserveUnknownFields'), true, why)];
}

/** validateVersion checks what a version has for itself alone. */
function validateVersion(version: Version, versions: readonly Version[], path: Path, limits: Limits): FieldError[] {
  const own = (part: Part) => !isShared(versions, part);
  const texts = isDNS1035Label(version.name ?? '');
  return [
    ...(texts.length ? [field.invalid(path.child('name'), version.name ?? '', texts.join(','))] : []),
    ...validateWarning(version, path.child('deprecationWarning')),
    ...(own('schema') ? validateVersionSchema(version, hasStatus(version), path.child('schema'), limits) : []),
    ...(own('subresources') ? validateSubresources(version, path.child('subresources')) : []),
    ...(own('additionalPrinterColumns') ? validateColumns(version, path.child('additionalPrinterColumns')) : []),
    ...(hasSharedSelectable(versions)
      ? []
      : validateSelectable(version, path.child('selectableFields'), UNSCHEMED_VERSION)),
  ];
}

const hasStatus = ({ subresources }: Version) => subresources?.status !== undefined;
const MAX_WARNING_BYTES = 256;

function validateWarning({ deprecated, deprecationWarning: text }: Version, path: Path): FieldError[] {
  if (text === undefined) return [];
  const errors = each(path, text, deprecated ? [] : ['can only be set for deprecated versions']);
  if (!deprecated) return errors;
  if (Buffer.byteLength(text) > MAX_WARNING_BYTES)
    errors.push(field.invalid(path, text, 'must be <= 256 characters long'));
  if (!text) errors.push(field.invalid(path, text, 'must not be an empty string'));
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(text);
  if (odd) {
    const at = Buffer.byteLength(text.slice(0, odd.index));
    const why = `must only contain printable UTF-8 characters; non-printable character found at index ${at}`;
    errors.push(field.invalid(path, text, why));
  }
  return errors;
}

function validateVersionSchema(version: Version, status: boolean, path: Path, limits: Limits): FieldError[] {
  const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined;
  const before = limits.oldSchemas.get(version.name);
  return schema ? validateSchema(schema, path.child('openAPIV3Schema'), { ...limits, status, before }) : [];
}

/** validateStatedOnce: what v1beta1 states for all versions may not stand in versions too. */
function validateStatedOnce(spec: Spec): FieldError[] {
  const stated = spec as Spec & Record<string, unknown>;
  return SHARED.filter(([top]) => stated[top] !== undefined).map(([top, own]) => {
    const noun = own === 'schema' ? 'schemas' : own;
    return field.forbidden(SPEC.child(top), `top-level and per-version ${noun} are mutually exclusive`);
  });
}

function validateVersionList(spec: Spec, release: Release): FieldError[] {
  const versions = spec.versions ?? [];
  const path = SPEC.child('versions');
  const errors: FieldError[] = [];
  const whole = (detail: string) => errors.push(invalidStruct(path, goVersions(spec.versions, release), detail));
  if (new Set(versions.map(v => v.name)).size < versions.length) whole('must contain unique version names');
  if (versions.filter(v => v.storage).length !== 1) whole('must have exactly one version marked as storage version');
  // The first version is also the one of the older field.
  const first = versions[0]?.name;
  const version = (spec as { version?: string }).version ?? first;
  const at = SPEC.child('version');
  const texts = version ? isDNS1035Label(version) : [];
  if (texts.length) errors.push(field.invalid(at, version, texts.join(',')));
  if (versions.length && version !== first)
    errors.push(field.invalid(at, version, 'must match the first version in spec.versions'));
  return errors;
}

type DefinitionNames = apiextensionsv1.CustomResourceDefinitionNames;

/** validateNames checks the form of the names that there are. */
function validateNames(names: Partial<DefinitionNames> | undefined, path: Path): FieldError[] {
  const { plural, singular, kind, listKind, shortNames, categories } = names ?? {};
  const joined = (at: Path, text: string, texts: readonly string[], head = '') =>
    texts.length ? [field.invalid(at, text, head + texts.join(','))] : [];
  const label = (at: Path, text: string) => joined(at, text, isDNS1035Label(text));
  const mixed = (at: Path, text: string) => joined(at, text, isDNS1035Label(text.toLowerCase()), `${MIXED_CASE}: `);
  const same = 'kind and listKind may not be the same';
  return [
    ...(plural ? label(path.child('plural'), plural) : []),
    ...(singular ? label(path.child('singular'), singular) : []),
    ...(kind ? mixed(path.child('kind'), kind) : []),
    ...(listKind ? mixed(path.child('listKind'), listKind) : []),
    ...foundIn(shortNames, (name, i) => label(path.child('shortNames').index(i), name)),
    ...(kind && kind === listKind ? [field.invalid(path.child('listKind'), listKind, same)] : []),
    ...foundIn(categories, (name, i) => label(path.child('categories').index(i), name)),
  ];
}

/** validateApproval: an API of a group of Kubernetes says who approved it, or that nobody did. */
function validateApproval(definition: Definition, old: Definition | undefined, context: StrategyContext): FieldError[] {
  const { metadata, spec } = definition;
  if (isBeta(context) || !isProtectedGroup(spec.group ?? '')) return [];
  const { state, value, message } = approvalFinding(metadata?.annotations);
  // What did not change is not held against an update.
  if (old && approvalFinding(old.metadata?.annotations).state === state) return [];
  const path = Path.at('metadata', 'annotations').key(APPROVAL);
  if (state === 'missing') return [field.required(path, message)];
  return state === 'invalid' ? [field.invalid(path, value, message)] : [];
}

/** validatePreserving: keeping unknown fields everywhere is for definitions that did so before v1. */
function validatePreserving({ spec }: Definition, old: Definition | undefined, context: StrategyContext): FieldError[] {
  if (isBeta(context) || old?.spec.preserveUnknownFields || !spec.preserveUnknownFields) return [];
  const keyword = context.emulated < REWORDED ? 'x-preserve-unknown-fields' : 'x-kubernetes-preserve-unknown-fields';
  const why = `cannot set to true, set ${keyword} to true in spec.versions[*].schema instead`;
  return [field.invalid(SPEC.child('preserveUnknownFields'), true, why)];
}

function validateStatus(definition: Definition, release: Release): FieldError[] {
  return [...validateStatusUpdate(definition), ...validateStored(definition, release)];
}

function validateStored({ spec, status }: Definition, release: Release): FieldError[] {
  const versions = spec.versions ?? [];
  const path = Path.at('status', 'storedVersions');
  const stored = status?.storedVersions ?? [];
  if (!stored.length) return [invalidStruct(path, '[]string(nil)', 'must have at least one stored version')];
  const rest = new Map(stored.map((name, i) => [name, i]));
  const isNew = release.emulated >= REWORDED;
  const errors: FieldError[] = [];
  for (const version of versions) {
    if (!rest.delete(version.name) && version.storage) {
      const shown = isNew ? goStrings(stored) : goVersion(version, versions, release);
      errors.push(invalidStruct(path, shown, `must have the storage version ${version.name}`));
    }
  }
  const gone = (name: string) => (isNew ? droppedVersion(name) : 'must appear in spec.versions');
  return [...errors, ...[...rest].map(([name, i]) => field.invalid(path.index(i), name, gone(name)))];
}

/** REWORDED is the first release that tells of stored versions and of unknown fields in the words of today. */
const REWORDED = 21;

const droppedVersion = (name: string) =>
  `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ` +
  `ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
