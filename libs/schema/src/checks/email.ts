/** ATOM is a run of characters that need no quotes. */
const ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+/u;
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u0080-\u{10ffff}]+/u;
const QUOTED = /^"(?:[^"\\\r\n]|\\[^\r\n])*"/;

/** isEmail tells an address as mail has it, with or without a name before: `a@b.c`, `Ann B <a@b.c>`. */
export function isEmail(text: string): boolean {
  const rest = text.trimStart();
  const bare = addressAt(rest);
  if (bare !== undefined && skip(rest.slice(bare)) === '') return true;
  const after = phrase(rest);
  if (!after?.startsWith('<')) return false;
  const inside = after.slice(1).trimStart();
  const end = addressAt(inside);
  if (end === undefined) return false;
  const behind = inside.slice(end).trimStart();
  return behind.startsWith('>') && skip(behind.slice(1)) === '';
}

/** addressAt is the length of the address that a text begins with. */
function addressAt(text: string): number | undefined {
  const local = QUOTED.exec(text)?.[0] ?? dotted(text);
  if (local === undefined || local === '""') return undefined;
  const at = text.slice(local.length);
  const gap = at.length - at.trimStart().length;
  if (at[gap] !== '@') return undefined;
  const begin = local.length + gap + 1;
  const rest = text.slice(begin);
  const space = rest.length - rest.trimStart().length;
  const domain = dotted(rest.trimStart());
  return domain === undefined ? undefined : begin + space + domain.length;
}

/** dotted is the atoms with dots in between that a text begins with. */
function dotted(text: string): string | undefined {
  const found = DOT_ATOM.exec(text)?.[0];
  return found === undefined || /^\.|\.\.|\.$/.test(found) ? undefined : found;
}

/** phrase steps over the name before an address; it may be missing. */
function phrase(text: string): string | undefined {
  let rest = text;
  for (;;) {
    const word = QUOTED.exec(rest)?.[0] ?? (rest === text ? ATOM : DOT_ATOM).exec(rest)?.[0];
    if (word === undefined) return rest;
    rest = rest.slice(word.length).trimStart();
  }
}

/** skip steps over space and a comment at the end. */
const skip = (text: string) => text.replace(/^[ \t]*(\([^()\\]*\)[ \t]*)*/, '');
