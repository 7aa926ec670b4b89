import type { authorizationv1 } from '@navarch/api';
import { field, fieldSelector, type FieldError, type Path } from '@navarch/apimachinery';

type Attributes = Pick<authorizationv1.ResourceAttributes, 'fieldSelector' | 'labelSelector'>;

/** selectorErrors are the faults in the form of a review's selectors: each is either a text or a list of requirements. Pure. */
export function selectorErrors(path: Path, attributes: Attributes): FieldError[] {
  return (['fieldSelector', 'labelSelector'] as const).flatMap(name => {
    const selector = attributes[name];
    if (!selector) return [];
    const at = path.child(name);
    const { rawSelector, requirements = [] } = selector;
    if (rawSelector && requirements.length)
      return [
        field.invalid(at.child('rawSelector'), rawSelector, 'may not specified at the same time as requirements'),
      ];
    if (rawSelector || requirements.length) return [];
    return [
      field.required(
        at.child('requirements'),
        `when ${String(at)} is specified, requirements or rawSelector is required`,
      ),
    ];
  });
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
