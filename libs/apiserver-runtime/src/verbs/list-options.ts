import {
  badRequest,
  parseFieldSelector,
  parseSelector,
  type FieldSelector,
  type Selector,
  type StatusCause,
} from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Attributes, Predicate } from '@navarch/storage';
import type { RequestInfo } from '../interfaces';
import type { Endpoint } from '../registry/resource';
import { isTrue } from '../request-info';
import { checkFieldLabels } from './field-labels';
import { splitFields, type FormSelector } from './form-selector';
import { integer, throwInvalidOptions } from './option-causes';

/** ListQuery is metav1.ListOptions of one request, checked. */
export interface ListQuery {
  readonly predicate: Predicate;
  /** forms select besides, by fields that depend on the version. */
  readonly forms?: FormSelector;
  /** selective: a label or field selector narrows the answer. */
  readonly selective: boolean;
  readonly limit: number;
  readonly continueToken: string;
  /** resourceVersion is '' when none was given. */
  readonly resourceVersion: string;
  readonly match: '' | 'Exact' | 'NotOlderThan';
  readonly timeoutSeconds: number | undefined;
  readonly bookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** WATCH_LIST_SINCE is the first release that knows sendInitialEvents. */
const WATCH_LIST_SINCE: Minor = 27;

/** listQuery reads and checks the options of a list, watch or deletecollection. */
export function listQuery(endpoint: Endpoint, info: RequestInfo, query: URLSearchParams, emulated: Minor): ListQuery {
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = emulated >= WATCH_LIST_SINCE ? query.get('sendInitialEvents') : null;
  const timeout = query.get('timeoutSeconds');
  const sendInitialEvents = initial === null ? undefined : isTrue(initial);
  // What is no number is told of in this order.
  const timeoutSeconds = timeout === null ? undefined : integer(timeout);
  const common = {
    limit: integer(query.get('limit') ?? '0'),
    continueToken: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    timeoutSeconds,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents,
  };
  const found = new OptionFindings();
  // The old paths of watches never made the options those of a watch.
  (isTrue(query.get('watch')) ? checkWatch : checkList)({ ...common, match, emulated }, found);
  throwInvalidOptions('ListOptions', found.causes);
  const { labels, fields } = selectorsOf(endpoint, query);
  checkNamed(info, fields);
  const { stored, forms } = splitFields(endpoint, fields);
  return {
    ...common,
    match: match as ListQuery['match'],
    predicate: predicateOf(endpoint, info, labels, stored),
    ...(forms && { forms }),
    selective: !labels.empty || !fields.empty || (info.verb === 'watch' && info.name !== ''),
  };
}

/** checkNamed refuses a watch of one object, by an old path, that is to select others. */
function checkNamed({ verb, name }: RequestInfo, fields: FieldSelector): void {
  if (verb === 'watch' && name !== '' && !fields.empty && fields.exact('metadata.name') !== name)
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
}

/** selectorsOf reads the selectors of a query, fields by the names of the hub; 400 for what the kind cannot be selected by. */
export function selectorsOf(endpoint: Endpoint, query: URLSearchParams): { labels: Selector; fields: FieldSelector } {
  const labels = orBadRequest(() => parseSelector(query.get('labelSelector') ?? ''));
  const fields = orBadRequest(() => parseFieldSelector(query.get('fieldSelector') ?? ''));
  return { labels, fields: checkFieldLabels(endpoint, fields) };
}

function orBadRequest<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

type Checked = Pick<ListQuery, 'resourceVersion' | 'continueToken' | 'sendInitialEvents'> & {
  readonly match: string;
  readonly emulated: Minor;
};

/** OptionFindings collects what is wrong with list options. */
class OptionFindings {
  readonly causes: StatusCause[] = [];

  forbid(field: string, text: string): void {
    this.causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${text}`, field });
  }
  unsupported(match: string, known: readonly string[]): void {
    const supported = known.map(value => JSON.stringify(value)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${supported}`;
    this.causes.push({ reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' });
  }
}

function checkList({ match, resourceVersion, continueToken, sendInitialEvents }: Checked, found: OptionFindings): void {
  if (match) {
    if (!resourceVersion)
      found.forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (continueToken)
      found.forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
    if (match !== 'Exact' && match !== 'NotOlderThan') found.unsupported(match, ['Exact', 'NotOlderThan', '']);
    if (match === 'Exact' && resourceVersion === '0')
      found.forbid('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (sendInitialEvents !== undefined) found.forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
}

function checkWatch(options: Checked, found: OptionFindings): void {
  const { match, continueToken, sendInitialEvents, emulated } = options;
  if (emulated < WATCH_LIST_SINCE) {
    if (!match) return;
    found.forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch');
    return checkList(options, found);
  }
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    found.forbid('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (!match) return;
  if (sendInitialEvents === undefined)
    found.forbid(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  if (match !== 'NotOlderThan') found.unsupported(match, ['NotOlderThan']);
  if (continueToken)
    found.forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
}

/** predicateOf is the narrowest predicate for a request: its namespace, a single name, an indexed field, then all the rest. */
function predicateOf(endpoint: Endpoint, info: RequestInfo, labels: Selector, fields: FieldSelector): Predicate {
  const fieldName = fields.exact('metadata.name');
  const name = fieldName ?? (info.verb === 'watch' && info.name ? info.name : undefined);
  const field = endpoint.kind.indexes?.find(index => fields.exact(index) !== undefined);
  const needsMatching =
    !labels.empty ||
    fields.requirements.some(r => r.field !== 'metadata.name' || r.value !== fieldName || r.operator !== '=');
  return {
    ...(endpoint.resource.namespaced && info.namespace && { namespace: info.namespace }),
    ...(name !== undefined && { name }),
    ...(field !== undefined && { indexed: { field, value: fields.exact(field)! } }),
    ...(needsMatching && { matches: matcherOf(labels, fields) }),
  };
}

function matcherOf(labels: Selector, fields: FieldSelector): (attributes: Attributes) => boolean {
  if (fields.empty) return attributes => labels.matches(attributes.labels);
  if (labels.empty) return attributes => fields.matches(attributes.fields);
  return attributes => labels.matches(attributes.labels) && fields.matches(attributes.fields);
}
