import { parse } from 'yaml';
import { readExpression } from '../config-files/expression';
import { Fields, readDocument } from '../config-files/fields';
import type { Live, LiveFiles } from '../credentials/live';
import type { ApiServerFlags } from '../flags';
import { parseAbacPolicies, type AbacPolicy } from './abac';
import { ACCESS_REVIEW_VERSIONS } from './webhook/access-review';
import type { WebhookSettings } from './webhook/webhook-authorizer';

const MODES = ['Node', 'RBAC', 'ABAC', 'AlwaysAllow', 'AlwaysDeny', 'Webhook'] as const;
const MAX_TIMEOUT_MS = 30_000;

/** AuthorizerSettings are one authorizer of the chain. */
export type AuthorizerSettings =
  | { readonly type: 'Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny' }
  | { readonly type: 'ABAC'; readonly policies: readonly AbacPolicy[] }
  | { readonly type: 'Webhook'; readonly webhook: WebhookSettings };

/** openAuthorizationSettings says which authorizers are asked, in order: by the file of --authorization-config, which is followed, or by flags. It throws an Error that names the flag. */
export function openAuthorizationSettings(
  flags: ApiServerFlags,
  files: LiveFiles,
): Live<readonly AuthorizerSettings[]> {
  const file = flags['authorization-config'];
  if (!file) return files.follow('--authorization-policy-file', read => byFlags(flags, read));
  if (flags['authorization-webhook-config-file'] || flags['authorization-policy-file'])
    throw new Error('--authorization-config and --authorization-* are mutually exclusive');
  return files.follow('--authorization-config', read => {
    try {
      return parseAuthorizationConfiguration(parse(read(file)) as unknown);
    } catch (error) {
      throw new Error(`--authorization-config: ${(error as Error).message}`, { cause: error });
    }
  });
}

function byFlags(flags: ApiServerFlags, read: (file: string) => string): AuthorizerSettings[] {
  return flags['authorization-mode'].map(mode => {
    const type = MODES.find(one => one === mode);
    if (!type)
      throw new Error(`--authorization-mode: unknown mode ${JSON.stringify(mode)}; known are ${MODES.join(', ')}`);
    if (type === 'ABAC') return { type, policies: abacPolicies(flags['authorization-policy-file'], read) };
    return type === 'Webhook' ? { type, webhook: webhookByFlags(flags) } : { type };
  });
}

function abacPolicies(file: string, read: (file: string) => string): AbacPolicy[] {
  if (!file) throw new Error('--authorization-policy-file is required for the mode ABAC');
  return parseAbacPolicies(read(file));
}

function webhookByFlags(flags: ApiServerFlags): WebhookSettings {
  const kubeconfig = flags['authorization-webhook-config-file'];
  if (!kubeconfig) throw new Error('--authorization-webhook-config-file is required for the mode Webhook');
  const version = ACCESS_REVIEW_VERSIONS.find(one => one === flags['authorization-webhook-version']);
  if (!version) throw new Error(`--authorization-webhook-version: known are ${ACCESS_REVIEW_VERSIONS.join(', ')}`);
  return {
    ...{ kubeconfig, version, timeoutMs: MAX_TIMEOUT_MS, onFailure: 'no opinion', conditions: [] },
    authorizedTtlMs: flags['authorization-webhook-cache-authorized-ttl'],
    unauthorizedTtlMs: flags['authorization-webhook-cache-unauthorized-ttl'],
  };
}

/** parseAuthorizationConfiguration reads an AuthorizationConfiguration (apiserver.config.k8s.io). It throws an Error that names the field. */
export function parseAuthorizationConfiguration(document: unknown): AuthorizerSettings[] {
  const fields = Fields.of(document);
  readDocument(fields, 'AuthorizationConfiguration', 'apiserver.config.k8s.io', ['v1alpha1', 'v1beta1', 'v1']);
  const names = new Set<string>();
  const authorizers = fields.objects('authorizers').map(one => {
    const type = one.oneOf('type', ['Webhook', 'Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny'] as const);
    const name = one.required('name');
    if (names.has(name)) one.fail('name', `${JSON.stringify(name)} is there twice`);
    names.add(name);
    const webhook = one.object('webhook');
    one.end();
    if (type !== 'Webhook') return webhook ? one.fail('webhook', 'only a Webhook has one') : { type };
    return { type, webhook: parseWebhook(webhook ?? one.fail('webhook', 'is required')) };
  });
  fields.end();
  if (!authorizers.length) throw new Error('authorizers: at least one is required');
  return authorizers;
}

function parseWebhook(fields: Fields): WebhookSettings {
  const timeoutMs = fields.durationMs('timeout', 0);
  if (timeoutMs <= 0 || timeoutMs > MAX_TIMEOUT_MS) fields.fail('timeout', 'must be more than 0s and at most 30s');
  const connection = fields.object('connectionInfo') ?? fields.fail('connectionInfo', 'is required');
  connection.oneOf('type', ['KubeConfigFile']);
  const kubeconfig = connection.required('kubeConfigFile');
  connection.end();
  const version = fields.oneOf('subjectAccessReviewVersion', ACCESS_REVIEW_VERSIONS);
  fields.oneOf('matchConditionSubjectAccessReviewVersion', ['', 'v1'], '');
  const conditions = fields.objects('matchConditions').map(condition => {
    const evaluate = readExpression(condition, 'expression', ['request']);
    condition.end();
    return evaluate;
  });
  const settings: WebhookSettings = {
    ...{ kubeconfig, version, timeoutMs, conditions },
    authorizedTtlMs: fields.durationMs('authorizedTTL', 300_000),
    unauthorizedTtlMs: fields.durationMs('unauthorizedTTL', 30_000),
    onFailure: fields.oneOf('failurePolicy', ['NoOpinion', 'Deny']) === 'Deny' ? 'deny' : 'no opinion',
  };
  fields.end();
  return settings;
}
