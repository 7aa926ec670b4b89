import { completeForOutput, defNameOf, emptyObject, typeSchema } from '@navarch/api';
import {
  managedFieldsForUpdate,
  parseApiVersion,
  type AnyObject,
  type ApiResponse,
  type KubeObject,
  type ObjectMeta,
} from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Exchange } from './chain/exchange';
import { decodeObject } from './encoding/decode-body';
import { respondPlain } from './encoding/plain';
import { offers, shapeOf } from './encoding/shape';
import type { RequestContext } from './interfaces';
import { contentMedia } from './negotiate';
import { defaultLimits } from './options';
import { managedSubresource } from './verbs/managed-fields';
import { managerOf, writeOptionsOf } from './verbs/write-options';

/** ReadOptions say what a handler expects in a body. */
export interface ReadOptions {
  /** apiVersions that are accepted, the one meant if none is given first: `['policy/v1', 'policy/v1beta1']`. */
  readonly apiVersions: readonly string[];
  readonly kind: string;
  readonly emulated: Minor;
}

/** Received is a decoded body with the options of its request. */
export interface Received<T extends KubeObject> {
  readonly object: T;
  readonly dryRun: boolean;
  /** ownersAt tells, in milliseconds since the epoch, who owns what of the object as it is then: whoever sent it. */
  ownersAt(now: number): ObjectMeta['managedFields'];
}

/**
 * readObject decodes the body that a subresource handler was sent (JSON, YAML or protobuf) as an object of a built-in kind, in
 * the version it came in; 400 in the API's words for anything else.
 */
export async function readObject<T extends KubeObject>(
  context: RequestContext,
  options: ReadOptions,
): Promise<Received<T>> {
  const { headers } = context.request;
  const { emulated } = options;
  const { dryRun, fieldManager, fieldValidation } = writeOptionsOf('CreateOptions', context.query, emulated);
  const media = contentMedia(headers['content-type']);
  const body = await context.request.body(defaultLimits.maxBodyBytes);
  const given = media === 'json' ? apiVersionOf(body) : undefined;
  const apiVersion = given !== undefined && options.apiVersions.includes(given) ? given : options.apiVersions[0]!;
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: apiVersion };
  const schema = defNameOf(group, version, options.kind);
  const target = {
    ...{ group, version, kind: options.kind, hubGroup: group, versions: options.apiVersions },
    ...(schema !== undefined && { schema }),
  };
  const object = decodeObject(body, media, target, {
    emulated,
    fieldValidation,
    warn: text => context.warn(text),
  });
  const ownersAt = (now: number) =>
    schema === undefined
      ? undefined
      : managedFieldsForUpdate({
          ...{ apiVersion, now, emulated, updated: object, keepsOwners: true },
          schema: typeSchema(schema, emulated),
          live: emptyObject(schema, emulated) as AnyObject,
          manager: managerOf(fieldManager, headers['user-agent']),
          ...managedSubresource({ subresource: context.info.subresource, services: { emulated } }),
        });
  return { object: object as T, dryRun, ownersAt };
}

function apiVersionOf(bytes: Buffer): string | undefined {
  return /^\s*\{[^{[]*"apiVersion"\s*:\s*"([^"\\]*)"/.exec(bytes.toString('utf8'))?.[1];
}

/** respondObject answers an object of a built-in kind (or a Status) in the encoding that was asked for. */
export function respondObject(
  context: RequestContext,
  status: number,
  object: KubeObject,
  emulated: Minor = 33,
): ApiResponse {
  const shape = shapeOf(context as Exchange, offers.plain);
  const { group, version } = parseApiVersion(object.apiVersion ?? '') ?? { group: '', version: '' };
  const schema = defNameOf(group, version, object.kind ?? '');
  const complete =
    schema === undefined || object.kind === 'Status' ? object : completeForOutput(schema, object, emulated);
  return respondPlain(shape, complete as AnyObject, status, schema, emulated);
}
