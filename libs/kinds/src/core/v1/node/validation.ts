import type { corev1 } from '@navarch/api';
import {
  duplicates,
  field,
  foundIn,
  isCIDR,
  isQualifiedName,
  isValidLabelValue,
  Path,
  type FieldError,
} from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import { duplicateStruct, each, invalidStruct, type Release } from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { goStrings } from '../../../shared/go-syntax';
import { validateQuantity } from '../pod/validation/resources';
import { validateTaintEffect } from '../pod/validation/tolerations';
import { validateNodeAnnotations } from './annotations';
import { validateNodeConfig } from './config-source';
import { goStruct } from '../../../shared/go-struct';

/** FIELDS is the first release that looks at each field that may not change, and at nothing else of the spec. */
const FIELDS: Minor = 26;

/** validateNode checks taints, resources and pod address ranges. */
export function validateNode(node: corev1.Node, release: Release): FieldError[] {
  return [
    ...validateNodeAnnotations(node, (taints, path) => validateTaints(taints, path)),
    ...validateTaints(node.spec?.taints, TAINTS),
    ...validateNodeResources(node),
    ...validateRanges(node.spec?.podCIDRs ?? [], release),
  ];
}

/** Messages place the resources behind dots. */
function validateNodeResources({ status = {} }: corev1.Node): FieldError[] {
  return foundIn(['capacity', 'allocatable'] as const, list =>
    foundIn(Object.entries(status[list] ?? {}), ([name, amount]) =>
      validateQuantity(name, amount, Path.at('status', list, name)),
    ),
  );
}

/** Messages place the taints under metadata. */
const TAINTS = Path.at('metadata', 'taints');

function validateTaints(taints: readonly corev1.Taint[] = [], path: Path): FieldError[] {
  const seen = new Set<string>();
  return foundIn(taints, (taint, i) => {
    const at = path.index(i);
    const { key = '', value = '', effect } = taint;
    const malformed = isValidLabelValue(value);
    const found = [
      ...each(at.child('key'), key, isQualifiedName(key)),
      ...(malformed.length ? [field.invalid(at.child('value'), value, malformed.join(';'))] : []),
      ...validateTaintEffect(effect, at.child('effect'), false),
    ];
    const pair = `${key}:${effect}`;
    if (seen.has(pair)) found.push(duplicateTaint(taint, at));
    seen.add(pair);
    return found;
  });
}

/** BLOCKS is the first release that speaks of blocks of addresses alike, wherever they stand. */
const BLOCKS: Minor = 30;

function validateRanges(ranges: readonly string[], release: Release): FieldError[] {
  const path = Path.at('spec', 'podCIDRs');
  const complain = (at: Path, detail: string) => invalidStruct(at, goStrings(ranges), detail);
  const errors = foundIn(ranges, (range, i) => {
    const at = path.index(i);
    const problems = isCIDR(range, release);
    if (release.emulated >= BLOCKS) return each(at, range, problems);
    return problems.length ? [complain(at, 'must be valid CIDR')] : [];
  });
  const families = new Set(ranges.map(range => range.includes(':')));
  if (ranges.length > 2 || (ranges.length === 2 && families.size < 2)) {
    errors.push(complain(path, 'may specify no more than one CIDR for each IP family'));
  }
  return [...errors, ...duplicates(ranges, i => path.index(i))];
}

function duplicateTaint(taint: corev1.Taint, path: Path): FieldError {
  const go = goStruct('core.Taint', taint);
  const message = `Duplicate value: ${go}: taints must be unique by key and effect pair`;
  return { reason: 'FieldValueDuplicate', field: path.toString(), message };
}

function validateAddresses({ status }: corev1.Node): FieldError[] {
  const seen = new Set<string>();
  return foundIn(status?.addresses, (address, i) => {
    const go = goStruct('core.NodeAddress', address);
    if (!seen.has(go)) {
      seen.add(go);
      return [];
    }
    return [duplicateStruct(Path.at('status', 'addresses').index(i), go)];
  });
}

/** validateNodeUpdate: address ranges and identity may be set once. */
export function validateNodeUpdate(node: corev1.Node, old: corev1.Node, release: Release): FieldError[] {
  const errors = [
    ...validateNodeAnnotations(node, (taints, path) => validateTaints(taints, path)),
    ...validateNodeResources(node),
    ...validateAddresses(node),
  ];
  const { spec = {} } = node;
  const { spec: before = {} } = old;
  const at = Path.at('spec');
  const { podCIDRs: ranges = [] } = spec;
  const { podCIDRs: fixed = [] } = before;
  const moved = fixed.length && ranges.length !== fixed.length ? [0] : fixed.filter((range, i) => range !== ranges[i]);
  for (const _range of moved)
    errors.push(field.forbidden(at.child('podCIDRs'), 'node updates may not change podCIDR except from "" to valid'));
  if (before.providerID && spec.providerID !== before.providerID) {
    errors.push(
      field.forbidden(at.child('providerID'), 'node updates may not change providerID except from "" to valid'),
    );
  }
  errors.push(...validateNodeConfig(node), ...validateTaints(spec.taints, TAINTS));
  if (release.emulated < FIELDS) return [...errors, ...validateRest(spec, before)];
  if ((spec.externalID ?? '') !== (before.externalID ?? ''))
    errors.push(field.forbidden(at.child('externalID'), 'may not be updated'));
  return errors;
}

/** validateRest: of the spec of older releases nothing but taints and unschedulable changes. */
function validateRest(spec: corev1.NodeSpec, before: corev1.NodeSpec): FieldError[] {
  const ranges = spec.podCIDRs ?? [];
  const fixed = before.podCIDRs ?? [];
  const rest = ({ taints: _t, unschedulable: _u, podCIDR: _p, configSource: _c, ...other }: corev1.NodeSpec) => ({
    ...other,
    ...(!fixed.length && { podCIDRs: ranges }),
    ...(!before.providerID && { providerID: spec.providerID }),
  });
  if (semanticEqual(rest(spec), rest(before))) return [];
  const dynamic = '(or configSource, if the DynamicKubeletConfig feature gate is enabled)';
  // The whole node is meant; that is shown as an empty index.
  return [
    {
      ...field.forbidden(Path.at(), `node updates may only change labels, taints, or capacity ${dynamic}`),
      field: '[]',
    },
  ];
}
