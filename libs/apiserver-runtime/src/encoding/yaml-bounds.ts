import { Lexer, Parser } from 'yaml';

/** MAX_TOKENS is how many tokens a text has at most: composing them takes microseconds each, during which nobody else is served. */
const MAX_TOKENS = 250_000;

/** checkYamlLength throws an Error in the API's words for a text of too many tokens. A short one is not looked at. */
export function checkYamlLength(text: string): void {
  if (text.length <= MAX_TOKENS) return;
  let tokens = 0;
  for (const _ of new Lexer().lex(text))
    if (++tokens > MAX_TOKENS) throw new Error(`yaml: exceeded max of ${MAX_TOKENS} tokens`);
}

/** MAX_DEPTH is how deep collections nest at most: what composes them calls itself for each level, and needs the stack for it. */
const MAX_DEPTH = 250;

/** checkYamlDepth throws an Error in the API's words where the collections of a text nest too deep. */
export function checkYamlDepth(text: string): void {
  if (depthAtMost(text) <= MAX_DEPTH) return;
  // Brackets in texts count for nothing, and only tokens tell them apart. What reads tokens keeps a stack of its own.
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) throw new Error(`yaml: exceeded max depth of ${MAX_DEPTH}`);
  }
}

/** depthAtMost is a bound on the depth that costs one look: brackets that are open, and columns at which lines begin. */
function depthAtMost(text: string): number {
  let open = 0;
  let brackets = 0;
  let columns = 0;
  let column = 0;
  let begins = true;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === NEWLINE) [column, begins] = [0, true];
    else if (begins && INDENTS.has(c)) columns = Math.max(columns, ++column);
    else {
      begins = false;
      if (c === 0x5b || c === 0x7b) brackets = Math.max(brackets, ++open);
      else if ((c === 0x5d || c === 0x7d) && open > 0) open--;
    }
  }
  // A list may begin in the column of the key that it belongs to.
  return brackets + 2 * columns;
}

const NEWLINE = 0x0a;
/** INDENTS are what stands before the content of a line: blanks, and the marks of items, keys and values. */
const INDENTS: ReadonlySet<number> = new Set([...' \t-?:'].map(c => c.charCodeAt(0)));

/** isTooDeep tells whether plain JSON nests too deep to be written as YAML. */
export function isTooDeep(value: unknown): boolean {
  let level: object[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 0; level.length; depth++) {
    if (depth >= MAX_DEPTH) return true;
    level = level.flatMap(item =>
      Object.values(item).filter((child): child is object => typeof child === 'object' && child !== null),
    );
  }
  return false;
}
