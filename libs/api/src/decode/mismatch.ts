import { goneFields, jsonFields, schemaWithin, type FieldFacts } from '../schema';

/** Step is one step of the way to a value: a field, a map's key (both by name), or a list's index. */
export type Step = string | number;

/** Mismatch is thrown where a value is not of its field's type; decodeTyped turns it into the answer's words. */
export class Mismatch extends Error {
  constructor(
    /** expected is Go's name of the type: `bool`, `[]v1.Container`, or `unmarshal` for types that read themselves. */
    readonly expected: string,
    readonly actual: unknown,
    /** path is where the value stands. */
    readonly path: readonly Step[],
    /** why is what a type that reads itself says. */
    readonly why?: string,
  ) {
    super(why ?? `expected ${expected}`);
  }
}

/** goTypeOf is Go's name of a field's type, of its element for lists and maps if `element`. */
export function goTypeOf(facts: Pick<FieldFacts, 'type' | 'list' | 'map'>, element = false): string {
  const inner = SCALARS.get(facts.type) ?? goStruct(facts.type);
  if (element) return inner;
  return facts.list ? `[]${inner}` : facts.map ? `map[string]${inner}` : inner;
}

const SCALARS: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['bool', 'bool'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['double', 'float64'],
  ['bytes', '[]uint8'],
]);

/** goStruct is a definition's name as Go shows it: `v1.PodSpec`. */
export const goStruct = (defName: string) => defName.split('.').slice(-2).join('.');

/** way is the fields that a path goes through, each with the definition that has it. */
export function way(defName: string, path: readonly Step[]): { owner: string; facts: FieldFacts }[] {
  const fields: { owner: string; facts: FieldFacts }[] = [];
  let owner = defName;
  let inMap = false;
  for (const step of path) {
    if (typeof step === 'number') continue;
    if (inMap) {
      inMap = false;
      continue;
    }
    const facts = [...jsonFields(owner), ...goneFields(owner)].find(f => f.name === step);
    if (!facts) break;
    fields.push({ owner, facts });
    inMap = facts.map ?? false;
    owner = schemaWithin(facts.type);
  }
  return fields;
}
