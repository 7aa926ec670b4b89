import { scanJson, type JsonVisitor } from './scan';

/** Outline is what a value may have in it. Nothing is told of what is in a value without one. */
export interface Outline {
  /** member is the outline of a member of this name; `unknown` where there may be none. */
  member?(key: string): Outline | 'unknown' | undefined;
  /** item is the outline of a list's items. */
  readonly item?: Outline;
}

/** StrictField is a field that a strict reader has something against. */
export interface StrictField {
  readonly problem: 'unknown' | 'duplicate';
  /** path is where it stands: `spec.containers[0].name`. */
  readonly path: string;
}

/** MAX_TOLD is how many fields are told of. */
const MAX_TOLD = 100;

/** ANYTHING is a value of which nothing is known. */
export const ANYTHING: Outline = {
  member: () => ANYTHING,
  get item() {
    return ANYTHING;
  },
};

/**
 * strictFields are the members of JSON text that its outline does not have, and those that an object has again: in the order of the
 * text, each once, a hundred at most. What is in an unknown member is not looked at. It throws a JsonError for what is no JSON.
 */
export function strictFields(text: string, outline: Outline = ANYTHING): StrictField[] {
  const found = new Map<string, StrictField>();
  const tell = (problem: StrictField['problem'], path: string) => {
    const key = `${problem} ${path}`;
    if (found.size < MAX_TOLD && !found.has(key)) found.set(key, { problem, path });
  };
  const visitorOf = (of: Outline, path: string): JsonVisitor => {
    const seen = new Set<string>();
    return {
      member(key) {
        const child = of.member?.(key);
        const at = path ? `${path}.${key}` : key;
        if (child === 'unknown') tell('unknown', at);
        else if (seen.has(key)) tell('duplicate', at);
        seen.add(key);
        return child === undefined || child === 'unknown' ? undefined : visitorOf(child, at);
      },
      item: index => (of.item ? visitorOf(of.item, `${path}[${index}]`) : undefined),
    };
  };
  scanJson(text, visitorOf(outline, ''));
  return [...found.values()];
}
