import { stringify as yamlOf } from 'yaml';
import { bounds } from './gnostic-bounds';
import { ProtoWriter } from './proto-writer';

type Json = Record<string, unknown>;

/**
 * encodeOpenApiV3 encodes an OpenAPI 3.0 document as gnostic's openapi.v3.Document, with the keywords of schemas that the server
 * publishes.
 */
export function encodeOpenApiV3(document: Json): Buffer {
  const info = document['info'] as Json;
  const { schemas = {}, securitySchemes = {} } = (document['components'] ?? {}) as Record<string, Json>;
  const components = new ProtoWriter()
    .message(1, named(1, schemas, schemaOrReference))
    .message(7, named(1, securitySchemes, securityScheme));
  return new ProtoWriter()
    .string(1, document['openapi'])
    .message(2, new ProtoWriter().string(1, info['title']).string(6, info['version']))
    .message(4, named(1, document['paths'], pathItem))
    .message(5, components)
    .finish();
}

function securityScheme({ type, description, name, in: where }: Json): ProtoWriter {
  const scheme = new ProtoWriter().string(1, type).string(2, description).string(3, name).string(4, where);
  return new ProtoWriter().message(1, scheme);
}

/** named writes a map as gnostic does: a repeated field of pairs. */
function named(field: number, map: unknown, render: (value: Json) => ProtoWriter): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [name, value] of Object.entries((map ?? {}) as Json))
    writer.message(field, new ProtoWriter().string(1, name).message(2, render(value as Json)));
  return writer;
}

const METHODS = { get: 4, put: 5, post: 6, delete: 7, options: 8, head: 9, patch: 10 } as const;

function pathItem(item: Json): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [method, field] of Object.entries(METHODS)) {
    if (item[method]) writer.message(field, operation(item[method] as Json));
  }
  return writer.each(13, item['parameters'], parameterItem);
}

function operation(op: Json): ProtoWriter {
  const writer = new ProtoWriter().strings(1, op['tags']).string(3, op['description']).string(5, op['operationId']);
  writer.each(6, op['parameters'], parameterItem);
  const body = op['requestBody'] as Json | undefined;
  if (body)
    writer.message(
      7,
      new ProtoWriter().message(1, new ProtoWriter().message(2, content(body)).bool(3, body['required'])),
    );
  writer.message(8, named(2, op['responses'], response));
  return extensions(writer, 13, op);
}

const parameterItem = (one: Json) => new ProtoWriter().message(1, parameter(one));

function parameter(one: Json): ProtoWriter {
  const writer = new ProtoWriter()
    .string(1, one['name'])
    .string(2, one['in'])
    .string(3, one['description'])
    .bool(4, one['required']);
  return writer.message(10, schemaOrReference(one['schema'] as Json));
}

function response(one: Json): ProtoWriter {
  const writer = new ProtoWriter().string(1, one['description']);
  if (one['content']) writer.message(3, content(one));
  return new ProtoWriter().message(1, writer);
}

function content(holder: Json): ProtoWriter {
  return named(1, holder['content'], media => {
    const { schema } = media as { schema?: Json };
    return schema ? new ProtoWriter().message(1, schemaOrReference(schema)) : new ProtoWriter();
  });
}

function schemaOrReference(schema: Json): ProtoWriter {
  if (typeof schema['$ref'] === 'string')
    return new ProtoWriter().message(2, new ProtoWriter().string(1, schema['$ref']));
  return new ProtoWriter().message(1, schemaOf(schema));
}

function schemaOf(schema: Json): ProtoWriter {
  const writer = new ProtoWriter().bool(1, schema['nullable']).string(9, schema['title']);
  bounds(writer, schema, 10).strings(23, schema['required']);
  for (const value of (schema['enum'] ?? []) as unknown[]) writer.message(24, any(value));
  writer.string(25, schema['type']);
  for (const [keyword, field] of [
    ['allOf', 26],
    ['oneOf', 27],
    ['anyOf', 28],
  ] as const) {
    for (const part of (schema[keyword] ?? []) as Json[]) writer.message(field, schemaOrReference(part));
  }
  if (schema['not']) writer.message(29, schemaOf(schema['not'] as Json));
  if (schema['items']) writer.message(30, new ProtoWriter().message(1, schemaOrReference(schema['items'] as Json)));
  if (schema['properties']) writer.message(31, named(1, schema['properties'], schemaOrReference));
  const additional = schema['additionalProperties'];
  if (typeof additional === 'boolean') writer.message(32, new ProtoWriter().bool(2, additional));
  else if (additional) writer.message(32, new ProtoWriter().message(1, schemaOrReference(additional as Json)));
  const standard = defaultOf(schema['default']);
  if (standard) writer.message(33, standard);
  writer.string(34, schema['description']).string(35, schema['format']);
  return extensions(writer, 36, schema);
}

/** defaultOf: the message has room for scalars only. */
function defaultOf(value: unknown): ProtoWriter | undefined {
  switch (typeof value) {
    case 'number':
      return new ProtoWriter().double(1, value);
    case 'boolean':
      return new ProtoWriter().bool(2, value);
    case 'string':
      return new ProtoWriter().string(3, value);
    default:
      return undefined;
  }
}

const any = (value: unknown) => new ProtoWriter().string(2, yamlOf(value));

function extensions(writer: ProtoWriter, field: number, object: Json): ProtoWriter {
  for (const key of Object.keys(object)) {
    if (key.startsWith('x-')) writer.message(field, new ProtoWriter().string(1, key).message(2, any(object[key])));
  }
  return writer;
}
