import type { corev1 } from '@navarch/api';
import {
  applyJsonPatch,
  badRequest,
  internalError,
  type GroupVersion,
  type KubeObject,
  type StatusError,
} from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { describe, type Logger } from '@navarch/base';
import type { Lookup } from '../lookup';
import { groupResource } from '../refuse';
import { callWebhook, type CallerOptions } from './caller';
import { isExempt, rulesMatch, selectorsMatch, type Webhook } from './matching';
import { buildReview, denied, parseVerdict, reviewVersion, type Verdict } from './review';

export interface WebhookParts extends CallerOptions {
  /** webhooks lists the configured ones, in the order of their configurations' names. */
  readonly webhooks: () => readonly Webhook[];
  readonly namespaces: Lookup<corev1.Namespace>;
  /** versionsOf are the versions in which a resource is served. */
  readonly versionsOf: (group: string, resource: string) => readonly GroupVersion[];
  readonly emulated: number;
  readonly log: Logger;
}

/** WebhookCalls asks webhooks about writes, whatever they may do with them. */
class WebhookCalls {
  constructor(readonly parts: WebhookParts) {}

  /** matching are the webhooks that the write concerns. */
  async matching(attributes: AdmissionAttributes): Promise<Webhook[]> {
    if (isExempt(attributes)) return [];
    const { group, resource } = groupResource(attributes);
    const candidates = this.parts
      .webhooks()
      .filter(webhook => rulesMatch(webhook, attributes, this.parts.versionsOf(group, resource)));
    if (!candidates.length) return [];
    const namespace = attributes.namespace ? await this.parts.namespaces('', attributes.namespace) : undefined;
    return candidates.filter(webhook => selectorsMatch(webhook, attributes, namespace));
  }

  /** ask answers the verdict; undefined if the webhook could not be asked and may be ignored. It throws if it may not, or said no. */
  async ask(webhook: Webhook, attributes: AdmissionAttributes): Promise<Verdict | undefined> {
    if (attributes.dryRun && !['None', 'NoneOnDryRun'].includes(webhook.sideEffects ?? '')) {
      throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`);
    }
    let verdict: Verdict;
    try {
      const version = reviewVersion(webhook.admissionReviewVersions ?? ['v1beta1']);
      if (!version) throw new Error(`webhook does not accept known AdmissionReview versions (v1, v1beta1)`);
      const { uid, review } = buildReview(attributes, version);
      verdict = parseVerdict(await callWebhook(webhook, review, this.parts), uid, version);
    } catch (error) {
      if (webhook.failurePolicy === 'Ignore') {
        this.parts.log.warn('A webhook failed and is ignored', { webhook: webhook.name, err: describe(error) });
        return undefined;
      }
      throw this.failure(webhook.name, error);
    }
    for (const text of verdict.warnings) attributes.warn(text);
    if (!verdict.allowed) throw denied(webhook.name, verdict.status);
    return verdict;
  }

  private failure(name: string, error: unknown): StatusError {
    const head = `failed calling webhook ${JSON.stringify(name)}: ${this.parts.emulated < 22 ? '' : 'failed to call webhook: '}`;
    return internalError(new Error(head + describe(error)));
  }
}

/** MutatingAdmissionWebhook lets webhooks change writes, one after the other; who asks to is asked again if a later one changed something. */
export class MutatingAdmissionWebhook implements AdmissionPlugin {
  readonly name = 'MutatingAdmissionWebhook';
  private readonly calls: WebhookCalls;

  constructor(parts: WebhookParts) {
    this.calls = new WebhookCalls(parts);
  }

  handles(): boolean {
    return this.calls.parts.webhooks().length > 0;
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const webhooks = await this.calls.matching(attributes);
    let lastChange = -1;
    for (const [i, webhook] of webhooks.entries()) {
      if (await this.mutate(webhook, attributes)) lastChange = i;
    }
    for (const [i, webhook] of webhooks.entries()) {
      if (i < lastChange && webhook.reinvocationPolicy === 'IfNeeded') await this.mutate(webhook, attributes);
    }
  }

  private async mutate(webhook: Webhook, attributes: AdmissionAttributes): Promise<boolean> {
    const verdict = await this.calls.ask(webhook, attributes);
    if (!verdict?.patch?.length || !attributes.object) return false;
    replaceContent(attributes.object, applyJsonPatch(attributes.object, verdict.patch) as KubeObject);
    return true;
  }
}

/** ValidatingAdmissionWebhook lets webhooks refuse writes, all asked at the same time. */
export class ValidatingAdmissionWebhook implements AdmissionPlugin {
  readonly name = 'ValidatingAdmissionWebhook';
  private readonly calls: WebhookCalls;

  constructor(parts: WebhookParts) {
    this.calls = new WebhookCalls(parts);
  }

  handles(): boolean {
    return this.calls.parts.webhooks().length > 0;
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const webhooks = await this.calls.matching(attributes);
    const outcomes = await Promise.allSettled(webhooks.map(webhook => this.calls.ask(webhook, attributes)));
    const refused = outcomes.find(outcome => outcome.status === 'rejected');
    if (refused) throw refused.reason;
  }
}

/** replaceContent makes `target` what `source` is; admission changes objects in place. */
function replaceContent(target: KubeObject, source: KubeObject): void {
  for (const key of Object.keys(target)) delete (target as Record<string, unknown>)[key];
  Object.assign(target, source);
}
