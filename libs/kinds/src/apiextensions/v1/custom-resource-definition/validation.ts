import type { apiextensionsv1 } from '@navarch/api';
import { field, isDNS1035Label, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import type { JsonSchema } from '@navarch/schema';
import { validateClientConfig } from '../../../admissionregistration/v1/shared/client-config';
import type { StrategyContext } from '../../../kind';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, invalidStruct, oneOf, type Release } from '../../../shared/errors';
import { APPROVAL, approvalFinding, isProtectedGroup } from './approval';
import { validateSchema } from './schema-validation';
import { goVersion, goVersions, isShared, type Version } from './versions';

type Definition = apiextensionsv1.CustomResourceDefinition;
const SPEC = Path.at('spec');
const NAMES = SPEC.child('names');
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const FORMATS = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password'];
const MIXED_CASE = 'may have mixed case, but should otherwise match';
const SIMPLE_PATH = /^(\.[A-Za-z_][\w-]*(\\\.[\w-]+)*|\[['"][^'"]+['"]\]|\[\d+\])+$/;
const COLUMN_PATH = /^(\.|\[)[^[\]]*(\[[^[\]]*\][^[\]]*)*$/;

/** validateDefinition checks a CustomResourceDefinition; v1 wants structural schemas. */
export function validateDefinition(
  definition: Definition,
  context: StrategyContext,
  strict = context.apiVersion.endsWith('/v1'),
): FieldError[] {
  const { metadata, spec } = definition;
  const { group = '', names, scope, preserveUnknownFields } = spec;
  const versions = spec.versions ?? [];
  const errors: FieldError[] = [];
  if (metadata?.name !== `${names?.plural ?? ''}.${group}`) {
    errors.push(
      field.invalid(Path.at('metadata', 'name'), metadata?.name ?? '', 'must be spec.names.plural+"."+spec.group'),
    );
  }
  if (!group) errors.push(field.required(SPEC.child('group')));
  else {
    errors.push(...each(SPEC.child('group'), group, isDNS1123Subdomain(group)));
    if (!group.includes('.'))
      errors.push(field.invalid(SPEC.child('group'), group, 'should be a domain with at least one dot'));
  }
  errors.push(...oneOf(SPEC.child('scope'), scope, ['Cluster', 'Namespaced']));
  if (strict && preserveUnknownFields) {
    errors.push(
      field.invalid(
        SPEC.child('preserveUnknownFields'),
        true,
        'cannot set to true, set x-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  }
  return [
    ...errors,
    ...validateVersions(versions, strict, context),
    ...validateNames(names ?? ({} as apiextensionsv1.CustomResourceDefinitionNames)),
    ...validateConversion(spec.conversion),
    ...validateColumnsAndScale(versions),
    ...validateStored(definition, context),
    ...(strict ? validateApproval(definition) : []),
  ];
}

/** validateApproval: an API of a group of Kubernetes says who approved it, or that nobody did. */
function validateApproval({ metadata, spec }: Definition): FieldError[] {
  if (!isProtectedGroup(spec.group ?? '')) return [];
  const { state, value, message } = approvalFinding(metadata?.annotations);
  const path = Path.at('metadata', 'annotations').key(APPROVAL);
  if (state === 'missing') return [field.required(path, message)];
  return state === 'invalid' ? [field.invalid(path, value, message)] : [];
}

function validateVersions(versions: readonly Version[], strict: boolean, release: Release): FieldError[] {
  const errors: FieldError[] = [];
  versions.forEach((version, i) => {
    const at = SPEC.child('versions').index(i);
    errors.push(...each(at.child('name'), version.name ?? '', isDNS1035Label(version.name ?? '')));
    const schema = version.schema?.openAPIV3Schema;
    const where = at.child('schema', 'openAPIV3Schema');
    if (!schema && strict) errors.push(field.required(where, 'schemas are required'));
    if (schema && strict) {
      const shared = isShared(versions, 'schema');
      if (!shared || i === 0)
        errors.push(
          ...validateSchema(
            schema as JsonSchema,
            shared ? SPEC.child('validation', 'openAPIV3Schema') : where,
            release.emulated,
          ),
        );
    }
    if (version.deprecationWarning !== undefined && !version.deprecated) {
      errors.push(
        field.invalid(
          at.child('deprecationWarning'),
          version.deprecationWarning,
          'can only be set for deprecated versions',
        ),
      );
    }
  });
  const path = SPEC.child('versions');
  const whole = (detail: string) => errors.push(invalidStruct(path, versions, goVersions(versions), detail, release));
  if (new Set(versions.map(v => v.name)).size < versions.length) whole('must contain unique version names');
  if (versions.filter(v => v.storage).length !== 1) whole('must have exactly one version marked as storage version');
  // The first version is also the one of the older field.
  const first = versions[0]?.name;
  if (first !== undefined) errors.push(...each(SPEC.child('version'), first, isDNS1035Label(first)));
  return errors;
}

function validateNames({
  plural,
  singular,
  kind,
  listKind,
  shortNames,
  categories,
}: apiextensionsv1.CustomResourceDefinitionNames): FieldError[] {
  const label = (name: string, text: string | undefined, path = NAMES.child(name)) =>
    text ? each(path, text, isDNS1035Label(text)) : [field.required(path)];
  const mixed = (name: string, text: string | undefined) => {
    const path = NAMES.child(name);
    return text
      ? isDNS1035Label(text.toLowerCase()).map(t => field.invalid(path, text, `${MIXED_CASE}: ${t}`))
      : [field.required(path)];
  };
  return [
    ...label('plural', plural),
    ...(singular ? label('singular', singular) : []),
    ...mixed('kind', kind),
    ...(shortNames ?? []).flatMap((name, i) => label('', name, NAMES.child('shortNames').index(i))),
    ...mixed('listKind', listKind),
    ...(kind && kind === listKind
      ? [field.invalid(NAMES.child('listKind'), listKind, 'kind and listKind may not be the same')]
      : []),
    ...(categories ?? []).flatMap((name, i) => label('', name, NAMES.child('categories').index(i))),
  ];
}

function validateConversion(conversion: apiextensionsv1.CustomResourceConversion | undefined): FieldError[] {
  const path = SPEC.child('conversion');
  if (!conversion) return [field.required(path)];
  const errors = oneOf(path.child('strategy'), conversion.strategy, ['None', 'Webhook']);
  if (conversion.strategy !== 'Webhook') return errors;
  const { clientConfig, conversionReviewVersions = [] } = conversion.webhook ?? {};
  const at = path.child('webhookClientConfig');
  errors.push(
    ...(clientConfig
      ? validateClientConfig(clientConfig, at)
      : [field.required(at, 'required when strategy is set to Webhook')]),
  );
  const reviews = path.child('conversionReviewVersions');
  if (!conversionReviewVersions?.length) return [...errors, field.required(reviews)];
  const known = conversionReviewVersions.some(v => v === 'v1' || v === 'v1beta1');
  return known
    ? errors
    : [...errors, field.invalid(reviews, conversionReviewVersions, 'must include at least one of v1, v1beta1')];
}

function validateColumnsAndScale(versions: readonly Version[]): FieldError[] {
  const each = (
    part: 'additionalPrinterColumns' | 'subresources',
    check: (version: Version, path: Path) => FieldError[],
  ) => {
    if (isShared(versions, part)) return versions[0] ? check(versions[0], SPEC.child(part)) : [];
    return versions.flatMap((version, i) => check(version, SPEC.child('versions').index(i).child(part)));
  };
  return [
    ...each('additionalPrinterColumns', (version, path) =>
      (version.additionalPrinterColumns ?? []).flatMap((c, i) => validateColumn(c, path.index(i))),
    ),
    ...each('subresources', (version, path) =>
      version.subresources?.scale ? validateScale(version.subresources.scale, path.child('scale')) : [],
    ),
  ];
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
  else if (!COLUMN_PATH.test(jsonPath))
    errors.push(field.invalid(at, jsonPath, 'must be a simple json path starting with .'));
  return errors;
}

function validateScale(scale: apiextensionsv1.CustomResourceSubresourceScale, path: Path): FieldError[] {
  const check = (
    name: 'specReplicasPath' | 'statusReplicasPath' | 'labelSelectorPath',
    roots: readonly string[],
  ): FieldError[] => {
    const text = scale[name];
    const at = path.child(name);
    if (!text) return name === 'labelSelectorPath' ? [] : [field.required(at)];
    if (!text.startsWith('.') || !SIMPLE_PATH.test(text))
      return [field.invalid(at, text, 'must be a simple json path starting with .')];
    const within = roots.some(root => text.startsWith(`${root}.`));
    return within ? [] : [field.invalid(at, text, `should be a json path under ${roots.join(' or ')}`)];
  };
  return [
    ...check('specReplicasPath', ['.spec']),
    ...check('statusReplicasPath', ['.status']),
    ...check('labelSelectorPath', ['.spec', '.status']),
  ];
}

function validateStored({ spec, status }: Definition, release: Release): FieldError[] {
  const versions = spec.versions ?? [];
  const path = Path.at('status', 'storedVersions');
  const stored = status?.storedVersions ?? [];
  if (!stored.length)
    return [invalidStruct(path, stored, '[]string(nil)', 'must have at least one stored version', release)];
  const rest = new Map(stored.map((name, i) => [name, i]));
  const errors: FieldError[] = [];
  for (const version of versions) {
    if (!rest.delete(version.name) && version.storage) {
      errors.push(
        invalidStruct(
          path,
          version,
          goVersion(version, versions),
          `must have the storage version ${version.name}`,
          release,
        ),
      );
    }
  }
  return [
    ...errors,
    ...[...rest].map(([name, i]) => field.invalid(path.index(i), name, 'must appear in spec.versions')),
  ];
}

/** isStrict: a definition has all that v1 asks for. One that came by v1beta1 may go on without. */
function isStrict({ spec }: Definition): boolean {
  return !spec.preserveUnknownFields && (spec.versions ?? []).every(v => v.schema?.openAPIV3Schema);
}

/** validateDefinitionUpdate adds what is fixed: the group, and once the resource is established its scope and names. */
export function validateDefinitionUpdate(
  definition: Definition,
  old: Definition,
  context: StrategyContext,
): FieldError[] {
  // One that is being deleted has to be able to go, whatever is wrong with it.
  if (definition.metadata?.deletionTimestamp && semanticEqual(definition.spec, old.spec)) return [];
  const strict = context.apiVersion.endsWith('/v1') && isStrict(old);
  const errors = validateDefinition(definition, context, strict);
  const established = (old.status?.conditions ?? []).some(c => c.type === 'Established' && c.status === 'True');
  const fixed = (path: Path, now: unknown, before: unknown) => {
    if (now !== before) errors.push(field.invalid(path, now, IMMUTABLE));
  };
  if (established) {
    fixed(SPEC.child('scope'), definition.spec.scope, old.spec.scope);
    fixed(NAMES.child('kind'), definition.spec.names?.kind, old.spec.names?.kind);
  }
  fixed(SPEC.child('group'), definition.spec.group, old.spec.group);
  fixed(NAMES.child('plural'), definition.spec.names?.plural, old.spec.names?.plural);
  return errors;
}
