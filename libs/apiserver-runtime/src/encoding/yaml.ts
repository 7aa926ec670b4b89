import { decodeJson } from '@navarch/apimachinery';
import { isUtf8 } from 'node:buffer';
import {
  Document,
  Scalar,
  isCollection,
  isScalar,
  parseDocument,
  visit,
  type ScalarTag,
  type Tags,
  type YAMLParseError,
} from 'yaml';
import { checkYamlDepth, checkYamlLength, isTooDeep } from './yaml-bounds';
import { yamlFailure } from './yaml-failure';
import { foldLines } from './yaml-folds';

/** BOOL: what the API's clients have always been able to write for true and false. */
const BOOL: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:[yY]|yes|Yes|YES|on|On|ON|true|True|TRUE|[nN]|no|No|NO|off|Off|OFF|false|False|FALSE)$/,
  resolve: text => /^(?:y|on|t)/i.test(text),
};

/** INT: file modes begin with a zero, and digits may be parted. */
const INT: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0[0-7_]+|0b[01_]+|[1-9][0-9]*_[0-9_]*)$/,
  resolve: text => {
    const [, sign, base, digits] = /^([-+]?)(0b|0|)(.*)$/.exec(text.replace(/_/g, ''))!;
    return (sign === '-' ? -1 : 1) * Number.parseInt(digits!, base === '0b' ? 2 : base === '0' ? 8 : 10);
  },
};

/** CONTROL is what no YAML may contain. */
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/**
 * parseYaml reads YAML 1.1 as the API's clients write it (`yes` is true, `0644` octal, `<<` merges) into plain JSON; of a repeated key the
 * last one counts, of several documents the first. It throws an Error in the API's words for what is no YAML, and for aliases that multiply
 * and collections that nest beyond bounds.
 */
export function parseYaml(bytes: Buffer): unknown {
  const text = textOf(bytes);
  const document = documentOf(text);
  const [error] = document.errors.sort((a, b) => placeOf(a) - placeOf(b));
  if (error && !isBehind(text, document, error)) throw new Error(`yaml: ${yamlFailure(text, document, error)}`);
  // What YAML alone can say (aliases, odd keys) ends here: from now on it is plain JSON.
  return decodeJson(Buffer.from(jsonText(valueOf(document), text))).value;
}

function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Error('yaml: invalid leading UTF-8 octet');
  return bytes.toString('utf8');
}

/** documentOf composes the first document of a text within bounds. Its errors are bare: to show the place in the text of each one costs the square of their number. */
function documentOf(text: string): Document.Parsed {
  if (CONTROL.test(text)) throw new Error('yaml: control characters are not allowed');
  checkYamlLength(text);
  checkYamlDepth(text);
  return parseDocument(text, { uniqueKeys: false, schema: 'core', merge: true, customTags, prettyErrors: false });
}

/** RepeatedKey is a key that stands in a mapping again, and in which line, counted from one. */
export interface RepeatedKey {
  readonly key: string;
  readonly line: number;
}

/** repeatedKeys finds the keys that a YAML text has more than once in a mapping, as they come. It throws as parseYaml does for what is beyond bounds. */
export function repeatedKeys(bytes: Buffer): RepeatedKey[] {
  const text = textOf(bytes);
  const seen = new Map<unknown, Set<unknown>>();
  const found: Scalar[] = [];
  visit(documentOf(text), {
    Pair(_, { key }, path) {
      const mapping = path.at(-1);
      let keys = seen.get(mapping);
      if (!keys) seen.set(mapping, (keys = new Set()));
      if (!isScalar(key)) return;
      if (keys.has(key.value)) found.push(key);
      else keys.add(key.value);
    },
  });
  let line = 1;
  let from = 0;
  return found.map(({ value, range }) => {
    const at = range?.[0] ?? from;
    for (; from < at; from++) if (text.charCodeAt(from) === NEWLINE) line++;
    return { key: String(value), line };
  });
}

