import { CSINodes, type storagev1 } from '@navarch/api';
import { field, foundIn, isQualifiedName, Path, validateObjectMeta, type FieldError } from '@navarch/apimachinery';
import { validateCSIDriverName } from '../../../core/v1/pod/validation/volume-sources';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, invalidStruct, nonNegative, requireText, type Release } from '../../../shared/errors';
import { ageColumn, integer, nameColumn } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { asNew, plainStrategy } from '../../../shared/strategies';
import { goStruct } from '../../../shared/go-struct';
import { goStrings } from '../../../shared/go-syntax';

const DRIVERS = Path.at('spec', 'drivers');
/** LONG_IDS is the first release whose drivers may call nodes by long names. */
const LONG_IDS: Minor = 24;
/** PLACED is the first release that says where the driver stands that may not change. */
const PLACED: Minor = 33;

function validateCSINode({ spec }: storagev1.CSINode, release: Release): FieldError[] {
  const names = new Set<string>();
  return foundIn(spec?.drivers, (driver, i) => {
    const at = DRIVERS.index(i);
    const errors = validateDriver(driver, at, release);
    if (names.has(driver.name)) errors.push(field.duplicate(at.child('name'), driver.name));
    names.add(driver.name);
    const keys = driver.topologyKeys ?? [];
    keys.forEach((key, n) => {
      if (!key) errors.push(field.required(at));
      if (keys.indexOf(key) < n) errors.push(field.duplicate(at, key));
      const shown = release.emulated < LONG_IDS ? goStrings(keys) : JSON.stringify(key);
      errors.push(...isQualifiedName(key).map(text => invalidStruct(at, shown, text)));
    });
    return errors;
  });
}

function validateDriver(
  { name, nodeID, allocatable }: storagev1.CSINodeDriver,
  path: Path,
  release: Release,
): FieldError[] {
  const longest = release.emulated < 21 ? 128 : release.emulated < LONG_IDS ? 192 : 256;
  const at = path.child('nodeID');
  const tooLong = (nodeID?.length ?? 0) > longest;
  return [
    ...validateCSIDriverName(name, path.child('name'), release),
    ...requireText(at, nodeID),
    ...(tooLong ? [field.invalid(at, nodeID, `must be ${longest} characters or less`)] : []),
    ...nonNegative(path.child('allocatable', 'count'), allocatable?.count),
  ];
}

/** Older releases look at everything twice when a node is made, its metadata too. */
const validateNew = (node: storagev1.CSINode, release: Release) => [
  ...validateCSINode(node, release),
  ...(release.emulated >= LONG_IDS ? [] : again(node, release)),
];

const again = (node: storagev1.CSINode, release: Release) => [
  ...validateObjectMeta(node.metadata ?? {}, { namespaced: false, nameRule: 'subdomain', emulated: release.emulated }),
  ...validateCSINode(node, release),
];

function validateUpdate(node: storagev1.CSINode, old: storagev1.CSINode, release: Release): FieldError[] {
  const before = old.spec?.drivers ?? [];
  const changed = before.flatMap(driver =>
    (node.spec?.drivers ?? []).filter(now => now.name === driver.name && !semanticEqual(now, driver)),
  );
  return [
    ...validateCSINode(node, release),
    ...changed.map(driver =>
      invalidStruct(
        release.emulated < PLACED ? Path.at('CSINodeDriver') : DRIVERS,
        goStruct('storage.CSINodeDriver', driver),
        IMMUTABLE,
      ),
    ),
  ];
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
  strategy: {
    ...plainStrategy<storagev1.CSINode>(validateNew),
    metadataChecks: { update: ['whole', asNew(validateCSINode), 'whole'] },
    allowUnconditionalUpdate: false,
    validateUpdate,
  },
});
