import { decodeTyped, typeSchema } from '@navarch/api';
import { deepClone, type AnyObject, type InVersion, type TypeSchema } from '@navarch/apimachinery';
import { fromHub, toHub, versionOf } from '../registry/conversion';
import type { Endpoint } from '../registry/resource';

/** structureOf is the schema by which fields of an endpoint's objects are owned and merged. */
export function structureOf(endpoint: Endpoint): TypeSchema {
  return endpoint.resource.custom?.structure ?? typeSchema(endpoint.version.schema, endpoint.resource.emulated);
}

/**
 * inVersionOf shows objects of a built-in kind in its other versions, whose fields entries of those versions own. Structures of the
 * core group and those of named groups are known apart: an event of one has no owners in the other.
 */
export function inVersionOf(endpoint: Endpoint): InVersion {
  const { versions } = endpoint.kind;
  const { emulated, hub } = endpoint.resource;
  return (object, apiVersion) => {
    const version = versionOf(versions, apiVersion);
    const own = versionOf(versions, object.apiVersion ?? '');
    if (!version || !own || (version.group === '') !== (endpoint.version.group === '')) return undefined;
    const schema = typeSchema(version.schema, emulated);
    if (version === own) return { schema, object };
    // Empty lists that were sent stay, as in the object itself.
    const copy = decodeTyped(own.schema, object, { emulated }).object as AnyObject;
    return { schema, object: fromHub(toHub(copy, own, hub), version) };
  };
}

/** Unconverted interrupts whoever wants a form of an object that a webhook is still asked for. */
class Unconverted extends Error {
  constructor(
    readonly key: string,
    readonly form: Promise<AnyObject>,
  ) {
    super('a webhook has to convert the object first');
  }
}

/**
 * withVersions runs what looks at an endpoint's objects in their other versions. `run` has to be pure: it begins again whenever a
 * webhook has converted an object for it. It rejects if the webhook fails.
 */
export async function withVersions<T>(endpoint: Endpoint, run: (inVersion: InVersion) => T): Promise<T> {
  if (!endpoint.custom) return run(inVersionOf(endpoint));
  const forms = new Map<string, AnyObject>();
  for (;;) {
    try {
      return run((object, apiVersion) => customInVersion(endpoint, object, apiVersion, forms));
    } catch (error) {
      if (!(error instanceof Unconverted)) throw error;
      forms.set(error.key, await error.form);
    }
  }
}

function customInVersion(
  endpoint: Endpoint,
  object: AnyObject,
  apiVersion: string,
  forms: ReadonlyMap<string, AnyObject>,
): ReturnType<InVersion> {
  const version = versionOf(endpoint.kind.versions, apiVersion);
  if (!version?.convert) return undefined;
  const schema = version.structure ?? structureOf(endpoint);
  if (object.apiVersion === apiVersion) return { schema, object };
  // Of what is not there yet, there is nothing to convert.
  if (!object.kind) return { schema, object: { ...object, apiVersion } };
  const key = `${apiVersion} ${JSON.stringify(object)}`;
  const known = forms.get(key);
  if (known) return { schema, object: known };
  const form = version.convert(deepClone(object));
  if (form instanceof Promise) throw new Unconverted(key, form);
  return { schema, object: form };
}
