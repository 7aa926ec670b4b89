import { decodeTyped } from '@navarch/api';
import {
  apiVersionOf,
  applyJsonPatch,
  badRequest,
  decodeJson,
  internalError,
  isRecord,
  type KubeObject,
  type StatusError,
} from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { describe, type Logger } from '@navarch/base';
import type { ServedVersion } from '@navarch/kinds';
import { coerceMetadata } from '@navarch/schema';
import { toHub, type Versioned } from '../matching/versioned';
import { callWebhook, type CallerOptions } from '../../outbound/webhook-caller';
import { buildReview, denied, InvalidResponse, JSON_PATCH, parseVerdict, reviewVersion, type Verdict } from './review';
import type { WebhookMetrics } from './webhook-metrics';
import { WebhookMatcher, type ConfiguredWebhook, type Webhook, type WebhookMatcherParts } from './webhook';

/** STEP_SINCE is the first release that says whether the call failed or its answer. */
const STEP_SINCE = 22;

export interface WebhookParts extends CallerOptions, WebhookMatcherParts {
  readonly emulated: number;
  readonly metrics: WebhookMetrics;
  readonly log: Logger;
}

/** WebhookCalls asks webhooks about writes, whatever they may do with them. */
class WebhookCalls {
  constructor(
    private readonly parts: WebhookParts,
    private readonly mutating: boolean,
  ) {}

