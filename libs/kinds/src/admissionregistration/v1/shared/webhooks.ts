import type { admissionregistrationv1 } from '@navarch/api';
import { field, foundIn, isDNS1035Label, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import { ADMISSION } from '@navarch/cel';
import type { StrategyContext } from '../../../kind';
import { each, invalidStruct, oneOf, type Release } from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { goStrings } from '../../../shared/go-syntax';
import { validateLabelSelector } from '../../../shared/label-validation';
import { sendsEmpties } from '../../../shared/strategies';
import { HTTPS_PORT, validateClientConfig } from './client-config';
import { validateMatchConditions, type WrittenIn } from './expressions';

/** CONDITIONS_SINCE is the first release that asks webhooks on conditions. */
export const CONDITIONS_SINCE = 28;

/** Webhook is what mutating and validating webhooks have in common. */
export type Webhook = admissionregistrationv1.ValidatingWebhook & { reinvocationPolicy?: string };

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const REVIEWS = ['v1', 'v1beta1'];
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SIDE_EFFECTS = [...NO_SIDE_EFFECTS, 'Some', 'Unknown'];

/** defaultWebhook completes a webhook of v1, in place. */
export function defaultWebhook(webhook: Webhook): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  for (const rule of webhook.rules ?? []) rule.scope ??= '*';
  if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= HTTPS_PORT;
}

/** defaultBetaWebhooks fills in what v1beta1 defaults differently, in place. */
export function defaultBetaWebhooks(object: Record<string, unknown>): void {
  for (const webhook of (object['webhooks'] as Record<string, unknown>[] | undefined) ?? []) {
    webhook['failurePolicy'] ??= 'Ignore';
    webhook['matchPolicy'] ??= 'Exact';
    webhook['sideEffects'] ??= 'Unknown';
    webhook['timeoutSeconds'] ??= 30;
    if (!(webhook['admissionReviewVersions'] as unknown[] | undefined)?.length)
      webhook['admissionReviewVersions'] = ['v1beta1'];
  }
}

/** changesWebhooks tells whether an update changes the webhooks, by which the generation counts. */
export const changesWebhooks = (
  configuration: { webhooks?: Webhook[] },
  old: { webhooks?: Webhook[] },
  context: StrategyContext,
): boolean => !semanticEqual(configuration.webhooks, old.webhooks) || sendsEmpties(configuration, 'webhooks', context);

/** Demands are what not every webhook has to fulfil: an update asks no more than what was there fulfils already. */
interface Demands {
  readonly uniqueNames: boolean;
  readonly noSideEffects: boolean;
  readonly knownReviews: boolean;
  /** conditions: match conditions are looked at; those that stay as they are were. */
  readonly conditions: boolean;
  /** labelValues: the values in selectors are values of labels. */
  readonly labelValues: boolean;
}

/** demandsOf are those of v1, which asks for more than v1beta1, towards webhooks that replace the `old` ones. */
function demandsOf(context: StrategyContext, webhooks: readonly Webhook[], old: readonly Webhook[] = []): Demands {
  const isStrict = context.apiVersion.endsWith('/v1');
  const conditions = (list: readonly Webhook[]) => list.map(({ matchConditions = [] }) => matchConditions);
  return {
    uniqueNames: isStrict && new Set(old.map(({ name }) => name)).size === old.length,
    noSideEffects: isStrict && old.every(({ sideEffects }) => NO_SIDE_EFFECTS.includes(sideEffects)),
    knownReviews: old.every(({ admissionReviewVersions: versions = [] }) => !versions.length || areKnown(versions)),
    conditions: !old.length || !semanticEqual(conditions(webhooks), conditions(old)),
    labelValues: !old.some(webhook => selectorErrors(webhook, Path.at(), context).length),
  };
}

function selectorErrors(webhook: Webhook, path: Path, release: Release, anyValues?: boolean): FieldError[] {
  return foundIn(['namespaceSelector', 'objectSelector'] as const, name =>
    validateLabelSelector(webhook[name], path.child(name), release, anyValues),
  );
}

const areKnown = (versions: readonly string[]) => versions.some(version => REVIEWS.includes(version));

/** validateWebhooks checks the webhooks of a configuration, `old` being those that an update found. */
export function validateWebhooks(
  webhooks: readonly Webhook[] | undefined,
  context: StrategyContext,
  old?: readonly Webhook[],
): FieldError[] {
  const conditions = (old ?? []).flatMap(({ matchConditions = [] }) => matchConditions);
  const stored = new Set(conditions.map(({ expression }) => expression));
  const written = { environment: ADMISSION, release: context.emulated, stored };
  const demands = demandsOf(context, webhooks ?? [], old);
  const names = new Set<string>();
  return foundIn(webhooks, (webhook, i) => {
    const at = Path.at('webhooks').index(i);
    const errors = [
      ...validateWebhook(webhook, demands, at, context, written),
      ...validateReviews(webhook.admissionReviewVersions ?? [], demands, at.child('admissionReviewVersions')),
    ];
    if (demands.uniqueNames && webhook.name) {
      if (names.has(webhook.name)) errors.push(field.duplicate(at.child('name'), webhook.name));
      names.add(webhook.name);
    }
    return errors;
  });
}

