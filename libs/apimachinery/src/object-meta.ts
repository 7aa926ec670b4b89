import { randomInt } from 'node:crypto';
import { duplicate, forbidden, invalid, required, tooLong, type FieldError, type Path } from './field';
import { Path as At } from './field';
import { foundIn } from './found-in';
import { parseApiVersion, type ManagedFieldsEntry, type ObjectMeta, type OwnerReference } from './meta';
import * as names from './names';

/** NameRule is the check of metadata.name; `prefix` says that the text is a generateName. */
export type NameRule =
  'subdomain' | 'label' | 'label1035' | 'pathSegment' | ((name: string, prefix: boolean) => string[]);

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  readonly nameRule: NameRule;
  /** path is where the metadata stands; `metadata` unless given. */
  readonly path?: Path;
  /** anyFinalizer allows finalizers without a domain that Kubernetes does not know (custom resources). */
  readonly anyFinalizer?: boolean;
  /** emulated is the release whose messages are asked for; the newest unless given. */
  readonly emulated?: number;
}

const METADATA = At.at('metadata');

/** MAX_ANNOTATIONS_BYTES bounds keys and values of all annotations together. */
export const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** checkName applies a name rule; empty means fine. */
export function checkName(rule: NameRule, name: string, prefix = false, emulated?: number): string[] {
  if (typeof rule === 'function') return rule(name, prefix);
  if (rule === 'pathSegment') return prefix ? names.isPathSegmentPrefix(name) : names.isPathSegmentName(name);
  const checked = prefix ? names.maskTrailingDash(name) : name;
  if (rule === 'label') return names.isDNS1123Label(checked, { emulated });
  return rule === 'label1035' ? names.isDNS1035Label(checked) : names.isDNS1123Subdomain(checked);
}

/** validateObjectMeta checks an object's metadata on its own. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules): FieldError[] {
  const path = rules.path ?? METADATA;
  return [
    ...validateObjectNames(meta, rules.nameRule, path, rules.emulated),
    ...validateNamelessMeta(meta, rules.namespaced, path, rules.emulated),
    ...(rules.anyFinalizer ? [] : validateStandardFinalizers(meta.finalizers, path)),
  ];
}

/** validateObjectNames checks name and generateName by the rule. */
export function validateObjectNames(
  { name = '', generateName = '' }: ObjectMeta,
  rule: NameRule,
  path: Path = METADATA,
  emulated?: number,
): FieldError[] {
  const invalidAll = (field: string, value: string, prefix: boolean) =>
    checkName(rule, value, prefix, emulated).map(problem => invalid(path.child(field), value, problem));
  return [
    ...(generateName ? invalidAll('generateName', generateName, true) : []),
    ...(name ? invalidAll('name', name, false) : [required(path.child('name'), 'name or generateName is required')]),
  ];
}

/** validateNamelessMeta checks all metadata but its names, and whether its finalizers are known. */
export function validateNamelessMeta(
  meta: ObjectMeta,
  namespaced: boolean,
  path: Path = METADATA,
  emulated?: number,
): FieldError[] {
  const { namespace = '' } = meta;
  const errors: FieldError[] = [];
  if (namespaced) {
    const at = path.child('namespace');
    if (namespace)
      errors.push(...names.isDNS1123Label(namespace, { emulated }).map(problem => invalid(at, namespace, problem)));
    else errors.push(required(at));
  } else if (namespace) errors.push(forbidden(path.child('namespace'), 'not allowed on this type'));
  errors.push(...validateManagers(meta.managedFields, path, emulated));
  if ((meta.generation ?? 0) < 0)
    errors.push(invalid(path.child('generation'), meta.generation, 'must be greater than or equal to 0'));
  return [
    ...errors,
    ...validateLabels(meta.labels, path.child('labels')),
    ...validateAnnotations(meta.annotations, path.child('annotations'), emulated),
    ...validateOwnerReferences(meta.ownerReferences, path.child('ownerReferences')),
    ...validateFinalizers(meta.finalizers, path.child('finalizers')),
    ...validateManagedFields(meta.managedFields, path.child('managedFields'), emulated),
  ];
}

