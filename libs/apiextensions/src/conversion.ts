import { StatusError, sortedKeys, type AnyObject } from '@navarch/apimachinery';
import type { CustomKind } from '@navarch/apiserver-runtime';
import type { CompiledSchema } from '@navarch/schema';
import type { Definition } from './definition';

/** Convert brings objects, all of other versions, into a version by a definition's webhook. Their order stays. */
export type Convert = (definition: Definition, objects: readonly AnyObject[], to: string) => Promise<AnyObject[]>;

/** VersionConversion is the way between one version of a definition and the others, of which one is stored. */
export interface VersionConversion extends Pick<CustomKind, 'fromStored' | 'toStored'> {
  /** convert brings an object of any version into this one, unless it is there already. Uses up its argument. */
  readonly convert: (object: AnyObject) => AnyObject | Promise<AnyObject>;
}

/** versionConversion is that of one version of a definition. */
export function versionConversion(
  definition: Definition,
  version: string,
  schemas: ReadonlyMap<string, CompiledSchema>,
  convert: Convert,
): VersionConversion {
  const { group, versions, conversion } = definition.spec;
  const byWebhook = conversion?.strategy === 'Webhook';
  const own = `${group}/${version}`;
  const stored = `${group}/${versions.find(v => v.storage)?.name ?? version}`;
  const schemaOf = (apiVersion: string) => {
    const schema = apiVersion.startsWith(`${group}/`) && schemas.get(apiVersion.slice(group.length + 1));
    if (!schema) throw new StatusError(500, '', `request to convert CR from an invalid group/version: ${apiVersion}`);
    return schema;
  };
  const renamed = (object: AnyObject, apiVersion: string) => {
    object.apiVersion = apiVersion;
    schemaOf(apiVersion).prune(object);
    return object;
  };
  const converted = async (objects: readonly AnyObject[], apiVersion: string) =>
    (await convert(definition, objects, apiVersion)).map(object => renamed(object, apiVersion));

  return {
    convert(object) {
      if (object.apiVersion === own) return object;
      return byWebhook ? converted([object], own).then(([done]) => done!) : renamed(object, own);
    },
    fromStored(objects) {
      const forms = objects.map(object => {
        const changed = schemaOf(object.apiVersion ?? '').refresh(object);
        if (object.apiVersion === own) return changed ? object : undefined;
        return byWebhook ? object : renamed(object, own);
      });
      const foreign = forms.filter(form => form !== undefined && form.apiVersion !== own) as AnyObject[];
      if (!foreign.length) return forms;
      return converted(foreign, own).then(done => {
        let next = 0;
        return forms.map(form => (form !== undefined && form.apiVersion !== own ? done[next++] : form));
      });
    },
    toStored(object) {
      if (own === stored) return object;
      if (!byWebhook) return renamed(object, stored);
      return converted([object], stored).then(([done]) => sortedKeys(done!));
    },
  };
}
