import { tokenize, type Token } from './lexer';
import { checkKey, requirement, type Requirement } from './requirement';

/** parseRequirements reads the conditions of a selector's text, in its order. It throws an Error in the API's words. */
export function parseRequirements(text: string): Requirement[] {
  return new RequirementParser(tokenize(text)).parse();
}

/** RequirementParser reads requirements by recursive descent; after a key, `in` and `notin` are operators, elsewhere words. */
class RequirementParser {
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
