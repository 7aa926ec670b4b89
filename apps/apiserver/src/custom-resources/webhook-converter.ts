import {
  attempt,
  conversionFailed,
  conversionReview,
  convertedObjects,
  reviewVersionOf,
  type Convert,
  type Definition,
} from '@navarch/apiextensions';
import type { AnyObject } from '@navarch/apimachinery';
import { randomUUID } from 'node:crypto';
import { callWebhook, type CallerOptions } from '../outbound/webhook-caller';

const TIMEOUT_SECONDS = 30;
/** MAX_REVIEW_BYTES bounds what a webhook is asked at once; long lists are asked in parts. */
const MAX_REVIEW_BYTES = 1024 * 1024;

/** webhookConverter converts objects by the webhooks of their definitions. */
export function webhookConverter(options: CallerOptions): Convert {
  return async (definition, objects, to) => {
    const converted: AnyObject[] = [];
    for (const part of inParts(objects)) converted.push(...(await ask(definition, part, to, options)));
    return converted;
  };
}

async function ask(
  definition: Definition,
  objects: readonly AnyObject[],
  to: string,
  options: CallerOptions,
): Promise<AnyObject[]> {
  const { clientConfig, conversionReviewVersions } = definition.spec.conversion?.webhook ?? {};
  const uid = randomUUID();
  const version = attempt({ objects }, () => {
    const known = reviewVersionOf(conversionReviewVersions);
    if (!known || !clientConfig) throw new Error('the webhook accepts no known ConversionReview version (v1, v1beta1)');
    return known;
  });
  let answer: unknown;
  try {
    const webhook = { clientConfig: clientConfig!, timeoutSeconds: TIMEOUT_SECONDS };
    answer = await callWebhook(webhook, conversionReview(objects, to, version, uid), options);
  } catch (error) {
    throw conversionFailed(objects[0]!, error as Error);
  }
  return convertedObjects(answer, { objects, to, version, uid });
}

function inParts(objects: readonly AnyObject[]): AnyObject[][] {
  const parts: AnyObject[][] = [];
  let size = Infinity;
  for (const object of objects) {
    const own = JSON.stringify(object).length;
    if (size + own > MAX_REVIEW_BYTES) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)!.push(object);
    size += own;
  }
  return parts;
}
