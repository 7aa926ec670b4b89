import { decodeJson } from '@navarch/apimachinery';
import { parse, type ScalarTag } from 'yaml';

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
