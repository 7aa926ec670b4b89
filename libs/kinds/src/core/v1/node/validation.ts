import type { corev1 } from '@navarch/api';
import { field, isCIDR, isQualifiedName, isValidLabelValue, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct, type Release } from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { goStrings } from '../../../shared/go-syntax';
import { validateTaintEffect } from '../pod/validation/tolerations';

/** validateNode checks taints and pod address ranges. */
export function validateNode({ spec = {} }: corev1.Node, release: Release): FieldError[] {
  const taints = new Set<string>();
  const errors = (spec.taints ?? []).flatMap((taint, i) => {
    // Messages place the taints under metadata.
    const at = Path.at('metadata', 'taints').index(i);
    const { key = '', value = '', effect } = taint;
    const found = [
      ...each(at.child('key'), key, isQualifiedName(key)),
      ...each(at.child('value'), value, isValidLabelValue(value)),
      ...validateTaintEffect(effect, at.child('effect'), false),
    ];
    const pair = `${key}:${effect}`;
    if (taints.has(pair)) found.push(duplicateTaint(taint, at, release));
    taints.add(pair);
    return found;
  });
  const ranges = spec.podCIDRs ?? [];
  ranges.forEach((range, i) => {
    if (isCIDR(range).length)
      errors.push(
        invalidStruct(Path.at('spec', 'podCIDRs').index(i), ranges, goStrings(ranges), 'must be valid CIDR', release),
      );
  });
  const families = new Set(ranges.map(range => range.includes(':')));
  if (ranges.length > 2 || (ranges.length === 2 && families.size < 2)) {
    const detail = 'may specify no more than one CIDR for each IP family';
    errors.push(invalidStruct(Path.at('spec', 'podCIDRs'), ranges, goStrings(ranges), detail, release));
  }
  return errors;
}

function duplicateTaint(taint: corev1.Taint, path: Path, { emulated }: Release): FieldError {
  const { key = '', value = '', effect } = taint;
  const go = `core.Taint{Key:${JSON.stringify(key)}, Value:${JSON.stringify(value)}, Effect:${JSON.stringify(effect)}, TimeAdded:<nil>}`;
  const shown = emulated >= 33 ? field.render(taint) : go;
  const message = `Duplicate value: ${shown}: taints must be unique by key and effect pair`;
  return { reason: 'FieldValueDuplicate', field: path.toString(), message };
}

/** validateNodeUpdate: of the spec only taints and unschedulable change; addresses and identity may be set once. */
export function validateNodeUpdate(node: corev1.Node, old: corev1.Node, release: Release): FieldError[] {
  const errors = validateNode(node, release);
  const { spec = {} } = node;
  const { spec: before = {} } = old;
  const at = Path.at('spec');
  if (before.podCIDRs?.length && !semanticEqual(spec.podCIDRs, before.podCIDRs)) {
    errors.push(field.forbidden(at.child('podCIDRs'), 'node updates may not change podCIDR except from "" to valid'));
  }
  if (before.providerID && spec.providerID !== before.providerID) {
    errors.push(
      field.forbidden(at.child('providerID'), 'node updates may not change providerID except from "" to valid'),
    );
  }
  const rest = ({
    taints: _t,
    unschedulable: _u,
    podCIDR: _p,
    podCIDRs: _q,
    providerID: _i,
    configSource: _c,
    ...other
  }: corev1.NodeSpec) => other;
  if (!semanticEqual(rest(spec), rest(before))) {
    errors.push(
      field.forbidden(
        Path.at(),
        'node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig feature gate is enabled)',
      ),
    );
  }
  return errors;
}
