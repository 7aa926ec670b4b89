import { deepClone, isRecord, type AnyObject, type ObjectMeta } from '@navarch/apimachinery';
import { StatusError } from '@navarch/apimachinery';
import { META_SCHEMA } from '@navarch/schema';
import { decodeTyped } from '@navarch/api';

const GROUP = 'apiextensions.k8s.io';

/** REVIEWS are the versions of ConversionReview that are spoken, the preferred one first. */
const REVIEWS = ['v1', 'v1beta1'] as const;

/** reviewVersionOf is the first version that a webhook accepts and that is spoken. */
export function reviewVersionOf(accepted: readonly string[] = ['v1beta1']): string | undefined {
  return accepted.find(version => (REVIEWS as readonly string[]).includes(version));
}

/** conversionReview asks for objects in a version. */
export function conversionReview(objects: readonly AnyObject[], to: string, version: string, uid: string) {
  return {
    kind: 'ConversionReview',
    apiVersion: `${GROUP}/${version}`,
    request: { uid, desiredAPIVersion: to, objects },
  };
}

/** Asked is what a webhook was asked, to hold its answer against. */
export interface Asked {
  readonly objects: readonly AnyObject[];
  /** to is the wanted apiVersion. */
  readonly to: string;
  readonly version: string;
  readonly uid: string;
}

/**
 * convertedObjects reads a webhook's answer: the objects in the wanted version. Of their metadata it may have changed labels
 * and annotations, all else stays as it was. Throws a 500 that names the kind and what is wrong. Pure.
 */
export function convertedObjects(answer: unknown, asked: Asked): AnyObject[] {
  const { objects, to } = asked;
  const returned = attempt(asked, () => returnedObjects(answer, asked));
  const head = `conversion webhook for ${describeKind(objects[0]!)} returned`;
  if (returned.length !== objects.length)
    throw failure(`${head} ${returned.length} objects, expected ${objects.length}`);
  return returned.map((object, i) => {
    const before = objects[i]!;
    const wrong = (what: string, expected: unknown, received: unknown) =>
      failure(
        `${head} invalid converted object at index ${i}: invalid ${what} (expected ${String(expected)}, received ${String(received)})`,
      );
    if (!isRecord(object)) throw wrong('object', 'an object', typeof object);
    if (object['apiVersion'] !== to) throw wrong('groupVersion', to, object['apiVersion'] ?? '');
    if (object['kind'] !== before.kind) throw wrong('kind', before.kind, object['kind'] ?? '');
    const why = metadataFault(before.metadata ?? {}, object['metadata']);
    if (why) throw failure(`${head} invalid metadata at index ${i}: ${why}`);
    return restored(object as AnyObject, before);
  });
}

/** attempt words what goes wrong on the way to a webhook and back. */
export function attempt<T>({ objects }: Pick<Asked, 'objects'>, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw conversionFailed(objects[0]!, error as Error);
  }
}

/** conversionFailed is the 500 for a webhook that could not be asked or did not convert. */
export function conversionFailed(object: AnyObject, error: Error): StatusError {
  return failure(`conversion webhook for ${describeKind(object)} failed: ${error.message}`);
}

function returnedObjects(answer: unknown, { version, uid }: Asked): unknown[] {
  const review = isRecord(answer) ? answer : {};
  const expected = `${GROUP}/${version}, Kind=ConversionReview`;
  const received = `${String(review['apiVersion'] ?? '')}, Kind=${String(review['kind'] ?? '')}`;
  if (received !== expected) throw new Error(`expected webhook response of ${expected}, got ${received}`);
  const response = review['response'];
  if (!isRecord(response)) throw new Error('no response provided');
  if (version === 'v1' && response['uid'] !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`);
  const result = isRecord(response['result']) ? response['result'] : {};
  if (result['status'] !== 'Success') {
    const words = result['message'];
    throw new Error(
      typeof words === 'string' && words
        ? words
        : `response.result.status was '${String(result['status'] ?? '')}', not 'Success'`,
    );
  }
  return Array.isArray(response['convertedObjects']) ? (response['convertedObjects'] as unknown[]) : [];
}

function metadataFault(before: ObjectMeta, after: unknown): string | undefined {
  if (!isRecord(after)) return 'missing metadata in converted object';
  for (const name of ['name', 'namespace', 'uid'] as const) {
    const [was, is] = [before[name] ?? '', after[name] ?? ''];
    if (was !== is)
      return `must have the same ${name === 'uid' ? 'UID' : name}: ${JSON.stringify(was)} != ${JSON.stringify(is)}`;
  }
  try {
    decodeTyped(
      META_SCHEMA,
      { labels: after['labels'], annotations: after['annotations'] },
      { dialect: 'unstructured' },
    );
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function restored(object: AnyObject, before: AnyObject): AnyObject {
  const { labels, annotations } = object.metadata ?? {};
  const metadata: ObjectMeta = deepClone(before.metadata ?? {});
  delete metadata.labels;
  delete metadata.annotations;
  object.metadata = { ...metadata, ...(labels && { labels }), ...(annotations && { annotations }) };
  return object;
}

const describeKind = ({ apiVersion, kind }: AnyObject) => `${apiVersion}, Kind=${kind}`;

const failure = (message: string) => new StatusError(500, '', message);
