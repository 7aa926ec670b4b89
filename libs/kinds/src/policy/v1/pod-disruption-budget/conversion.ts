type Fields = Record<string, unknown>;

/** MARK is a label that no pod has; a requirement on it says what the other version's empty selector means. */
const MARK = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match';

const size = (value: unknown) => (typeof value === 'object' && value !== null ? Object.keys(value).length : 0);
const isEmpty = ({ matchLabels, matchExpressions }: Fields) => !size(matchLabels) && !size(matchExpressions);

function isMark({ matchLabels, matchExpressions }: Fields, operator: string): boolean {
  const [only, ...more] = (matchExpressions as Fields[] | undefined) ?? [];
  return !size(matchLabels) && !more.length && only?.['key'] === MARK && only['operator'] === operator;
}

function replaceSelector(object: Fields, empty: string, marked: string): void {
  const spec = object['spec'] as Fields | undefined;
  const selector = spec?.['selector'] as Fields | undefined;
  if (!spec || !selector) return;
  if (isEmpty(selector)) spec['selector'] = { matchExpressions: [{ key: MARK, operator: empty }] };
  else if (isMark(selector, marked)) spec['selector'] = {};
}

/** toBudgetV1: the empty selector of v1beta1 matches no pod, that of v1 every pod. In place. */
export function toBudgetV1(object: Fields): void {
  replaceSelector(object, 'Exists', 'DoesNotExist');
}

/** fromBudgetV1 is the way back. */
export function fromBudgetV1(object: Fields): void {
  replaceSelector(object, 'DoesNotExist', 'Exists');
}