/** validateLabels checks keys and values of labels (or of a selector's matchLabels). */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: Path): FieldError[] {
  return foundIn(Object.entries(labels ?? {}), ([key, value]) => [
    ...names.isQualifiedName(key).map(problem => invalid(path, key, problem)),
    ...names.isValidLabelValue(value).map(problem => invalid(path, value, problem)),
  ]);
}

/** validateAnnotations checks the keys of annotations, and their size. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: Path,
  emulated?: number,
): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  const errors = foundIn(entries, ([key]) =>
    names.isQualifiedName(key.toLowerCase()).map(problem => invalid(path, key, problem)),
  );
  return size > MAX_ANNOTATIONS_BYTES ? [...errors, tooLong(path, MAX_ANNOTATIONS_BYTES, emulated)] : errors;
}

const pointer = (value: boolean | undefined) => `(*bool)(${value === undefined ? 'nil' : '0xc000000000'})`;
const goOwner = (o: OwnerReference) =>
  `v1.OwnerReference{APIVersion:${JSON.stringify(o.apiVersion ?? '')}, Kind:${JSON.stringify(o.kind ?? '')}, Name:${JSON.stringify(o.name ?? '')}, ` +
  `UID:${JSON.stringify(o.uid ?? '')}, Controller:${pointer(o.controller)}, BlockOwnerDeletion:${pointer(o.blockOwnerDeletion)}}`;
const goStrings = (list: readonly string[]) => `[]string{${list.map(item => JSON.stringify(item)).join(', ')}}`;

/** invalidText is an Invalid whose value messages show as Go source. */
const invalidText = (path: Path, shown: string, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field: path.toString(),
  message: `Invalid value: ${shown}: ${detail}`,
});

