/// <reference path="./proto-text.d.ts" />
import { readFile } from 'node:fs/promises';
import { fromJSON, type PackageDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs';

/** protoText is a .proto file's text: out of the bundle where there is one, from beside this module otherwise. */
async function protoText(name: 'cri' | 'containerd-events'): Promise<string> {
  try {
    return (name === 'cri' ? await import('./protos/cri.proto') : await import('./protos/containerd-events.proto'))
      .default;
  } catch {
    return await readFile(new URL(`./protos/${name}.proto`, import.meta.url), 'utf8');
  }
}

/** LoadedProto is a parsed .proto file: for gRPC clients, and for messages inside `Any`. */
export interface LoadedProto {
  readonly definition: PackageDefinition;
  readonly root: protobuf.Root;
}

/** loadProto parses one of the protocol files. Names become camelCase, enums strings, 64-bit integers numbers. */
export async function loadProto(name: 'cri' | 'containerd-events'): Promise<LoadedProto> {
  const { root } = protobuf.parse(await protoText(name), { keepCase: false });
  const definition = fromJSON(root.toJSON(), {
    longs: Number,
    enums: String,
    defaults: true,
    arrays: true,
    objects: true,
  });
  return { definition, root };
}
