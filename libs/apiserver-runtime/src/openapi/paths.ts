import type { Minor } from '@navarch/kinds';
import type { OpenApiOperation } from './operations';

type Json = Record<string, unknown>;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const media = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const streams = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const patchMedia = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const customPatchMedia = patchMedia.filter(type => !type.includes('strategic'));

/** Parameter is one of a query or path. */
interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

const query = (name: string, description: string, type: Parameter['type'] = 'string'): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});
const pretty = query('pretty', "If 'true', then the output is pretty printed.");
const dryRun = query(
  'dryRun',
  'When present, indicates that modifications should not be persisted. Valid values are: All.',
);
const fieldManager = query('fieldManager', 'The name of the actor that is making the change.');
const fieldValidation = query(
  'fieldValidation',
  'What happens to unknown or duplicate fields: Ignore, Warn or Strict.',
);
const BOOKMARKS = 'allowWatchBookmarks';
const INITIAL = 'sendInitialEvents';
/** These are the first releases that let a client ask for initial events, and for the validation of fields. */
const INITIAL_EVENTS_SINCE: Minor = 27;
const FIELD_VALIDATION_SINCE: Minor = 25;
const selecting = [
  query(BOOKMARKS, 'Asks for events of type BOOKMARK.', 'boolean'),
  query('continue', 'The token of the page before, to get the next one.'),
  query('fieldSelector', 'Restricts the list by fields.'),
  query('labelSelector', 'Restricts the list by labels.'),
  query('limit', 'The greatest number of objects to answer.', 'integer'),
  query('resourceVersion', 'What resource versions the answer may be served from.'),
  query('resourceVersionMatch', 'How resourceVersion is applied: Exact or NotOlderThan.'),
  query(INITIAL, 'Begins a watch with the present state.', 'boolean'),
  query('timeoutSeconds', 'How long a list or watch may take.', 'integer'),
];
const deleting = [
  query('gracePeriodSeconds', 'Seconds before the object is deleted; 0 is at once.', 'integer'),
  query('orphanDependents', 'Whether dependents are left behind; propagationPolicy instead.', 'boolean'),
  query('propagationPolicy', 'What happens to dependents: Orphan, Background or Foreground.'),
];

function parametersOf({ action, namespaced, named }: OpenApiOperation, emulated: Minor): Parameter[] {
  const validation = emulated >= FIELD_VALIDATION_SINCE ? [fieldValidation] : [];
  const selection = selecting.filter(({ name }) => name !== INITIAL || emulated >= INITIAL_EVENTS_SINCE);
  const path: Parameter[] = [
    ...(named ? [{ name: 'name', in: 'path', type: 'string', description: 'name of the object' } as const] : []),
    ...(namespaced
      ? [
          {
            name: 'namespace',
            in: 'path',
            type: 'string',
            description: 'object name and auth scope, such as for teams and projects',
          } as const,
        ]
      : []),
  ];
  switch (action) {
    case 'list':
      return [
        ...path,
        ...selection,
        query('watch', 'Watch for changes and answer them as a stream.', 'boolean'),
        pretty,
      ];
    case 'post':
    case 'put':
      return [...path, dryRun, fieldManager, ...validation, pretty];
    case 'patch':
      return [
        ...path,
        dryRun,
        fieldManager,
        ...validation,
        query('force', 'Takes over fields that others own; for apply only.', 'boolean'),
        pretty,
      ];
    case 'delete':
      return [...path, dryRun, ...deleting, pretty];
    case 'deletecollection':
      return [...path, ...selection.filter(({ name }) => name !== BOOKMARKS), dryRun, ...deleting, pretty];
    default:
      return [...path, pretty];
  }
}

