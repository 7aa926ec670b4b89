import { customVersions, isServed, nameOf, type CustomKindsOptions, type Definition } from '@navarch/apiextensions';
import type { KindRegistry } from '@navarch/apiserver-runtime';
import { describe, type Logger } from '@navarch/base';

/** ServingParts are what custom resources are served by. */
export interface ServingParts extends CustomKindsOptions {
  readonly registry: () => KindRegistry;
  /** encrypt prepares the storage of a resource that is about to be opened. */
  readonly encrypt: (group: string, resource: string) => void;
  readonly log: Logger;
}

interface Served {
  definition: Definition;
  /** content is what the served kinds were made of; another one makes them anew. */
  readonly content: string;
}

/** Serving keeps the registry in step with the definitions: told of each as it is now, it serves, changes or drops its kinds. */
export class Serving {
  private readonly served = new Map<string, Served>();

  constructor(private readonly parts: ServingParts) {}

  /** isServing tells whether the kinds of a definition are in the registry, as it is now. */
  isServing(definition: Definition): boolean {
    return this.served.get(nameOf(definition))?.content === contentOf(definition);
  }

  /** observe takes over a definition's present state. */
  observe(definition: Definition): void {
    const name = nameOf(definition);
    if (!isServed(definition, this.parts.emulated)) return this.remove(definition);
    const present = this.served.get(name);
    const content = contentOf(definition);
    if (present?.content === content) {
      present.definition = definition;
      return;
    }
    const { group, names } = definition.spec;
    const { registry, encrypt, log } = this.parts;
    const now: Served = { definition, content };
    try {
      if (!present) encrypt(group, names.plural);
      registry().replace(
        group,
        names.plural,
        customVersions(definition, this.parts, () => now.definition),
      );
      this.served.set(name, now);
    } catch (error) {
      log.error('A custom resource cannot be served', error, { definition: name, err: describe(error) });
    }
  }

  /** remove stops serving what was defined. */
  remove(definition: Definition): void {
    if (!this.served.delete(nameOf(definition))) return;
    this.parts.registry().remove(definition.spec.group, definition.spec.names.plural);
  }
}

/** contentOf is what the kinds of a definition are made of: all but its conditions. One that was made anew is another one. */
function contentOf({ metadata, spec, status }: Definition): string {
  return JSON.stringify([metadata?.uid, spec, status?.acceptedNames]);
}
