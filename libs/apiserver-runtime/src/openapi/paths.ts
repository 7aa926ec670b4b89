import { TEXT, type OpenApiOperation, type OpenApiParameter } from './operation';

type Json = Record<string, unknown>;

/** Form renders the parts in which the flavours differ. */
interface Form {
  readonly parameter: (parameter: OpenApiParameter) => Json;
  readonly operation: (operation: OpenApiOperation, parameters: readonly Json[]) => Json;
}

/** v2Paths renders operations as Swagger 2.0 has them, in order of their paths. Pure. */
export function v2Paths(operations: readonly OpenApiOperation[]): Record<string, Json> {
  return grouped(operations, {
    parameter: parameter => ({ uniqueItems: true, ...parameter, ...(parameter.in === 'path' && { required: true }) }),
    operation: (operation, parameters) => {
      const { description, consumes, produces, body, answers, tag, id } = operation;
      const all = body ? withBody(parameters, body) : parameters;
      return {
        ...(description && { description }),
        ...(consumes && { consumes }),
        ...(produces && { produces }),
        schemes: ['https'],
        ...{ tags: [tag], operationId: id },
        ...(all.length > 0 && { parameters: all }),
        responses: responses(answers, schema => ({
          schema: schema === TEXT ? { type: TEXT } : { $ref: `#/definitions/${schema}` },
        })),
        ...extensions(operation),
      };
    },
  });
}

/** v3Paths renders operations as OpenAPI 3.0 has them, in order of their paths. Pure. */
export function v3Paths(operations: readonly OpenApiOperation[]): Record<string, Json> {
  const content = (types: readonly string[], schema: string) =>
    Object.fromEntries(
      types.map(type => [
        type,
        { schema: schema === TEXT ? { type: TEXT } : { $ref: `#/components/schemas/${schema}` } },
      ]),
    );
  return grouped(operations, {
    parameter: ({ type, ...parameter }) => ({
      ...parameter,
      ...(parameter.in === 'path' && { required: true }),
      schema: { type, uniqueItems: true },
    }),
    operation: (operation, parameters) => {
      const { description, consumes = [], produces = [], body, answers, tag, id } = operation;
      return {
        ...{ tags: [tag], ...(description && { description }), operationId: id },
        ...(parameters.length > 0 && { parameters }),
        ...(body && {
          requestBody: { content: content(consumes, body.schema), ...(body.required && { required: true }) },
        }),
        responses: responses(answers, schema => ({ content: content(produces, schema) })),
        ...extensions(operation),
      };
    },
  });
}

function extensions({ action, about }: OpenApiOperation): Json {
  return {
    ...(action && { 'x-kubernetes-action': action }),
    ...(about && { 'x-kubernetes-group-version-kind': about }),
  };
}

const WORDS: Readonly<Record<string, string>> = { '200': 'OK', '201': 'Created', '202': 'Accepted' };

function responses(answers: OpenApiOperation['answers'], form: (schema: string) => Json): Json {
  const successes = Object.entries(answers).map(([code, schema]) => [
    code,
    { description: WORDS[code], ...form(schema) },
  ]);
  return { ...Object.fromEntries(successes), '401': { description: 'Unauthorized' } };
}

/** withBody puts the body among the parameters, in order of names as they are. */
function withBody(parameters: readonly Json[], { schema, required }: NonNullable<OpenApiOperation['body']>): Json[] {
  const body = { name: 'body', in: 'body', ...(required && { required }), schema: { $ref: `#/definitions/${schema}` } };
  const before = parameters.filter(({ name }) => String(name) < body.name);
  return [...before, body, ...parameters.slice(before.length)];
}

const keyOf = ({ name, in: where }: OpenApiParameter) => `${where} ${name}`;

/** grouped makes an item of each path: its methods, and the parameters that all of them take. */
function grouped(operations: readonly OpenApiOperation[], form: Form): Record<string, Json> {
  const byPath = new Map<string, OpenApiOperation[]>();
  for (const operation of operations) {
    const there = byPath.get(operation.path);
    if (there) there.push(operation);
    else byPath.set(operation.path, [operation]);
  }
  const rendered = new Map<OpenApiParameter, Json>();
  const render = (parameter: OpenApiParameter) => {
    let found = rendered.get(parameter);
    if (!found) rendered.set(parameter, (found = form.parameter(parameter)));
    return found;
  };
  const sorted = [...byPath].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([path, all]) => {
      const [first, ...others] = all.map(({ parameters }) => parameters);
      const common = first!.filter(one => others.every(other => other.some(same => keyOf(same) === keyOf(one))));
      const hoisted = new Set(common.map(keyOf));
      const item: Json = {};
      for (const operation of all) {
        const own = operation.parameters.filter(parameter => !hoisted.has(keyOf(parameter)));
        item[operation.method] = form.operation(operation, own.map(render));
      }
      if (common.length) item['parameters'] = common.map(render);
      return [path, item];
    }),
  );
}