function common(operation: OpenApiOperation): Json {
  const { kindGroup: group, kindVersion: version, kind } = operation;
  return {
    operationId: operation.id,
    tags: [`${tagOf(operation.group)}_${operation.version}`],
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}

/** tagOf is the name of a group's clients: `core`, `apps`, `rbacAuthorization`. */
function tagOf(group: string): string {
  const [first = '', ...rest] = group.replace(/\.k8s\.io$/, '').split('.');
  return (first || 'core') + rest.map(part => part.slice(0, 1).toUpperCase() + part.slice(1)).join('');
}

/** codesOf are the codes of success. */
const codesOf: Readonly<Record<string, readonly string[]>> = {
  post: ['200', '201', '202'],
  put: ['200', '201'],
  delete: ['200', '202'],
};
const wordOf: Readonly<Record<string, string>> = { '200': 'OK', '201': 'Created', '202': 'Accepted' };

function answerSchema({ action, schema, listSchema }: OpenApiOperation): string | undefined {
  if (action === 'list') return listSchema;
  return action === 'delete' || action === 'deletecollection' ? `${META}.Status` : schema;
}

function bodySchema({ action, schema }: OpenApiOperation): string | undefined {
  if (action === 'patch') return `${META}.Patch`;
  if (action === 'delete' || action === 'deletecollection') return `${META}.DeleteOptions`;
  return action === 'post' || action === 'put' ? schema : undefined;
}

/** answers are what a success looks like, by code. */
function answers({ action }: OpenApiOperation, form: Json): Json {
  const codes = codesOf[action] ?? ['200'];
  return Object.fromEntries(codes.map(code => [code, { description: wordOf[code], ...form }]));
}

/** producedBy are the media types of an answer: what connections carry is anything. */
function producedBy({ action }: OpenApiOperation): readonly string[] {
  if (action === 'connect') return ['*/*'];
  return action === 'list' ? [...media, ...streams] : media;
}

const patchTypes = ({ custom }: OpenApiOperation) => (custom ? customPatchMedia : patchMedia);

function grouped(
  operations: readonly OpenApiOperation[],
  render: (operation: OpenApiOperation) => Json,
): Record<string, Json> {
  const paths = new Map<string, Json>();
  for (const operation of [...operations].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    const item = paths.get(operation.path) ?? {};
    item[operation.method] = render(operation);
    paths.set(operation.path, item);
  }
  return Object.fromEntries(paths);
}

/** v2Paths renders operations as Swagger 2.0 has them. */
export function v2Paths(operations: readonly OpenApiOperation[], emulated: Minor): Record<string, Json> {
  return grouped(operations, operation => {
    const body = bodySchema(operation);
    const answer = answerSchema(operation);
    return {
      ...common(operation),
      consumes: operation.action === 'patch' ? patchTypes(operation) : ['*/*'],
      produces: producedBy(operation),
      schemes: ['https'],
      parameters: [
        ...(body
          ? [
              {
                name: 'body',
                in: 'body',
                ...(operation.method !== 'delete' && { required: true }),
                schema: { $ref: `#/definitions/${body}` },
              },
            ]
          : []),
        ...parametersOf(operation, emulated).map(p => ({
          uniqueItems: true,
          ...p,
          ...(p.in === 'path' && { required: true }),
        })),
      ],
      responses: {
        ...answers(
          operation,
          answer ? { schema: { $ref: `#/definitions/${answer}` } } : { schema: { type: 'string' } },
        ),
        '401': { description: 'Unauthorized' },
      },
    };
  });
}

/** v3Paths renders operations as OpenAPI 3.0 has them. */
export function v3Paths(operations: readonly OpenApiOperation[], emulated: Minor): Record<string, Json> {
  const content = (types: readonly string[], schema: string) =>
    Object.fromEntries(types.map(type => [type, { schema: { $ref: `#/components/schemas/${schema}` } }]));
  return grouped(operations, operation => {
    const body = bodySchema(operation);
    const answer = answerSchema(operation);
    const types = operation.action === 'patch' ? patchTypes(operation) : ['*/*'];
    return {
      ...common(operation),
      parameters: parametersOf(operation, emulated).map(({ type, ...p }) => ({
        ...p,
        ...(p.in === 'path' && { required: true }),
        schema: { type, uniqueItems: true },
      })),
      ...(body && {
        requestBody: {
          content: content(types, body),
          ...(operation.method !== 'delete' && { required: true }),
        },
      }),
      responses: {
        ...answers(
          operation,
          answer
            ? { content: content(producedBy(operation), answer) }
            : { content: { '*/*': { schema: { type: 'string' } } } },
        ),
        '401': { description: 'Unauthorized' },
      },
    };
  });
}
