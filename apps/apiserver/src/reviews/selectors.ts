import type { authorizationv1 } from '@navarch/api';
import {
  field,
  fieldSelector,
  isQualifiedName,
  isValidLabelValue,
  type FieldError,
  type Path,
} from '@navarch/apimachinery';

type Attributes = Pick<authorizationv1.ResourceAttributes, 'fieldSelector' | 'labelSelector'>;

/** selectorErrors are the faults in the form of a review's selectors: each is either a text or a list of requirements. Pure. */
export function selectorErrors(path: Path, attributes: Attributes): FieldError[] {
  return (['fieldSelector', 'labelSelector'] as const).flatMap(name => {
    const selector = attributes[name];
    if (!selector) return [];
    const at = path.child(name);
    const { rawSelector, requirements = [] } = selector;
    const list = at.child('requirements');
    const both = rawSelector && requirements.length;
    const neither = !rawSelector && !requirements.length;
    return [
      ...(both ? [field.invalid(at.child('rawSelector'), rawSelector, BOTH)] : []),
      ...(neither
        ? [field.required(list, `when ${String(at)} is specified, requirements or rawSelector is required`)]
        : []),
      ...requirements.flatMap((requirement, n) =>
        (name === 'fieldSelector' ? fieldErrors : labelErrors)(requirement, list.index(n)),
      ),
    ];
  });
}

const BOTH = 'may not specified at the same time as requirements';

interface Requirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: string[];
}

function fieldErrors(requirement: Requirement, path: Path): FieldError[] {
  const named = requirement.key ? [] : [field.required(path.child('key'), 'must be specified')];
  return [...named, ...valueErrors(requirement, path)];
}

function labelErrors(requirement: Requirement, path: Path): FieldError[] {
  const { key = '', values = [] } = requirement;
  const each = (at: Path, text: string, problems: readonly string[]) =>
    problems.map(problem => field.invalid(at, text, problem));
  return [
    ...valueErrors(requirement, path),
    ...each(path.child('key'), key, isQualifiedName(key)),
    ...values.flatMap((value, i) => each(path.child('values').index(i), value, isValidLabelValue(value))),
  ];
}

/** valueErrors: an operator that is not known may be one of a later release. */
function valueErrors({ operator = '', values = [] }: Requirement, path: Path): FieldError[] {
  const at = path.child('values');
  const isOf = (...operators: string[]) => operators.includes(operator);
  if (isOf('In', 'NotIn') && !values.length)
    return [field.required(at, "must be specified when `operator` is 'In' or 'NotIn'")];
  if (isOf('Exists', 'DoesNotExist') && values.length)
    return [field.forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  return [];
}

/** fieldSelectorText is a review's field selector as requests carry it. A requirement that a text cannot express is left out, which asks for more. Pure. */
export function fieldSelectorText({ rawSelector, requirements = [] }: authorizationv1.FieldSelectorAttributes): string {
  if (rawSelector) return rawSelector;
  const expressible = requirements.flatMap(({ key, operator, values = [] }) => {
    if (values.length !== 1 || (operator !== 'In' && operator !== 'NotIn')) return [];
    return [{ field: key, operator: operator === 'In' ? ('=' as const) : ('!=' as const), value: values[0]! }];
  });
  return fieldSelector(expressible).toString();
}

/** labelSelectorText is the same for labels. Pure. */
export function labelSelectorText({ rawSelector, requirements = [] }: authorizationv1.LabelSelectorAttributes): string {
  if (rawSelector) return rawSelector;
  return requirements
    .flatMap(({ key, operator, values = [] }) => {
      switch (operator) {
        case 'In':
          return [`${key} in (${values.join(',')})`];
        case 'NotIn':
          return [`${key} notin (${values.join(',')})`];
        case 'Exists':
          return [key];
        case 'DoesNotExist':
          return [`!${key}`];
        default:
          return [];
      }
    })
    .join(',');
}
