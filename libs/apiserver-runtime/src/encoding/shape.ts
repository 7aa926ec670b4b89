import { StatusError, badRequest, type IncludeObject } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Exchange } from '../chain/exchange';
import { negotiate, wantsPretty, type Media, type Negotiated, type Offer, type Transform } from '../negotiate';

/** Shape is how the answer to one request is encoded. */
export interface Shape {
  readonly media: Media;
  readonly pretty: boolean;
  readonly transform: Transform | undefined;
  /** include is what was asked for of what table rows carry besides cells; includeOf reads it. */
  readonly include: string;
}

const metaVersions = new Set(['v1', 'v1beta1']);
const transforms = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

const allowsMeta = ({ kind, group, version }: Transform, media: Media): boolean =>
  group === 'meta.k8s.io' &&
  metaVersions.has(version) &&
  transforms.has(kind) &&
  (kind !== 'Table' || media !== 'protobuf');

const allowsPartial = (as: Transform, media: Media): boolean => as.kind !== 'Table' && allowsMeta(as, media);

const builtin: readonly Media[] = ['json', 'yaml', 'protobuf'];
const textOnly: readonly Media[] = ['json', 'yaml'];

/**
 * offers: what answers look like for built-in kinds, for those without tables, for custom ones, for a Status, and for objects that are made for the answer (scales, reviews). Refusals name protobuf for custom resources too, though it is no good for them.
 */
export const offers = {
  builtin: { media: builtin, routed: true, allows: allowsMeta },
  untabled: {
    media: builtin,
    routed: true,
    allows: allowsPartial,
  },
  custom: { media: textOnly, named: builtin, routed: false, allows: allowsMeta },
  plain: { media: builtin, routed: true },
  made: { media: builtin, routed: true, allows: allowsPartial },
  customMade: { media: textOnly, named: builtin, routed: false, allows: allowsPartial },
} as const satisfies Record<string, Offer>;

/** STATUS_TABLES_SINCE is the first release that shows subresources of built-in kinds as tables. */
const STATUS_TABLES_SINCE: Minor = 21;

/** offerOf is what the answer about an object may look like, or about its subresource if that is not empty. */
export function offerOf({ custom }: { readonly custom: boolean }, subresource: string, emulated: Minor): Offer {
  if (custom) return offers.custom;
  return subresource && emulated < STATUS_TABLES_SINCE ? offers.untabled : offers.builtin;
}

/** remembered keeps what frequent Accept headers mean; bounded, since clients choose the texts. */
const remembered = new Map<Offer, Map<string, Negotiated>>();
const REMEMBER = 256;

/** shapeOf negotiates the answer to a request; 406 and 400 as upstream. */
export function shapeOf(exchange: Exchange, offer: Offer): Shape {
  const { headers } = exchange.request;
  const negotiated = negotiateOnce(headers['accept'], offer);
  const include = (negotiated.transform?.kind === 'Table' && exchange.query.get('includeObject')) || 'Metadata';
  const pretty =
    negotiated.media === 'json' && (negotiated.pretty || wantsPretty(exchange.query, headers['user-agent']));
  return { media: negotiated.media, transform: negotiated.transform, include, pretty };
}

function negotiateOnce(header: string | undefined, offer: Offer): Negotiated {
  if (!header) return negotiate(header, offer);
  let known = remembered.get(offer);
  if (!known) remembered.set(offer, (known = new Map()));
  let negotiated = known.get(header);
  if (!negotiated) {
    negotiated = negotiate(header, offer);
    if (known.size >= REMEMBER) known.clear();
    known.set(header, negotiated);
  }
  return negotiated;
}

/** includeOf is what the rows of a table carry besides cells. It throws 400 for what is none, which is found out when the answer is made. */
export function includeOf({ include }: Shape): IncludeObject {
  if (include === 'None' || include === 'Metadata' || include === 'Object') return include;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** wrongTransform is the 406 for a list asked for as one object, or the other way round. `type` names the object as messages do. */
export function wrongTransform(kind: string, type: string, isList: boolean): StatusError {
  const what = isList ? `the requested object is a list (${type})` : `the requested object is not a list (${type})`;
  return new StatusError(406, 'NotAcceptable', `you requested ${kind}, but ${what}`);
}
