import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { Fields, readDocument } from '../config-files/fields';

/** PluginConfigurations are the configuration documents of admission plugins, by their names; not yet checked. */
export type PluginConfigurations = ReadonlyMap<string, unknown>;

/** readPluginConfigurations reads the file of --admission-control-config-file, and the files it names; '' is no file. It throws an Error that names the flag. */
export function readPluginConfigurations(file: string): PluginConfigurations {
  if (!file) return new Map();
  const read = (path: string) => parse(readFileSync(resolve(dirname(file), path), 'utf8')) as unknown;
  try {
    return parseAdmissionConfiguration(read(file), read);
  } catch (error) {
    throw new Error(`--admission-control-config-file: ${(error as Error).message}`, { cause: error });
  }
}

/** parseAdmissionConfiguration takes an AdmissionConfiguration apart; `read` reads the document of a file that it names. */
export function parseAdmissionConfiguration(document: unknown, read: (path: string) => unknown): PluginConfigurations {
  const fields = Fields.of(document);
  readDocument(fields, 'AdmissionConfiguration', 'apiserver.config.k8s.io', ['v1alpha1', 'v1']);
  const plugins = fields.objects('plugins').map(plugin => {
    const name = plugin.required('name');
    const path = plugin.text('path');
    const embedded = plugin.any('configuration');
    plugin.end();
    return [name, embedded ?? (path ? read(path) : undefined)] as const;
  });
  fields.end();
  return new Map(plugins);
}

/** configured parses the configuration of a plugin if there is one; it throws an Error that names the plugin. */
export function configured<T>(all: PluginConfigurations, plugin: string, read: (fields: Fields) => T): T | undefined {
  const document = all.get(plugin);
  if (document === undefined || document === null) return undefined;
  try {
    const fields = Fields.of(document);
    const value = read(fields);
    fields.end();
    return value;
  } catch (error) {
    throw new Error(`configuration of ${plugin}: ${(error as Error).message}`, { cause: error });
  }
}
