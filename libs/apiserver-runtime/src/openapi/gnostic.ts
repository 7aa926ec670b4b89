import { stringify as yamlOf } from 'yaml';
import { bounds } from './gnostic-bounds';
import { ProtoWriter } from './proto-writer';

type Json = Record<string, unknown>;

const isExtension = (key: string) => key.startsWith('x-');

/** encodeOpenApiV2 encodes a Swagger 2.0 document as the message that older clients ask for (openapi.v2.Document of gnostic). */
export function encodeOpenApiV2(document: Json): Buffer {
  const info = document['info'] as Json;
  return new ProtoWriter()
    .string(1, document['swagger'])
    .message(2, new ProtoWriter().string(1, info['title']).string(2, info['version']))
    .message(8, pathsOf(document['paths'] as Json))
    .message(9, namedSchemas(document['definitions'] as Json))
    .message(10, namedParameters((document['parameters'] ?? {}) as Json))
    .each(12, document['security'], requirement)
    .message(13, securityOf((document['securityDefinitions'] ?? {}) as Json))
    .finish();
}

/** requirement is what a client has to prove, and with which scopes. */
function requirement(one: Json): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [name, scopes] of Object.entries(one))
    writer.message(1, named(name, new ProtoWriter().strings(1, scopes)));
  return writer;
}

/** securityOf encodes ways to prove who one is; the API's is a key in a header. */
function securityOf(definitions: Json): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [name, value] of Object.entries(definitions)) {
    const { type, name: header, in: where, description } = value as Json;
    const key = new ProtoWriter().string(1, type).string(2, header).string(3, where).string(4, description);
    writer.message(1, named(name, new ProtoWriter().message(2, key)));
  }
  return writer;
}

function pathsOf(paths: Json): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [path, item] of Object.entries(paths)) writer.message(2, named(path, pathItem(item as Json)));
  return writer;
}

const named = (name: string, value: ProtoWriter) => new ProtoWriter().string(1, name).message(2, value);

const methods: readonly (readonly [string, number])[] = [
  ['get', 2],
  ['put', 3],
  ['post', 4],
  ['delete', 5],
  ['options', 6],
  ['head', 7],
  ['patch', 8],
];

function pathItem(item: Json): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [method, number] of methods) {
    if (item[method]) writer.message(number, operation(item[method] as Json));
  }
  return writer.each(9, item['parameters'], parameterItem);
}

function operation(op: Json): ProtoWriter {
  const writer = new ProtoWriter().strings(1, op['tags']).string(3, op['description']).string(5, op['operationId']);
  writer.strings(6, op['produces']).strings(7, op['consumes']).each(8, op['parameters'], parameterItem);
  writer.message(9, responses((op['responses'] ?? {}) as Json)).strings(10, op['schemes']);
  return extensions(writer, 13, op);
}

function namedParameters(parameters: Json): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [name, parameter] of Object.entries(parameters))
    writer.message(1, named(name, parameterOf(parameter as Json)));
  return writer;
}

function parameterItem(parameter: Json): ProtoWriter {
  const ref = parameter['$ref'];
  return ref === undefined
    ? new ProtoWriter().message(1, parameterOf(parameter))
    : new ProtoWriter().message(2, new ProtoWriter().string(1, ref));
}

function parameterOf(parameter: Json): ProtoWriter {
  if (parameter['in'] === 'body') {
    const body = new ProtoWriter().string(1, parameter['description']).string(2, parameter['name']).string(3, 'body');
    return new ProtoWriter().message(
      1,
      body.bool(4, parameter['required']).message(5, schemaOf(parameter['schema'] as Json)),
    );
  }
  const isPath = parameter['in'] === 'path';
  const writer = new ProtoWriter()
    .bool(1, parameter['required'])
    .string(2, parameter['in'])
    .string(3, parameter['description'])
    .string(4, parameter['name']);
  // Path parameters have no allow_empty_value, so that what follows is numbered one lower.
  const shift = isPath ? 0 : 1;
  writer
    .string(5 + shift, parameter['type'])
    .string(6 + shift, parameter['format'])
    .bool(19 + shift, parameter['uniqueItems']);
  return new ProtoWriter().message(2, new ProtoWriter().message(isPath ? 4 : 3, writer));
}

function responses(all: Json): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [code, value] of Object.entries(all)) {
    const { description, schema } = value as Json;
    const response = new ProtoWriter().string(1, description);
    if (schema) response.message(2, new ProtoWriter().message(1, schemaOf(schema as Json)));
    writer.message(1, named(code, new ProtoWriter().message(1, response)));
  }
  return writer;
}

function namedSchemas(schemas: Json): ProtoWriter {
  const writer = new ProtoWriter();
  for (const [name, schema] of Object.entries(schemas)) writer.message(1, named(name, schemaOf(schema as Json)));
  return writer;
}

/** schemaOf encodes a schema with the keywords that the server publishes in version 2. */
function schemaOf(schema: Json): ProtoWriter {
  const writer = new ProtoWriter()
    .string(1, schema['$ref'])
    .string(2, schema['format'])
    .string(3, schema['title'])
    .string(4, schema['description']);
  if (schema['default'] !== undefined) writer.message(5, any(schema['default']));
  bounds(writer, schema, 6).strings(19, schema['required']);
  for (const value of (schema['enum'] ?? []) as unknown[]) writer.message(20, any(value));
  const additional = schema['additionalProperties'];
  if (typeof additional === 'boolean') writer.message(21, new ProtoWriter().bool(2, additional));
  else if (additional) writer.message(21, new ProtoWriter().message(1, schemaOf(additional as Json)));
  if (schema['type']) writer.message(22, new ProtoWriter().strings(1, [schema['type']].flat()));
  if (schema['items']) writer.message(23, new ProtoWriter().message(1, schemaOf(schema['items'] as Json)));
  for (const part of (schema['allOf'] ?? []) as Json[]) writer.message(24, schemaOf(part));
  if (schema['properties']) writer.message(25, namedSchemas(schema['properties'] as Json));
  return extensions(writer, 31, schema);
}

const any = (value: unknown) => new ProtoWriter().string(2, yamlOf(value));

function extensions(writer: ProtoWriter, number: number, object: Json): ProtoWriter {
  for (const key of Object.keys(object)) {
    if (isExtension(key)) writer.message(number, named(key, any(object[key])));
  }
  return writer;
}
