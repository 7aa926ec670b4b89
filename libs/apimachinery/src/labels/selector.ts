import { labelMatcher } from './matcher';
import { parseRequirements } from './parser';
import { printRequirement, requirement, type Operator, type Requirement } from './requirement';

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

const NONE: Readonly<Record<string, string>> = Object.freeze({});
const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

function selectorOf(requirements: readonly Requirement[]): Selector {
  const sorted = [...requirements].sort(byKey);
  const match = labelMatcher(sorted);
  return {
    empty: sorted.length === 0,
    requirements: sorted,
    matches: labels => match(labels ?? NONE),
    toString: () => sorted.map(printRequirement).join(','),
  };
}

/** everything matches any labels. */
export const everything: Selector = selectorOf([]);

/** nothing matches no labels at all, although it has no requirement to show. */
export const nothing: Selector = { empty: false, requirements: [], matches: () => false, toString: () => '' };

/** parseSelector reads the text of a labelSelector parameter: `app=x,tier in (a,b),!old`. It throws an Error in the API's words. */
export function parseSelector(text: string): Selector {
  return selectorOf(parseRequirements(text));
}

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