function validateWebhook(
  webhook: Webhook,
  { noSideEffects, conditions, labelValues }: Demands,
  path: Path,
  release: Release,
  written: WrittenIn,
): FieldError[] {
  const { failurePolicy, matchPolicy, sideEffects, timeoutSeconds, reinvocationPolicy } = webhook;
  const errors = [
    ...validateName(webhook.name, path.child('name')),
    ...foundIn(webhook.rules, (rule, i) => validateRule(rule, path.child('rules').index(i))),
  ];
  if (failurePolicy !== undefined)
    errors.push(...oneOf(path.child('failurePolicy'), failurePolicy, ['Fail', 'Ignore']));
  if (matchPolicy !== undefined) errors.push(...oneOf(path.child('matchPolicy'), matchPolicy, ['Equivalent', 'Exact']));
  const effects = noSideEffects ? NO_SIDE_EFFECTS : SIDE_EFFECTS;
  const at = path.child('sideEffects');
  if (typeof sideEffects === 'string') errors.push(...oneOf(at, sideEffects, effects));
  else errors.push(field.required(at, `must specify one of ${effects.join(', ')}`));
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    errors.push(
      field.invalid(path.child('timeoutSeconds'), timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'),
    );
  }
  errors.push(...selectorErrors(webhook, path, release, !labelValues || undefined));
  if (reinvocationPolicy !== undefined)
    errors.push(...oneOf(path.child('reinvocationPolicy'), reinvocationPolicy, ['IfNeeded', 'Never']));
  errors.push(...validateClientConfig(webhook.clientConfig ?? {}, path.child('clientConfig')));
  if (conditions)
    errors.push(...validateMatchConditions(webhook.matchConditions, path.child('matchConditions'), written));
  return errors;
}

function validateName(name: string | undefined, path: Path): FieldError[] {
  if (!name) return [field.required(path)];
  const problems = isDNS1123Subdomain(name);
  if (problems.length) return each(path, name, problems);
  return name.split('.').length < 3
    ? [field.invalid(path, name, 'should be a domain with at least three segments separated by dots')]
    : [];
}

/** validateRule checks which requests a webhook wants to see. */
export function validateRule(rule: admissionregistrationv1.RuleWithOperations, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const list = (name: 'operations' | 'apiGroups' | 'apiVersions' | 'resources') => rule[name] ?? [];
  const refused = (name: 'operations' | 'apiGroups' | 'apiVersions' | 'resources', detail: string, type?: string) =>
    invalidStruct(path.child(name), goStrings(list(name), type), detail);
  const alone = (name: 'operations' | 'apiGroups' | 'apiVersions', what: string, type?: string) => {
    if (!list(name).length) errors.push(field.required(path.child(name)));
    else if (list(name).includes('*') && list(name).length > 1)
      errors.push(refused(name, `if '*' is present, must not specify other ${what}`, type));
  };
  alone('operations', 'operations', 'admissionregistration.OperationType');
  list('operations').forEach((operation, i) => {
    if (!OPERATIONS.includes(operation))
      errors.push(field.notSupported(path.child('operations').index(i), operation, OPERATIONS));
  });
  alone('apiGroups', 'API groups');
  alone('apiVersions', 'API versions');
  list('apiVersions').forEach((version, i) => {
    if (!version) errors.push(field.required(path.child('apiVersions').index(i)));
  });
  errors.push(...validateResources(list('resources'), path.child('resources'), detail => refused('resources', detail)));
  if (rule.scope !== undefined) errors.push(...oneOf(path.child('scope'), rule.scope, ['*', 'Cluster', 'Namespaced']));
  return errors;
}

function validateResources(
  resources: readonly string[],
  path: Path,
  refused: (detail: string) => FieldError,
): FieldError[] {
  if (!resources.length) return [field.required(path)];
  const errors: FieldError[] = [];
  // What stands before a wildcard is not held against it.
  const withAllBelow = new Set<string>();
  const belowAll = new Set<string>();
  let endsPlain = false;
  for (const [i, resource] of resources.entries()) {
    const at = path.index(i);
    const slash = resource.indexOf('/');
    if (!resource) errors.push(field.required(at));
    else if (slash < 0) endsPlain = resource !== '*';
    else {
      const [name, below] = [resource.slice(0, slash), resource.slice(slash + 1)];
      if (withAllBelow.has(name))
        errors.push(field.invalid(at, resource, `if '${name}/*' is present, must not specify ${resource}`));
      if (belowAll.has(below))
        errors.push(field.invalid(at, resource, `if '*/${below}' is present, must not specify ${resource}`));
      if (below === '*') withAllBelow.add(name);
      if (name === '*') belowAll.add(below);
    }
  }
  if (resources.includes('*/*') && resources.length > 1)
    errors.push(refused("if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && endsPlain)
    errors.push(refused("if '*' is present, must not specify other resources without subresources"));
  return errors;
}

function validateReviews(versions: readonly string[], { knownReviews }: Demands, path: Path): FieldError[] {
  if (!versions.length) return [field.required(path, `must specify one of ${REVIEWS.join(', ')}`)];
  const seen = new Set<string>();
  const errors = foundIn(versions, (version, i) => {
    if (seen.has(version)) return [field.invalid(path.index(i), version, 'duplicate version')];
    seen.add(version);
    return each(path.index(i), version, isDNS1035Label(version));
  });
  if (!knownReviews || areKnown(versions)) return errors;
  return [...errors, invalidStruct(path, goStrings(versions), `must include at least one of ${REVIEWS.join(', ')}`)];
}
