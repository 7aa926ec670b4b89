/** FieldRequirement is one condition of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** FieldSelector chooses objects by fields: all requirements hold. A field that an object lacks reads as ''. */
export interface FieldSelector {
  readonly empty: boolean;
  readonly requirements: readonly FieldRequirement[];
  matches(fields: Readonly<Record<string, string>>): boolean;
  /** exact is the value that the field must have, if the selector says so. */
  exact(field: string): string | undefined;
  /** toString is the text that parseFieldSelector reads. */
  toString(): string;
}

/**
 * parseFieldSelector reads `metadata.name=x,spec.nodeName!=y`; backslash escapes `\`, `,` and `=` of a value. A term of an empty field and an empty
 * value says nothing. Terms are read in the order of their text. It throws an Error in the API's words, about the first that is wrong.
 */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements = splitTerms(text)
    .filter(term => term !== '')
    .sort()
    .map(term => parseTerm(term, text))
    .filter(({ field, value }) => field !== '' || value !== '');
  return fieldSelector(requirements);
}

/** fieldSelector makes a selector of its requirements. */
export function fieldSelector(requirements: readonly FieldRequirement[]): FieldSelector {
  const rules = [...rulesOf(requirements)];
  return {
    empty: requirements.length === 0,
    requirements,
    matches: fields =>
      rules.every(([field, { wanted, refused }]) => {
        const actual = Object.hasOwn(fields, field) ? fields[field]! : '';
        return !refused.has(actual) && (wanted.size === 0 || (wanted.size === 1 && wanted.has(actual)));
      }),
    exact: field => requirements.find(r => r.field === field && r.operator === '=')?.value,
    toString: () => requirements.map(r => `${r.field}${r.operator}${r.value.replace(/[\\,=]/g, '\\$&')}`).join(','),
  };
}

/** rulesOf gathers what is wanted of each field, and what is not: an object is looked at once for each, however long the selector is. */
function rulesOf(requirements: readonly FieldRequirement[]) {
  const rules = new Map<string, { readonly wanted: Set<string>; readonly refused: Set<string> }>();
  for (const { field, operator, value } of requirements) {
    let rule = rules.get(field);
    if (!rule) rules.set(field, (rule = { wanted: new Set(), refused: new Set() }));
    (operator === '=' ? rule.wanted : rule.refused).add(value);
  }
  return rules;
}

/** splitTerms cuts at commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...terms, text.slice(start)];
}

function parseTerm(term: string, whole: string): FieldRequirement {
  for (let i = 0; i < term.length; i++) {
    const sign = ['!=', '==', '='].find(s => term.startsWith(s, i));
    if (!sign) continue;
    return {
      field: term.slice(0, i),
      operator: sign === '!=' ? '!=' : '=',
      value: unescape(term.slice(i + sign.length)),
    };
  }
  throw new Error(`invalid selector: '${whole}'; can't understand '${term}'`);
}

function unescape(value: string): string {
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const c = value[i]!;
    if (c === '\\') {
      const next = value[++i];
      if (next !== '\\' && next !== ',' && next !== '=')
        throw new Error(`invalid field selector: invalid escape sequence: \\${next ?? ''}`);
      out += next;
    } else if (c === ',' || c === '=')
      throw new Error(`invalid field selector: unescaped character in value: ${c.charCodeAt(0)}`);
    else out += c;
  }
  return out;
}
