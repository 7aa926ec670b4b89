import { tokenize, type Token } from './label-lexer';
import { INTEGER, labelMatcher } from './label-matcher';
import { isQualifiedName, isValidLabelValue } from './names';

/** Operator of a requirement, as its text has it; `exists` and `!` have no values. */
export type Operator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** Requirement is one condition on a label. `values` is sorted, without repetitions. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Selector chooses objects by their labels: all requirements hold. */
export interface Selector {
  /** empty: everything matches, there is no requirement. */
  readonly empty: boolean;
  readonly requirements: readonly Requirement[];
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
  /** toString is the text that parseSelector reads, sorted by key. */
  toString(): string;
}

/** LabelSelector is the structured form (metav1.LabelSelector). */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

function print({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
    case 'lt':
      return `${key}${operator === 'gt' ? '>' : '<'}${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});
const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

function selectorOf(requirements: readonly Requirement[]): Selector {
  const sorted = [...requirements].sort(byKey);
  const match = labelMatcher(sorted);
  return {
    empty: sorted.length === 0,
    requirements: sorted,
    matches: labels => match(labels ?? NONE),
    toString: () => sorted.map(print).join(','),
  };
}

/** everything matches any labels. */
export const everything: Selector = selectorOf([]);

/** nothing matches no labels at all, although it has no requirement to show. */
export const nothing: Selector = { empty: false, requirements: [], matches: () => false, toString: () => '' };

/** requirement checks and makes a condition. It throws an Error in the API's words. */
export function requirement(key: string, operator: Operator, values: readonly string[]): Requirement {
  checkKey(key);
  const distinct = [...new Set(values)].sort();
  if (operator === 'in' || operator === 'notin') {
    if (!distinct.length) throw new Error("for 'in', 'notin' operators, values set can't be empty");
  } else if (operator === 'exists' || operator === '!') {
    if (distinct.length) throw new Error('values set must be empty for exists and does not exist');
  } else if (operator === 'gt' || operator === 'lt') {
    if (distinct.length !== 1) throw new Error("for 'Gt', 'Lt' operators, exactly one value is required");
    if (!INTEGER.test(distinct[0]!)) throw new Error("for 'Gt', 'Lt' operators, the value must be an integer");
  } else if (distinct.length !== 1) throw new Error('exact-match compatibility requires one single value');
  for (const value of distinct) {
    const problems = isValidLabelValue(value);
    if (problems.length)
      throw new Error(
        `invalid label value: ${JSON.stringify(value)}: at key: ${JSON.stringify(key)}: ${problems.join('; ')}`,
      );
  }
  return { key, operator, values: distinct };
}

function checkKey(key: string): void {
  const problems = isQualifiedName(key);
  if (problems.length) throw new Error(`invalid label key ${JSON.stringify(key)}: ${problems.join('; ')}`);
}

/** parseSelector reads the text of a labelSelector parameter: `app=x,tier in (a,b),!old`. It throws an Error in the API's words. */
export function parseSelector(text: string): Selector {
  return selectorOf(new SelectorParser(tokenize(text)).parse());
}

/** SelectorParser reads requirements by recursive descent; after a key, `in` and `notin` are operators, elsewhere words. */
class SelectorParser {
  private at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const first = this.peek();
      if (first.kind === 'end') return requirements;
      if (!this.startsRequirement(first))
        throw new Error(`found '${first.text}', expected: !, identifier, or 'end of string'`);
      try {
        requirements.push(this.requirement());
      } catch (error) {
        throw new Error(`unable to parse requirement: ${(error as Error).message}`, { cause: error });
      }
      const next = this.take();
      if (next.kind === 'end') return requirements;
      if (next.kind !== ',') throw new Error(`found '${next.text}', expected: ',' or 'end of string'`);
      if (!this.startsRequirement(this.peek()))
        throw new Error(`found '${this.peek().text}', expected: identifier after ','`);
    }
  }

  private startsRequirement(token: Token): boolean {
    return isWord(token) || token.kind === '!';
  }

  private requirement(): Requirement {
    const negated = this.peek().kind === '!' && this.take().kind === '!';
    const key = this.take();
    if (!isWord(key)) throw new Error(`found '${key.text}', expected: identifier`);
    checkKey(key.text);
    const next = this.peek().kind;
    if (negated) return requirement(key.text, '!', []);
    if (next === 'end' || next === ',') return requirement(key.text, 'exists', []);
    const operator = this.take();
    switch (operator.kind) {
      case '=':
      case '==':
        return requirement(key.text, '=', [this.exactValue()]);
      case '!=':
        return requirement(key.text, '!=', [this.exactValue()]);
      case '>':
        return requirement(key.text, 'gt', [this.exactValue()]);
      case '<':
        return requirement(key.text, 'lt', [this.exactValue()]);
      case 'in':
      case 'notin':
        return requirement(key.text, operator.kind, this.values());
      default:
        throw new Error(`found '${operator.text}', expected: '=', '!=', '==', 'in', notin'`);
    }
  }

  private exactValue(): string {
    const next = this.peek();
    if (next.kind === 'end' || next.kind === ',') return '';
    if (!isWord(next)) throw new Error(`found '${next.text}', expected: identifier`);
    return this.take().text;
  }

  private values(): string[] {
    const open = this.take();
    if (open.kind !== '(') throw new Error(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (first.kind === ')') {
      // Empty parentheses hold the empty value.
      this.take();
      return [''];
    }
    if (!isWord(first) && first.kind !== ',')
      throw new Error(`found '${first.text}', expected: ',', ')' or identifier`);
    const values: string[] = [];
    for (;;) {
      // Between two commas, and beside a parenthesis, stands the empty value.
      const token = this.take();
      if (isWord(token)) values.push(token.text);
      else if (token.kind === ',' || token.kind === ')') {
        values.push('');
        if (token.kind === ')') return values;
        continue;
      } else throw new Error(`found '${token.text}', expected: ',', or identifier`);
      const separator = this.take();
      if (separator.kind === ')') return values;
      if (separator.kind !== ',') throw new Error(`found '${separator.text}', expected: ',' or ')'`);
    }
  }

  private peek(): Token {
    return this.tokens[this.at]!;
  }
  private take(): Token {
    const token = this.tokens[this.at]!;
    if (token.kind !== 'end') this.at++;
    return token;
  }
}

const isWord = (token: Token) => token.kind === 'identifier' || token.kind === 'in' || token.kind === 'notin';

/** selectorFromSet matches the labels that have all of these; without any, everything. */
export function selectorFromSet(set: Readonly<Record<string, string>> | undefined): Selector {
  const entries = Object.entries(set ?? {});
  return entries.length
    ? selectorOf(entries.map(([key, value]) => ({ key, operator: '=', values: [value] })))
    : everything;
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** selectorFromLabelSelector reads the structured form: undefined matches nothing, `{}` everything. It throws what it cannot read. */
export function selectorFromLabelSelector(selector: LabelSelector | undefined | null): Selector {
  if (!selector) return nothing;
  const exact = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => requirement(key, '=', [value]));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => {
    const known = Object.prototype.hasOwnProperty.call(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    if (!known) throw new Error(`${JSON.stringify(operator)} is not a valid label selector operator`);
    return requirement(key, known, values ?? []);
  });
  return exact.length + expressions.length ? selectorOf([...exact, ...expressions]) : everything;
}
