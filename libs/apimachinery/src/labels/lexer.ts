/** Token is one word or symbol of a selector's text; `end` stands behind the last one. */
export interface Token {
  readonly kind:
    'identifier' | 'in' | 'notin' | '=' | '==' | '!=' | '!' | '(' | ')' | ',' | '>' | '<' | 'end' | 'error';
  readonly text: string;
}

const SYMBOLS = new Set(['=', '==', '!=', '!', '(', ')', ',', '>', '<']);
const isSymbol = (c: string) => '=!(),><'.includes(c);
const isSpace = (c: string) => c === ' ' || c === '\t' || c === '\r' || c === '\n';

/** tokenize cuts a selector's text; symbols are taken as long as they go on meaning something. Always ends in an `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text[at]!;
    if (isSpace(c)) {
      at++;
      continue;
    }
    const start = at;
    if (!isSymbol(c)) {
      while (at < text.length && !isSymbol(text[at]!) && !isSpace(text[at]!)) at++;
      const word = text.slice(start, at);
      tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
      continue;
    }
    while (at < text.length && isSymbol(text[at]!) && SYMBOLS.has(text.slice(start, at + 1))) at++;
    const symbol = text.slice(start, at);
    tokens.push({ kind: symbol as Token['kind'], text: symbol });
  }
  return [...tokens, { kind: 'end', text: '' }];
}
