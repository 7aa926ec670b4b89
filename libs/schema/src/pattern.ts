import { RE2JS } from 're2js';

/** Pattern is a regular expression of a schema. */
export interface Pattern {
  /** found tells whether it matches anywhere in the text, in time linear in the text's length. */
  found(text: string): boolean;
}

/** compilePattern compiles a regular expression in Go's syntax; an Error says what is wrong with it. */
export function compilePattern(source: string): Pattern {
  const compiled = RE2JS.compile(source);
  return { found: text => compiled.matcher(text).find() };
}
