import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  isDNS1123Subdomain,
  isValidLabelValue,
  type FieldError,
  type Path,
} from '@navarch/apimachinery';
import type { Minor } from '../../../../kind';
import { each } from '../../../../shared/errors';
import { validateLabelName } from '../../../../shared/label-validation';

/** STRICT_VALUES is the first release that wants the values by which nodes are chosen to be such that labels can have them. */
export const STRICT_VALUES: Minor = 33;

/** validateNodeSelector checks which nodes are meant; at least one term has to be there. `strict` looks at values too. */
export function validateNodeSelector(
  { nodeSelectorTerms }: corev1.NodeSelector,
  path: Path,
  strict = false,
): FieldError[] {
  const at = path.child('nodeSelectorTerms');
  if (!nodeSelectorTerms?.length) return [field.required(at, 'must have at least one node selector term')];
  return foundIn(nodeSelectorTerms, (term, i) => validateNodeSelectorTerm(term, at.index(i), strict));
}

/** hasOddValues: some value of the selector is none that a label can have. */
export const hasOddValues = (selector: corev1.NodeSelector | undefined): boolean =>
  (selector?.nodeSelectorTerms ?? []).some(({ matchExpressions = [] }) =>
    matchExpressions.some(({ values = [] }) => values.some(value => isValidLabelValue(value).length > 0)),
  );

/** validateNodeSelectorTerm checks one term. */
export function validateNodeSelectorTerm(term: corev1.NodeSelectorTerm, path: Path, strict = false): FieldError[] {
  return [
    ...foundIn(term.matchExpressions, (e, i) => validateExpression(e, path.child('matchExpressions').index(i), strict)),
    ...foundIn(term.matchFields, (e, i) => validateFieldExpression(e, path.child('matchFields').index(i))),
  ];
}

function validateExpression(
  { key, operator, values = [] }: corev1.NodeSelectorRequirement,
  path: Path,
  strict: boolean,
): FieldError[] {
  const at = path.child('values');
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (!values.length) errors.push(field.required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length)
      errors.push(field.forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1)
      errors.push(field.required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else {
    errors.push(field.invalid(path.child('operator'), operator ?? '', 'not a valid selector operator'));
  }
  const odd = strict ? foundIn(values, (value, i) => each(at.index(i), value, isValidLabelValue(value))) : [];
  return [...errors, ...validateLabelName(key ?? '', path.child('key')), ...odd];
}

function validateFieldExpression(
  { key, operator, values = [] }: corev1.NodeSelectorRequirement,
  path: Path,
): FieldError[] {
  const at = path.child('values');
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(field.invalid(path.child('operator'), operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    errors.push(
      field.required(at, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
    );
  }
  if (key !== 'metadata.name')
    return [...errors, field.invalid(path.child('key'), key ?? '', 'not a valid field selector key')];
  return [...errors, ...foundIn(values, (value, i) => each(at.index(i), value, isDNS1123Subdomain(value)))];
}
