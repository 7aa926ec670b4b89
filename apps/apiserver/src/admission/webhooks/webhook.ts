import type { admissionregistrationv1, corev1 } from '@navarch/api';
import { forbidden } from '@navarch/apimachinery';
import type { AdmissionAttributes, Authorizer } from '@navarch/apiserver-runtime';
import { ADMISSION } from '@navarch/cel';
import type { Lookup } from '../../lookup';
import { admissionValues } from '../matching/activation';
import { MatchConditions } from '../matching/match-conditions';
import { isExempt, matchedVersion, selectorsMatch } from '../matching/rules';
import { inVersion, type KindLookup, type Versioned } from '../matching/versioned';
import { groupResource } from '../refuse';

/** Webhook is what mutating and validating webhooks have in common. */
export type Webhook = Omit<admissionregistrationv1.ValidatingWebhook, 'matchPolicy'> & {
  readonly matchPolicy?: string;
  readonly reinvocationPolicy?: string;
};

/** ConfiguredWebhook is a webhook with the name of its configuration. */
export interface ConfiguredWebhook {
  readonly configuration: string;
  readonly webhook: Webhook;
}

/** WebhookMatcherParts is what decides whether a webhook is concerned. */
export interface WebhookMatcherParts {
  /** webhooks lists the configured ones, in the order of their configurations' names. */
  readonly webhooks: () => readonly ConfiguredWebhook[];
  readonly namespaces: Lookup<corev1.Namespace>;
  readonly authorizer: Authorizer;
  readonly kindOf: KindLookup;
}

/** WebhookMatcher finds the webhooks that a write concerns. */
export class WebhookMatcher {
  /** conditions are kept as long as the configuration they stand in. */
  private readonly conditions = new WeakMap<Webhook, MatchConditions>();

  constructor(private readonly parts: WebhookMatcherParts) {}

  /** candidates are the webhooks whose rules and selectors choose the write, in order. */
  async candidates(attributes: AdmissionAttributes): Promise<ConfiguredWebhook[]> {
    if (isExempt(attributes)) return [];
    const found = this.parts.webhooks().filter(({ webhook }) => this.version(webhook, attributes));
    if (!found.length) return [];
    const namespace = await this.namespaceOf(attributes);
    return found.filter(({ webhook }) => selectorsMatch(webhook, attributes, namespace));
  }

  /** view is the write as a candidate sees it; undefined if its match conditions do not hold. It throws a 403 if they fail. */
  async view(webhook: Webhook, attributes: AdmissionAttributes): Promise<Versioned | undefined> {
    const version = this.version(webhook, attributes);
    if (!version) return undefined;
    const versioned = await inVersion(attributes, version);
    if (!webhook.matchConditions?.length) return versioned;
    let conditions = this.conditions.get(webhook);
    if (!conditions)
      this.conditions.set(webhook, (conditions = new MatchConditions(webhook.matchConditions, ADMISSION)));
    const namespace = await this.namespaceOf(attributes);
    const holds = await conditions.holds(admissionValues(versioned, namespace, this.parts.authorizer));
    if (!(holds instanceof Error)) return holds ? versioned : undefined;
    if (webhook.failurePolicy === 'Ignore') return undefined;
    throw forbidden(groupResource(attributes), attributes.name, holds.message);
  }

  private version({ rules = [], matchPolicy }: Webhook, attributes: AdmissionAttributes) {
    const { group, resource } = attributes.resource;
    return matchedVersion(rules, matchPolicy, attributes, this.parts.kindOf(group, resource)?.versions ?? []);
  }

  private async namespaceOf({ namespace }: AdmissionAttributes): Promise<corev1.Namespace | undefined> {
    return namespace ? this.parts.namespaces('', namespace) : undefined;
  }
}