/** validateOwnerReferences checks owners: all parts there, none an Event, one controller at most. */
export function validateOwnerReferences(owners: readonly OwnerReference[] | undefined, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  let controller: OwnerReference | undefined;
  for (const owner of owners ?? []) {
    const gv = parseApiVersion(owner.apiVersion ?? '');
    if (!gv?.version)
      errors.push(invalid(path.child('apiVersion'), owner.apiVersion ?? '', 'version must not be empty'));
    for (const part of ['kind', 'name', 'uid'] as const) {
      if (!owner[part]) errors.push(invalid(path.child(part), '', `${part} must not be empty`));
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      errors.push(invalidText(path, goOwner(owner), '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (!owner.controller) continue;
    if (controller) {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller.name} and ${owner.name}`;
      errors.push(invalidText(path, `[]v1.OwnerReference{${owners!.map(goOwner).join(', ')}}`, why));
    } else controller = owner;
  }
  return errors;
}

/** validateFinalizers checks that finalizers are qualified names, and that only one propagation is asked for. */
export function validateFinalizers(finalizers: readonly string[] | undefined, path: Path): FieldError[] {
  const list = finalizers ?? [];
  const errors = foundIn(list, name => names.isQualifiedName(name).map(problem => invalid(path, name, problem)));
  if (list.includes('orphan') && list.includes('foregroundDeletion')) {
    errors.push(invalidText(path, goStrings(list), 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

/** validateStandardFinalizers checks that each finalizer is one that Kubernetes knows, or has a domain. */
export function validateStandardFinalizers(
  finalizers: readonly string[] | undefined,
  path: Path = METADATA,
): FieldError[] {
  return foundIn(finalizers, (name, i) =>
    name.includes('/') || STANDARD_FINALIZERS.has(name)
      ? []
      : [
          invalid(
            path.child('finalizers').index(i),
            name,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  );
}

/** ENTRIES_TELL is the first release whose messages name the entry of managedFields that is wrong. */
const ENTRIES_TELL = 21;
const tellEntries = (emulated = ENTRIES_TELL) => emulated >= ENTRIES_TELL;

/** Earlier releases tell of managers as of the option of that name. */
function validateManagers(
  entries: readonly ManagedFieldsEntry[] | undefined,
  path: Path,
  emulated?: number,
): FieldError[] {
  if (tellEntries(emulated)) return [];
  return foundIn(entries, ({ manager = '' }) => validateFieldManager(manager, path.child('fieldManager'), emulated));
}

/** validateManagedFields checks the entries of field owners as a client may send them. */
export function validateManagedFields(
  entries: readonly ManagedFieldsEntry[] | undefined,
  path: Path,
  emulated?: number,
): FieldError[] {
  return foundIn(entries, (entry, i) => {
    const at = tellEntries(emulated) ? path.index(i) : path;
    const errors: FieldError[] = [];
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      errors.push(invalid(at.child('operation'), entry.operation ?? '', 'must be `Apply` or `Update`'));
    }
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') {
      errors.push(invalid(at.child('fieldsType'), entry.fieldsType, 'must be `FieldsV1`'));
    }
    if (!tellEntries(emulated)) return errors;
    errors.push(...validateFieldManager(entry.manager ?? '', at.child('manager'), emulated));
    if (Buffer.byteLength(entry.subresource ?? '') > MAX_SUBRESOURCE)
      errors.push(tooLong(at.child('subresource'), MAX_SUBRESOURCE, emulated));
    return errors;
  });
}

const MAX_SUBRESOURCE = 256;

const MAX_FIELD_MANAGER = 128;

/** validateFieldManager checks a field manager's name: 128 printable characters at most. */
export function validateFieldManager(manager: string, path: Path, emulated?: number): FieldError[] {
  const errors = Buffer.byteLength(manager) > MAX_FIELD_MANAGER ? [tooLong(path, MAX_FIELD_MANAGER, emulated)] : [];
  const odd = [...manager].findIndex(c => !/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(c));
  return odd < 0 ? errors : [...errors, invalid(path, manager, 'should only contain printable characters')];
}

const goTime = (text: string) => `${text.slice(0, 10)} ${text.slice(11, 19)} +0000 UTC`;

/** validateObjectMetaUpdate checks what an update may not change. Both are as they would be stored. */
export function validateObjectMetaUpdate(
  meta: ObjectMeta,
  old: ObjectMeta,
  path: Path = METADATA,
  emulated?: number,
): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) {
    const added = (meta.finalizers ?? []).filter(f => !old.finalizers?.includes(f)).sort();
    if (added.length) {
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`;
      errors.push(forbidden(path.child('finalizers'), why));
    }
  }
  if (!meta.resourceVersion) errors.push(invalid(path.child('resourceVersion'), '', 'must be specified for an update'));
  if ((meta.generation ?? 0) < (old.generation ?? 0))
    errors.push(invalid(path.child('generation'), meta.generation ?? 0, 'must not be decremented'));
  errors.push(...validateManagers(meta.managedFields, path, emulated));
  for (const key of [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ] as const) {
    if ((meta[key] ?? null) === (old[key] ?? null)) continue;
    const at = path.child(key);
    const text = meta[key];
    errors.push(
      key === 'deletionTimestamp' && text !== undefined
        ? invalidText(at, goTime(text as string), 'field is immutable')
        : invalid(at, text, 'field is immutable'),
    );
  }
  return [
    ...errors,
    ...validateLabels(meta.labels, path.child('labels')),
    ...validateAnnotations(meta.annotations, path.child('annotations'), emulated),
    ...validateOwnerReferences(meta.ownerReferences, path.child('ownerReferences')),
    ...validateManagedFields(meta.managedFields, path.child('managedFields'), emulated),
  ];
}

/** duplicates is one Duplicate finding for each value that was there before. */
export function duplicates(values: readonly string[], at: (index: number) => Path): FieldError[] {
  return foundIn(values, (value, i) => (values.indexOf(value) < i ? [duplicate(at(i), value)] : []));
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const RANDOM_LENGTH = 5;
const MAX_GENERATED = 63 - RANDOM_LENGTH;

/** generateName is base (cut to 58 characters) and five random ones, without vowels so that no words come about. */
export function generateName(base: string): string {
  return base.slice(0, MAX_GENERATED) + randomSuffix();
}

/** randomSuffix is text for the end of a name, in the alphabet of generated names. */
export function randomSuffix(length = RANDOM_LENGTH): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
