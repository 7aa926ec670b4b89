import { StatusError } from '@navarch/apimachinery';

/** Media is an encoding of objects. */
export type Media = 'json' | 'yaml' | 'protobuf';

/** Transform is another shape in which objects may be asked for: `;as=Table;v=v1;g=meta.k8s.io`. */
export interface Transform {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

/** Negotiated is how an answer is to look. */
export interface Negotiated {
  readonly media: Media;
  readonly transform?: Transform;
  /** pretty was asked for by a parameter of the media type. */
  readonly pretty: boolean;
}

/** Offer is what an endpoint can answer. */
export interface Offer {
  /** media in order of preference. */
  readonly media: readonly Media[];
  /** named are the media that a refusal lists; those that are offered unless given. */
  readonly named?: readonly Media[];
  /** allows tells whether a transform is possible; absent: none is. */
  readonly allows?: (transform: Transform, media: Media) => boolean;
  /** routed: the Accept header must name one of the types exactly (or be any type), as upstream's router checks first. */
  readonly routed: boolean;
}

export const mediaTypes: Readonly<Record<Media, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly q: number;
  readonly params: ReadonlyMap<string, string>;
}

/** parseAccept reads an Accept header, best quality first; clauses of one quality keep their order. */
export function parseAccept(header: string): Clause[] {
  const clauses = header.split(',').flatMap(text => {
    const [type = '', ...rest] = text.trim().split(';');
    const slash = type.indexOf('/');
    if (slash < 0 && type.trim() !== '*') return [];
    const params = new Map<string, string>();
    let q = 1;
    for (const item of rest) {
      const equals = item.indexOf('=');
      const key = (equals < 0 ? item : item.slice(0, equals)).trim();
      const value = equals < 0 ? '' : item.slice(equals + 1).trim();
      if (key === 'q') q = Number.isFinite(Number(value)) ? Number(value) : 1;
      else if (key) params.set(key, value);
    }
    const clause: Clause = {
      type: slash < 0 ? '*' : type.slice(0, slash).trim(),
      subtype: slash < 0 ? '*' : type.slice(slash + 1).trim(),
      q,
      params,
    };
    return [clause];
  });
  return clauses.sort((a, b) => b.q - a.q);
}

/** negotiate picks the answer's shape from the Accept header, or throws the 406 that upstream's router or codec answers. */
export function negotiate(header: string | undefined, offer: Offer): Negotiated {
  const first = offer.media[0] ?? 'json';
  if (!header) return { media: first, pretty: false };
  if (
    offer.routed &&
    !acceptsRoute(
      header,
      offer.media.map(m => mediaTypes[m]),
    )
  )
    throw notRouted();
  for (const clause of parseAccept(header)) {
    for (const media of offer.media) {
      const [type, subtype] = mediaTypes[media].split('/') as [string, string];
      const matches =
        (clause.type === type && (clause.subtype === subtype || clause.subtype === '*')) ||
        (clause.type === '*' && clause.subtype === '*');
      if (!matches) continue;
      const accepted = accept(clause, media, offer);
      if (accepted) return accepted;
    }
  }
  throw notAcceptable(offer.named ?? offer.media);
}

function accept(clause: Clause, media: Media, offer: Offer): Negotiated | undefined {
  const stream = clause.params.get('stream');
  if (stream !== undefined && stream !== 'watch') return undefined;
  const kind = clause.params.get('as');
  const pretty = clause.params.get('pretty') === '1';
  // A group or version without a kind asks for a form that there is not.
  if (kind === undefined) return clause.params.has('g') || clause.params.has('v') ? undefined : { media, pretty };
  const transform = { kind, group: clause.params.get('g') ?? '', version: clause.params.get('v') ?? '' };
  return offer.allows?.(transform, media) ? { media, pretty, transform } : undefined;
}

/** acceptsRoute tells whether an Accept header names one of some media types, or any type. */
export function acceptsRoute(header: string, types: readonly string[]): boolean {
  return header.split(',').some(item => {
    const semicolon = item.indexOf(';');
    const type = (semicolon < 0 ? item : item.slice(0, semicolon)).trim();
    return type === '*/*' || types.includes(type);
  });
}

const OBJECTS: readonly Media[] = ['json', 'yaml', 'protobuf'];
const OBJECT_TYPES = OBJECTS.map(media => mediaTypes[media]);

/** checkRoute throws the router's 406, which comes before a built-in kind has anything to say. */
export function checkRoute(header: string | undefined): void {
  if (header && !acceptsRoute(header, OBJECT_TYPES)) throw notRouted();
}

/**
 * checkAccepts throws 406 for who could not read the answer if it were an object: the API has always asked that before it is known that
 * the answer is a stream, although its type may be all that a client accepts.
 */
export function checkAccepts(header: string | undefined, streamed: string): void {
  if (header && !acceptsRoute(header, [streamed, ...OBJECT_TYPES])) throw notRouted();
  negotiate(header, { media: OBJECTS, routed: false });
}

/** checkStreamed throws 406 for a form in which no events come. */
export function checkStreamed(media: Media, custom: boolean): void {
  const streamed: readonly Media[] = custom ? ['json'] : ['json', 'protobuf'];
  if (!streamed.includes(media)) throw notAcceptable(streamed, ';stream=watch');
}

/** notRouted is the router's 406. */
export function notRouted(): StatusError {
  return new StatusError(406, 'NotAcceptable', '406: Not Acceptable', {});
}

/** notAcceptable is the codec's own 406. */
export function notAcceptable(media: readonly Media[], parameters = ''): StatusError {
  const types = media.map(m => mediaTypes[m] + parameters).join(', ');
  return new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${types}`);
}

/** PARAMETER is one parameter of a media type: a name, and a word or a text in quotes. */
const PARAMETER = /^\s*;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\\r\n]|\\.)*")/;

/** BODIES are the media that bodies may come in; every endpoint knows them all, custom resources too. */
const BODIES: readonly Media[] = ['json', 'yaml', 'protobuf'];

/** contentMedia reads a Content-Type; none means JSON. 415 for what no body comes in. */
export function contentMedia(header: string | undefined): Media {
  if (!header || header === mediaTypes.json) return 'json';
  const semicolon = header.indexOf(';');
  const type = (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  const found = BODIES.find(media => mediaTypes[media] === type);
  if (found && (semicolon < 0 || areParameters(header.slice(semicolon)))) return found;
  throw unknownFormat(BODIES.map(media => mediaTypes[media]));
}

/** areParameters tells whether text is nothing but parameters, none of them twice. */
function areParameters(text: string): boolean {
  const names = new Set<string>();
  for (let rest = text; !/^\s*;?\s*$/.test(rest);) {
    const [whole, name] = PARAMETER.exec(rest) ?? [];
    if (whole === undefined || names.has(name!.toLowerCase())) return false;
    names.add(name!.toLowerCase());
    rest = rest.slice(whole.length);
  }
  return true;
}

/** unknownFormat is the 415 that names what would be accepted. */
export function unknownFormat(types: readonly string[]): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`,
  );
}

/** wantsPretty: `?pretty`, or a person looking at it through curl, wget or a browser. */
export function wantsPretty(query: URLSearchParams, userAgent: string | undefined): boolean {
  const pretty = query.get('pretty');
  if (pretty !== null && pretty !== '') return /^(1|t|T|TRUE|true|True)$/.test(pretty);
  return userAgent !== undefined && /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent);
}
