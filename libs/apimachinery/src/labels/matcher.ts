import { INTEGER, type Requirement } from './requirement';

type Labels = Readonly<Record<string, string>>;

/** FEW is up to how many keys a selector is gone through; with more, the labels of the object are. */
const FEW = 8;

/** Rule is all that a selector wants of one label. */
interface Rule {
  isRequired: boolean;
  isForbidden: boolean;
  allowed: ReadonlySet<string> | undefined;
  denied: Set<string> | undefined;
  above: bigint | undefined;
  below: bigint | undefined;
}

/**
 * labelMatcher tells whether labels meet all requirements. What it takes for one object depends on the labels of that object, not on how many
 * requirements and values there are: who may list may send a megabyte of them.
 */
export function labelMatcher(requirements: readonly Requirement[]): (labels: Labels) => boolean {
  const rules = rulesOf(requirements);
  const required = [...rules.values()].filter(rule => rule.isRequired).length;
  if (rules.size > FEW) return labels => meetsMany(rules, required, labels);
  const few = [...rules];
  return labels => few.every(([key, rule]) => meets(rule, Object.hasOwn(labels, key) ? labels[key] : undefined));
}

function meetsMany(rules: ReadonlyMap<string, Rule>, required: number, labels: Labels): boolean {
  let present = 0;
  for (const key of Object.keys(labels)) {
    const rule = rules.get(key);
    if (!rule) continue;
    if (!meets(rule, labels[key])) return false;
    if (rule.isRequired) present++;
  }
  return present === required;
}

function meets({ isRequired, isForbidden, allowed, denied, above, below }: Rule, value: string | undefined): boolean {
  if (value === undefined) return !isRequired;
  if (isForbidden || denied?.has(value) || (allowed && !allowed.has(value))) return false;
  if (above === undefined && below === undefined) return true;
  if (!INTEGER.test(value)) return false;
  const number = BigInt(value);
  return (above === undefined || number > above) && (below === undefined || number < below);
}

function rulesOf(requirements: readonly Requirement[]): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const requirement of requirements) {
    let rule = rules.get(requirement.key);
    if (!rule) rules.set(requirement.key, (rule = anything()));
    addTo(rule, requirement);
  }
  return rules;
}

const anything = (): Rule => ({
  ...{ isRequired: false, isForbidden: false },
  ...{ allowed: undefined, denied: undefined, above: undefined, below: undefined },
});

function addTo(rule: Rule, { operator, values }: Requirement): void {
  switch (operator) {
    case '!':
      rule.isForbidden = true;
      return;
    case '!=':
    case 'notin':
      rule.denied ??= new Set();
      for (const value of values) rule.denied.add(value);
      return;
    case '=':
    case 'in':
      rule.allowed = new Set(rule.allowed ? values.filter(value => rule.allowed!.has(value)) : values);
      break;
    case 'gt': {
      const bound = BigInt(values[0]!);
      if (rule.above === undefined || bound > rule.above) rule.above = bound;
      break;
    }
    case 'lt': {
      const bound = BigInt(values[0]!);
      if (rule.below === undefined || bound < rule.below) rule.below = bound;
      break;
    }
    case 'exists':
  }
  rule.isRequired = true;
}
