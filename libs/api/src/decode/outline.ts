import type { Outline } from '@navarch/apimachinery';
import { goneFields, jsonFields, specialForm, type FieldFacts } from '../schema';

/** outlineOf is what objects of a definition may have in them in a release: types that read themselves are not looked into. */
export function outlineOf(defName: string, emulated = 33): Outline {
  const fields = new Map<string, Outline | undefined>();
  for (const facts of goneFields(defName)) if (emulated <= facts.shownUntil!) fields.set(facts.name, undefined);
  const known = new Map(jsonFields(defName).map(facts => [facts.name, facts]));
  return {
    member(key) {
      if (fields.has(key)) return fields.get(key);
      const facts = known.get(key);
      if (!facts || (facts.since ?? 0) > emulated) return 'unknown';
      const outline = outlineOfField(facts, emulated);
      fields.set(key, outline);
      return outline;
    },
  };
}

function outlineOfField({ type, list, map }: FieldFacts, emulated: number): Outline | undefined {
  const isStruct = type.includes('.') && specialForm(type) === undefined;
  const value = isStruct ? outlineOf(type, emulated) : undefined;
  if (map) return { member: () => value };
  return list ? value && { item: value } : value;
}
