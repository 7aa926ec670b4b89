import { goQuantity } from './go-quantity';
import { GO_NO_TIME, goIntOrString, goPointer, goStringMap, goStrings } from './go-syntax';
import { GO_TYPES } from './go-types';

type Fields = Readonly<Record<string, unknown>>;

/** Member is a field of a Go struct; one that is embedded has no key of its own. */
interface Member {
  readonly name: string;
  readonly type: string;
  readonly key: string | undefined;
  readonly since: number;
  /** until is the first release without it. */
  readonly until: number | undefined;
}

/** ODD_KEYS are the fields that are not called in JSON as others are. */
const ODD_KEYS: ReadonlyMap<string, string> = new Map([
  ['CephFS', 'cephfs'],
  ['StorageOS', 'storageos'],
]);

const MEMBERS: ReadonlyMap<string, readonly Member[]> = new Map(
  Object.entries(GO_TYPES).map(([type, text]) => [type, text.split(', ').map(readMember)]),
);

function readMember(text: string): Member {
  const [, name, type = '', since = '0', until] = /^(?:(\w+) )?([\w.*[\]]+)(?: \+(\d+))?(?: -(\d+))?$/.exec(text)!;
  const range = { since: Number(since), until: until === undefined ? undefined : Number(until) };
  return name === undefined
    ? { name: type.slice(type.indexOf('.') + 1), type, key: undefined, ...range }
    : { name, type, key: keyOf(name), ...range };
}

/** keyOf is the JSON name of a Go field: `DNSPolicy` is `dnsPolicy`, `CIDRs` is `cidrs`. Pure. */
export function keyOf(name: string): string {
  return ODD_KEYS.get(name) ?? name.replace(/^[A-Z]+s?$|^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, start => start.toLowerCase());
}

/**
 * goStruct renders an object as a Go struct of that type, as messages up to release 1.33 do, which nobody reads but some compare. Behind a
 * pointer stands an address, which has no meaning. The type is one of GO_TYPES; its fields are those of the release, those of the latest unless given.
 */
export function goStruct(type: string, value: object | undefined, emulated = Infinity): string {
  const shown = MEMBERS.get(type)!
    .filter(({ since, until }) => emulated >= since && (until === undefined || emulated < until))
    .map(member => `${member.name}:${goValue(member.type, partOf(value as Fields, member), emulated)}`);
  return `${type}{${shown.join(', ')}}`;
}

/** partOf is a member's value. What is embedded is the object itself, but for metadata, which has a name in JSON. */
function partOf(value: Fields | undefined, { key, type }: Member): unknown {
  if (key !== undefined) return value?.[key];
  return type === 'v1.ObjectMeta' ? value?.['metadata'] : value;
}

/** goValue renders a value of any type that a field may have: `[]core.PodIP`, `*int64`, one of GO_TYPES. The release is as for goStruct. */
export function goValue(type: string, value: unknown, emulated = Infinity): string {
  switch (type) {
    case 'string':
      return JSON.stringify(value ?? '');
    case 'bool':
      return String(value ?? false);
    case 'int32':
    case 'int64':
      return String(value ?? 0);
    case 'v1.Time':
      return GO_NO_TIME;
    case '*v1.Time':
      return '<nil>';
    case 'map[string]string':
      return goStringMap(value as Record<string, string> | undefined);
    case 'intstr.IntOrString':
      return goIntOrString((value ?? 0) as string | number);
    case 'core.ResourceList':
      return goResources(value as Record<string, string> | undefined);
  }
  if (type.startsWith('*')) return goPointer(type.slice(1), value ?? undefined);
  if (!type.startsWith('[]')) return goStruct(type, value as object | undefined, emulated);
  const element = type.slice(2);
  if (!MEMBERS.has(element)) return goStrings(value as string[] | undefined, element);
  const items = value as object[] | undefined;
  return items ? `${type}{${items.map(item => goStruct(element, item, emulated)).join(', ')}}` : `${type}(nil)`;
}

/** goResources renders amounts of resources, names in order. */
function goResources(amounts: Readonly<Record<string, string>> | undefined): string {
  if (!amounts) return 'core.ResourceList(nil)';
  const names = Object.keys(amounts).sort();
  return `core.ResourceList{${names.map(name => `${JSON.stringify(name)}:${goQuantity(amounts[name]!)}`).join(', ')}}`;
}
