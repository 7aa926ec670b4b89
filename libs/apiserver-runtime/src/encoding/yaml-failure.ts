import { isSeq, type Document, type YAMLParseError } from 'yaml';

/** Failure is what is wrong in the API's words, and who finds it: the scanner of characters or the parser of tokens. */
interface Failure {
  readonly why: string;
  /** at is where it shows. */
  readonly at: number;
  readonly by: 'scanner' | 'parser';
}

const NO_KEY = 'did not find expected key';
const NO_ITEM = "did not find expected '-' indicator";
const NO_CONTENT = 'did not find expected node content';

/**
 * yamlFailure words a syntax error as the API's own reader does: with the line, counted from one by its scanner and from zero by its
 * parser, and never the first one. What that reader says otherwise and is not known here comes in the words of ours.
 */
export function yamlFailure(text: string, document: Document, error: YAMLParseError): string {
  const { why, at, by } = failureOf(text, document, error);
  const before = (text.slice(0, at).match(/\n/g)?.length ?? 0) + (at > text.length ? 1 : 0);
  if (before === 0) return why;
  return `line ${by === 'scanner' ? before + 1 : before}: ${why}`;
}

/** SCANNED are the scanner's words by the code and the words of our reader. */
const SCANNED: readonly [string, RegExp, string][] = [
  ['BAD_SCALAR_START', /./, 'found character that cannot start any token'],
  ['UNEXPECTED_TOKEN', /^Block scalar header/, 'did not find expected comment or line break'],
  ['BAD_ALIAS', /empty string/, 'did not find expected alphabetic or numeric character'],
  ['BAD_DQ_ESCAPE', /sequence \\[xuU]/, 'did not find expected hexdecimal number'],
  ['BAD_DQ_ESCAPE', /./, 'found unknown escape character'],
  ['BAD_INDENT', /^Block scalar values/, 'found a tab character where an indentation space is expected'],
  ['MISSING_CHAR', /directives-end/, 'found unknown directive name'],
];

function failureOf(text: string, document: Document, { code, message, pos: [at] }: YAMLParseError): Failure {
  const scanned = SCANNED.find(([of, pattern]) => of === code && pattern.test(message))?.[2];
  if (scanned) return { why: scanned, at, by: 'scanner' };
  if (/^Missing closing .quote/.test(message))
    return { why: 'found unexpected end of stream', at: text.length, by: 'scanner' };
  if (code === 'TAB_AS_INDENT') return { why: tabFailure(text, at), at, by: 'scanner' };
  if (/followed by map values|without - indicator/.test(message))
    return { why: "could not find expected ':'", at: tokenFrom(text, lineEnd(text, at)), by: 'scanner' };
  if (/sequence may not be used as an implicit/.test(message)) return { why: NO_KEY, at, by: 'parser' };
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY') {
    if (text.startsWith('- ', at)) return { why: NO_KEY, at, by: 'parser' };
    const colon = text.slice(at).search(/:(\s|$)/);
    return { why: 'mapping values are not allowed in this context', at: at + Math.max(colon, 0), by: 'scanner' };
  }
  const open = openBracket(text, at);
  if (open) return { why: flowFailure(text, at, open), at: tokenFrom(text, at), by: 'parser' };
  if (code === 'BAD_INDENT' || /at node end/.test(message))
    return { why: isSequence(document, message) ? NO_ITEM : NO_KEY, at, by: 'parser' };
  if (/^Unexpected flow-/.test(message))
    return { why: document.contents && text.slice(0, at).trim() ? NO_KEY : NO_CONTENT, at, by: 'parser' };
  return { why: message, at, by: 'scanner' };
}

/** isSequence: what goes on wrongly is a list. */
const isSequence = ({ contents }: Document, message: string) =>
  /^All sequence items/.test(message) || (/at node end/.test(message) && isSeq(contents));

/** tabFailure: a tab may not go on with a plain text in a line of its own, nor begin anything. */
function tabFailure(text: string, at: number): string {
  const before = text.slice(0, at).trimEnd();
  return before !== '' && !/[:"'}\]|>-]$/.test(before)
    ? 'found a tab character that violates indentation'
    : 'found character that cannot start any token';
}

/** tokenFrom is where the next token stands; the end of the text is one, in a line of its own. */
function tokenFrom(text: string, at: number): number {
  const blanks = text.slice(at).search(/\S/);
  return blanks < 0 ? text.length + (text.endsWith('\n') ? 0 : 1) : at + blanks;
}

/** lineEnd is where the line of a place ends. */
const lineEnd = (text: string, at: number) => (text.indexOf('\n', at) + 1 || text.length + 1) - 1;

/** openBracket is the innermost bracket that is open at a place. */
function openBracket(text: string, at: number): string | undefined {
  const open: string[] = [];
  for (const [token] of text.slice(0, at).matchAll(/"(?:[^"\\]|\\.)*"|(?<=[\s,[{:])'[^']*'|[[\]{}]/gs)) {
    if (token === '[' || token === '{') open.push(token);
    else if (token === ']' || token === '}') open.pop();
  }
  return open.at(-1);
}

/** flowFailure: behind a bracket, comma or colon a value is missing, behind a value what separates it from the next. */
function flowFailure(text: string, at: number, open: string): string {
  const before = text.slice(0, at).trimEnd().at(-1) ?? '';
  if ('[{,:'.includes(before)) return NO_CONTENT;
  return `did not find expected ',' or '${open === '{' ? '}' : ']'}'`;
}