/** repeatedKeyText words a repeated key. */
export function repeatedKeyText({ key, line }: RepeatedKey): string {
  return `line ${line}: key ${JSON.stringify(key)} already set in map`;
}

/** unmarshalErrors words what is wrong with the lines of a YAML text all together. */
export function unmarshalErrors(lines: readonly string[]): string {
  return ['yaml: unmarshal errors:', ...lines].join('\n  ');
}

const NEWLINE = 0x0a;

const customTags = (tags: Tags): Tags => [BOOL, INT, ...tags];

/** placeOf is where an error shows. What has no place in brackets is said of the whole of it: what is wrong within comes first. */
const placeOf = ({ code, pos: [from, to] }: YAMLParseError) => (code === 'BLOCK_IN_FLOW' ? to : from);

/** isBehind tells whether a document is over before its first error: nobody reads what stands there. */
function isBehind(text: string, { contents }: Document, { code, message, pos: [at] }: YAMLParseError): boolean {
  if (code === 'MULTIPLE_DOCS') return true;
  const { range } = contents ?? {};
  if (!range || at < range[1] || range[0] === range[1] || /end with a|closing/.test(message)) return false;
  if (!isCollection(contents) || contents.flow) return true;
  return column(text, at) < column(text, range[0]);
}

const column = (text: string, at: number) => at - (text.lastIndexOf('\n', at - 1) + 1);

function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    const { message } = error as Error;
    const anchor = /^Unresolved alias.*: (\S+)$/.exec(message)?.[1];
    throw new Error(`yaml: ${anchor ? `unknown anchor '${anchor}' referenced` : message}`, { cause: error });
  }
}

function jsonText(value: unknown, text: string): string {
  try {
    return JSON.stringify(value, refuseInfinite) ?? 'null';
  } catch (error) {
    // What JSON.stringify itself throws at is a circle.
    if (!(error instanceof TypeError)) throw error;
    const anchor = /&([^\s,[\]{}]+)/.exec(text)?.[1] ?? '';
    throw new Error(`yaml: anchor '${anchor}' value contains itself`, { cause: error });
  }
}

/** refuseInfinite: JSON has no word for what is no finite number. */
function refuseInfinite(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  const shown = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  throw new Error(`json: unsupported value: ${shown}`);
}

const FLOAT = 'tag:yaml.org,2002:float';
/** A lone point is text: the names of owned fields begin with it. */
const pointIsText = (tags: Tags): Tags =>
  tags.map(tag =>
    typeof tag === 'object' && tag.tag === FLOAT && (tag as ScalarTag).test?.test('.')
      ? { ...(tag as ScalarTag), test: /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+)$/ }
      : tag,
  );

/** ESCAPED: what is written as an escape, and the text around it in double quotes. */
const ESCAPED = /[\0-\x09\x0b-\x1f\x7f-\x9f\ufeff]/;

/** SPECIAL: what makes text with an apostrophe need quotes. */
const SPECIAL = /: |:$| #|^[\s'"&*!|>%@`#?{}[\],-]/;

/**
 * yamlText writes plain JSON as YAML the way the API's servers write it: keys sorted, lists not indented, double quotes around texts that
 * YAML 1.1 would read as something else, single ones where they are needed otherwise.
 */
export function yamlText(value: unknown): string {
  // JSON is YAML too, and nobody reads what nests so deep.
  if (isTooDeep(value)) return `${JSON.stringify(value)}\n`;
  const document = new Document(value, { version: '1.1', sortMapEntries: true, customTags: pointIsText });
  const tags = document.schema!.tags.filter(({ default: byForm }) => byForm);
  const isOther = (text: string) => text === '' || tags.some(tag => (tag as ScalarTag).test?.test(text));
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string') return;
      if (isOther(node.value) || ESCAPED.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
      else if (node.value.includes("'") && SPECIAL.test(node.value)) node.type = Scalar.QUOTE_SINGLE;
    },
  });
  const text = document.toString({
    ...{ indentSeq: false, singleQuote: true, lineWidth: 0 },
    doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
  });
  return foldLines(text);
}
