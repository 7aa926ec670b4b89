import { CSINodes, type storagev1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { validateCSIDriverName } from '../../../core/v1/pod/validation/volume-sources';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { ageColumn, integer, nameColumn } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const DRIVERS = Path.at('spec', 'drivers');
const MAX_ID = 192;

function validateCSINode({ spec }: storagev1.CSINode): FieldError[] {
  const names = new Set<string>();
  return (spec?.drivers ?? []).flatMap(({ name, nodeID, allocatable, topologyKeys }, i) => {
    const at = DRIVERS.index(i);
    const errors = validateCSIDriverName(name, at.child('name'));
    if (name && names.has(name)) errors.push(field.duplicate(at.child('name'), name));
    names.add(name);
    if (!nodeID) errors.push(field.required(at.child('nodeID')));
    else if (nodeID.length > MAX_ID)
      errors.push(field.invalid(at.child('nodeID'), nodeID, `must be ${MAX_ID} characters or less`));
    if (allocatable?.count !== undefined && allocatable.count < 0) {
      errors.push(
        field.invalid(at.child('allocatable', 'count'), allocatable.count, 'must be greater than or equal to 0'),
      );
    }
    const keys = topologyKeys ?? [];
    if (new Set(keys).size < keys.length)
      errors.push(
        field.duplicate(
          at.child('topologyKeys'),
          keys.find((key, n) => keys.indexOf(key) < n),
        ),
      );
    return errors;
  });
}

/** Everything is looked at twice when the object is made, and the findings are reported twice. */
const validateNew = (node: storagev1.CSINode) => [...validateCSINode(node), ...validateCSINode(node)];

function validateUpdate(node: storagev1.CSINode, old: storagev1.CSINode): FieldError[] {
  const errors = validateCSINode(node);
  const now = new Map((node.spec?.drivers ?? []).map(d => [d.name, d]));
  for (const before of old.spec?.drivers ?? []) {
    const after = now.get(before.name);
    if (after && !semanticEqual(after, before))
      errors.push(field.invalid(DRIVERS, node.spec?.drivers, 'field is immutable'));
  }
  return errors;
}

/** csiNode declares CSINode. */
export const csiNode = defineKind<storagev1.CSINode>({
  resource: CSINodes,
  versions: [
    served('storage.k8s.io/v1', 'CSINode'),
    served('storage.k8s.io/v1beta1', 'CSINode', {
      until: 21,
      deprecated: deprecatedFor('1.17', '1.22', 'storage.k8s.io/v1 CSINode'),
    }),
  ],
  columns: defineColumns<storagev1.CSINode>([
    nameColumn,
    integer('Drivers', ({ spec }) => spec?.drivers?.length ?? 0),
    ageColumn,
  ]),
  strategy: { ...plainStrategy<storagev1.CSINode>(validateNew), allowUnconditionalUpdate: false, validateUpdate },
});