  /** ask answers the verdict; undefined if the webhook could not be asked and may be ignored. It throws if it may not, or said no. */
  async ask(webhook: Webhook, versioned: Versioned): Promise<Verdict | undefined> {
    const { attributes } = versioned;
    if (attributes.dryRun && !['None', 'NoneOnDryRun'].includes(webhook.sideEffects ?? '')) {
      throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`);
    }
    const call = {
      ...{ name: webhook.name, operation: attributes.operation },
      type: this.mutating ? 'admit' : 'validating',
    } as const;
    const begun = performance.now();
    const seconds = () => (performance.now() - begun) / 1000;
    const { metrics } = this.parts;
    let verdict: Verdict;
    try {
      const version = reviewVersion(webhook.admissionReviewVersions ?? ['v1beta1']);
      if (!version) throw new Error(`webhook does not accept known AdmissionReview versions (v1, v1beta1)`);
      const { uid, review } = buildReview(versioned, version);
      verdict = parseVerdict(await callWebhook(webhook, review, this.parts), uid, version, this.mutating);
    } catch (error) {
      metrics.failed(call, seconds(), webhook.failurePolicy === 'Ignore');
      if (webhook.failurePolicy === 'Ignore') {
        this.parts.log.warn('A webhook failed and is ignored', { webhook: webhook.name, err: describe(error) });
        return undefined;
      }
      throw this.failure(webhook.name, error);
    }
    for (const [key, value] of Object.entries(verdict.auditAnnotations))
      attributes.annotate(`${webhook.name}/${key}`, value);
    for (const text of verdict.warnings) attributes.warn(text);
    if (verdict.allowed) {
      metrics.allowed(call, seconds());
      return verdict;
    }
    const refusal = denied(webhook.name, verdict.status);
    metrics.denied(call, seconds(), refusal.code);
    throw refusal;
  }

  private failure(name: string, error: unknown): StatusError {
    const step = error instanceof InvalidResponse ? 'received invalid webhook response' : 'failed to call webhook';
    const why = this.parts.emulated < STEP_SINCE ? describe(error) : `${step}: ${describe(error)}`;
    return internalError(new Error(`failed calling webhook ${JSON.stringify(name)}: ${why}`));
  }
}

/** Round is what the webhooks did with a write the first time. */
interface Round {
  /** curious are those asked that want to know of changes after them, missed those of them that there were changes for. */
  readonly curious: readonly Webhook[];
  readonly missed: readonly Webhook[];
  /** left is how the object stood after the last of them. */
  readonly left: string;
}

/**
 * MutatingAdmissionWebhook lets webhooks change writes, one after the other. When one changed something, the plugins before it
 * are asked again, and then the webhooks that want to know of changes after them.
 */
export class MutatingAdmissionWebhook implements AdmissionPlugin {
  readonly name = 'MutatingAdmissionWebhook';
  private readonly calls: WebhookCalls;
  private readonly matcher: WebhookMatcher;
  private readonly rounds = new WeakMap<AdmissionAttributes, Round>();

  constructor(private readonly parts: WebhookParts) {
    this.calls = new WebhookCalls(parts, true);
    this.matcher = new WebhookMatcher(parts);
  }

  handles(): boolean {
    return this.parts.webhooks().length > 0;
  }

  async admit(attributes: AdmissionAttributes): Promise<'again' | undefined> {
    const curious: Webhook[] = [];
    let missed: readonly Webhook[] | undefined;
    for (const [index, configured] of (await this.matcher.candidates(attributes)).entries()) {
      if (await this.mutate(configured, attributes, { round: 0, index })) missed = [...curious];
      if (configured.webhook.reinvocationPolicy === 'IfNeeded') curious.push(configured.webhook);
    }
    if (!missed) return undefined;
    this.rounds.set(attributes, { curious, missed, left: JSON.stringify(attributes.object) });
    return 'again';
  }

  async readmit(attributes: AdmissionAttributes): Promise<void> {
    const round = this.rounds.get(attributes);
    if (!round) return;
    // A plugin before this one may have changed the object too; then all of them have to see it.
    const changedSince = JSON.stringify(attributes.object) !== round.left;
    const wanted = new Set(changedSince ? round.curious : round.missed);
    for (const [index, configured] of (await this.matcher.candidates(attributes)).entries()) {
      if (wanted.has(configured.webhook)) await this.mutate(configured, attributes, { round: 1, index });
    }
  }

  private async mutate(
    { configuration, webhook }: ConfiguredWebhook,
    attributes: AdmissionAttributes,
    { round, index }: { round: number; index: number },
  ): Promise<boolean> {
    const versioned = await this.matcher.view(webhook, attributes);
    if (!versioned) return false;
    const verdict = await this.calls.ask(webhook, versioned);
    const mutated = !!verdict && (await this.apply(webhook, verdict, versioned));
    const note = JSON.stringify({ configuration, webhook: webhook.name, mutated });
    if (verdict) attributes.annotate(`mutation.webhook.admission.k8s.io/round_${round}_index_${index}`, note);
    return mutated;
  }

  /** apply answers whether the patch changed anything. */
  private async apply(webhook: Webhook, { patch, patchType }: Verdict, versioned: Versioned): Promise<boolean> {
    const { attributes, object } = versioned;
    if (!patch?.length) return false;
    const operations = orInternal(() => decodeJson(patch).value);
    if (operations === null || (Array.isArray(operations) && !operations.length)) return false;
    const name = JSON.stringify(webhook.name);
    if (!attributes.object || !object) {
      const message = `admission webhook ${name} attempted to modify the object, which is not supported for this operation`;
      throw internalError(new Error(message));
    }
    if (patchType !== JSON_PATCH) {
      if (webhook.failurePolicy === 'Ignore') return false;
      throw internalError(
        new Error(`failed calling webhook ${name}: unsupported patch type ${JSON.stringify(patchType)}`),
      );
    }
    const { kindOf, emulated } = this.parts;
    const value = orInternal(() => patchedBy(object, operations));
    if (JSON.stringify(value) === JSON.stringify(object)) return false;
    const patched = orInternal(() => readPatched(value, versioned, emulated));
    const { group, resource } = attributes.resource;
    replaceContent(attributes.object, await toHub(patched, versioned, kindOf(group, resource), emulated));
    return true;
  }
}

/** ValidatingAdmissionWebhook lets webhooks refuse writes, all asked at the same time. */
export class ValidatingAdmissionWebhook implements AdmissionPlugin {
  readonly name = 'ValidatingAdmissionWebhook';
  private readonly calls: WebhookCalls;
  private readonly matcher: WebhookMatcher;

  constructor(private readonly parts: WebhookParts) {
    this.calls = new WebhookCalls(parts, false);
    this.matcher = new WebhookMatcher(parts);
  }

  handles(): boolean {
    return this.parts.webhooks().length > 0;
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const webhooks = await this.matcher.candidates(attributes);
    const outcomes = await Promise.allSettled(
      webhooks.map(async ({ webhook }) => {
        const versioned = await this.matcher.view(webhook, attributes);
        if (versioned) await this.calls.ask(webhook, versioned);
      }),
    );
    const refused = outcomes.find(outcome => outcome.status === 'rejected');
    if (refused) throw refused.reason;
  }
}

/** orInternal answers what is made; where that fails, the failure is the server's. */
function orInternal<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw internalError(error);
  }
}

/** patchedBy applies a webhook's patch. Why it does not apply is the cause of what a client would hear of a patch of its own. */
function patchedBy(object: KubeObject, operations: unknown): unknown {
  try {
    return applyJsonPatch(object, operations);
  } catch (error) {
    throw (error as Error).cause ?? error;
  }
}

/**
 * readPatched reads what a webhook made of an object as a body of its version would be, fields that the version does not know dropped. It throws an Error for what is no
 * such object. Of a custom object only what all objects have is read: its schema is held against it afterwards.
 */
function readPatched(value: unknown, { object, version }: Versioned, emulated: number): KubeObject {
  const { apiVersion, kind } = object!;
  if (!isRecord(value) || value['apiVersion'] !== apiVersion || value['kind'] !== kind)
    throw new Error(`a webhook may not make anything else of ${apiVersion}, Kind=${kind}`);
  const { schema }: Partial<ServedVersion> = version;
  if (schema && apiVersion === apiVersionOf(version)) {
    const { object: read } = decodeTyped(schema, value, { emulated, bare: true, raw: JSON.stringify(value) });
    return { ...read, apiVersion, kind } as KubeObject;
  }
  const read = structuredClone(value);
  coerceMetadata(read, '', emulated, () => undefined);
  return read as KubeObject;
}

/** replaceContent makes `target` what `source` is; admission changes objects in place. */
function replaceContent(target: KubeObject, source: KubeObject): void {
  for (const key of Object.keys(target)) delete (target as Record<string, unknown>)[key];
  Object.assign(target, source);
}
