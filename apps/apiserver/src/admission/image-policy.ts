import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { describe, TtlCache, type Clock, type Logger } from '@navarch/base';
import type { Fields } from '../config-files/fields';
import type { ReviewClient } from '../outbound/review-client';
import { refuse, resourceName } from './refuse';

/** ImagePolicySettings are the configuration of ImagePolicyWebhook. */
export interface ImagePolicySettings {
  /** kubeconfig is the file that leads to the webhook. */
  readonly kubeconfig: string;
  /** allowMs and denyMs are how long its answers are believed; 0: not at all. */
  readonly allowMs: number;
  readonly denyMs: number;
  /** backoffMs is how long a failed call waits before the next attempt. */
  readonly backoffMs: number;
  /** defaultAllow lets images pass while the webhook cannot be asked. */
  readonly defaultAllow: boolean;
}

const MINUTE_MS = 60_000;

/** readImagePolicy reads the configuration of ImagePolicyWebhook: seconds that answers are believed, milliseconds of backoff; -1 for none, 0 for the default. */
export function readImagePolicy(fields: Fields): ImagePolicySettings {
  const policy = fields.object('imagePolicy') ?? fields.fail('imagePolicy', 'is required');
  const duration = (name: string, unitMs: number, fallbackMs: number, maxMs: number) => {
    const value = policy.number(name) ?? 0;
    if (value === 0) return fallbackMs;
    if (value === -1) return 0;
    if (value > 0 && value * unitMs <= maxMs) return value * unitMs;
    return policy.fail(name, `must be between 1 and ${maxMs / unitMs}`);
  };
  const settings = {
    kubeconfig: policy.required('kubeConfigFile'),
    allowMs: duration('allowTTL', 1000, 5 * MINUTE_MS, 30 * MINUTE_MS),
    denyMs: duration('denyTTL', 1000, MINUTE_MS / 2, 30 * MINUTE_MS),
    backoffMs: duration('retryBackoff', 1, 500, 5 * MINUTE_MS),
    defaultAllow: policy.flag('defaultAllow'),
  };
  policy.end();
  return settings;
}

/** ImageReviewStatus is what the webhook makes of the images of a pod. */
interface ImageReviewStatus {
  readonly allowed?: boolean;
  readonly reason?: string;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

const AUDIT_PREFIX = 'imagepolicywebhook.image-policy.k8s.io/';
const CACHE_SIZE = 1024;
/** EPHEMERAL_SINCE is the first release that shows the webhook the images of ephemeral containers. */
const EPHEMERAL_SINCE = 27;

/** ImagePolicyWebhook (off by default) asks a webhook by an ImageReview whether the images of a pod may be used. */
export class ImagePolicyWebhook implements AdmissionPlugin {
  readonly name = 'ImagePolicyWebhook';
  private readonly known: TtlCache<string, ImageReviewStatus>;

  constructor(
    private readonly client: Pick<ReviewClient, 'ask'>,
    private readonly settings: Pick<ImagePolicySettings, 'allowMs' | 'denyMs' | 'defaultAllow'>,
    private readonly emulated: number,
    clock: Clock,
    private readonly log: Logger,
  ) {
    this.known = new TtlCache(clock, CACHE_SIZE);
  }

  handles(attributes: AdmissionAttributes): boolean {
    const { operation, subresource } = attributes;
    if (resourceName(attributes) !== 'pods' || (operation !== 'CREATE' && operation !== 'UPDATE')) return false;
    return subresource === '' || (subresource === 'ephemeralcontainers' && this.emulated >= EPHEMERAL_SINCE);
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const spec = imageReviewSpec(attributes, this.emulated >= EPHEMERAL_SINCE);
    let status: ImageReviewStatus;
    try {
      status = await this.review(spec);
    } catch (error) {
      this.log.warn('The image policy webhook failed', { err: describe(error), allowed: this.settings.defaultAllow });
      if (!this.settings.defaultAllow) throw refuse(attributes, describe(error));
      attributes.annotate(`${AUDIT_PREFIX}failed-open`, 'true');
      return;
    }
    for (const [key, value] of Object.entries(status.auditAnnotations ?? {}))
      attributes.annotate(AUDIT_PREFIX + key, value);
    if (status.allowed) return;
    const why = status.reason
      ? `image policy webhook backend denied one or more images: ${status.reason}`
      : 'one or more images rejected by webhook backend';
    throw refuse(attributes, why);
  }

  private async review(spec: object): Promise<ImageReviewStatus> {
    const key = JSON.stringify(spec);
    const known = this.known.get(key);
    if (known) return known;
    const review = { kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1alpha1', spec };
    const status = await this.client.ask<ImageReviewStatus>(review);
    this.known.set(key, status, status.allowed ? this.settings.allowMs : this.settings.denyMs);
    return status;
  }
}

/** imageReviewSpec is what the webhook is told of a pod: its images, its namespace, and the annotations that are meant for it. Pure. */
export function imageReviewSpec({ object, namespace }: AdmissionAttributes, withEphemeral: boolean): object {
  const { metadata, spec } = object as corev1.Pod;
  const containers = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(withEphemeral ? (spec?.ephemeralContainers ?? []) : []),
  ];
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) =>
    key.includes('.image-policy.k8s.io/'),
  );
  return {
    containers: containers.map(({ image }) => ({ ...(image && { image }) })),
    ...(annotations.length && { annotations: Object.fromEntries(annotations) }),
    namespace,
  };
}
