import { decodeJson } from '@navarch/apimachinery';
import { Document, Scalar, parse, visit, type ScalarTag, type Tags } from 'yaml';

/** BOOL: what the API's clients have always been able to write for true and false. */
const BOOL: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|Yes|YES|on|On|ON|true|True|TRUE|no|No|NO|off|Off|OFF|false|False|FALSE)$/,
  resolve: text => /^(?:y|on|t)/i.test(text),
};

/** OCTAL: file modes begin with a zero. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7_]+$/,
  resolve: text => Number.parseInt(text.replace(/_/g, ''), 8),
};

/**
 * parseYaml reads YAML 1.1 as the API's clients write it (`yes` is true, `0644` octal, `<<` merges) into plain JSON; of a repeated key the
 * last one counts. It throws an Error for what is no YAML, and for aliases that multiply beyond bounds.
 */
export function parseYaml(text: string): unknown {
  const value: unknown = parse(text, {
    uniqueKeys: false,
    maxAliasCount: 100,
    schema: 'core',
    merge: true,
    customTags: tags => [BOOL, OCTAL, ...tags],
  });
  // What YAML alone can say (aliases, odd keys) ends here: from now on it is plain JSON.
  return decodeJson(Buffer.from(JSON.stringify(value) ?? 'null')).value;
}

const FLOAT = 'tag:yaml.org,2002:float';
/** A lone point is text: the names of owned fields begin with it. */
const pointIsText = (tags: Tags): Tags =>
  tags.map(tag =>
    typeof tag === 'object' && tag.tag === FLOAT && (tag as ScalarTag).test?.test('.')
      ? { ...(tag as ScalarTag), test: /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+)$/ }
      : tag,
  );

/** SPECIAL: what makes text with an apostrophe need quotes. */
const SPECIAL = /: |:$| #|^[\s'"&*!|>%@`#?{}[\],-]/;

/**
 * yamlText writes plain JSON as YAML the way the API's servers write it: keys sorted, lists not indented, double quotes around texts that
 * YAML 1.1 would read as something else, single ones where they are needed otherwise.
 */
export function yamlText(value: unknown): string {
  const document = new Document(value, { version: '1.1', sortMapEntries: true, customTags: pointIsText });
  const tags = document.schema!.tags.filter(({ default: byForm }) => byForm);
  const isOther = (text: string) => text === '' || tags.some(tag => (tag as ScalarTag).test?.test(text));
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string') return;
      if (isOther(node.value)) node.type = Scalar.QUOTE_DOUBLE;
      else if (node.value.includes("'") && SPECIAL.test(node.value)) node.type = Scalar.QUOTE_SINGLE;
    },
  });
  return document.toString({ indentSeq: false, singleQuote: true, lineWidth: 80 });
}
