import type { apiserverinternalv1alpha1 } from '@navarch/api';
import {
  field,
  foundIn,
  isDNS1035Label,
  isDNS1123Subdomain,
  isQualifiedName,
  Path,
  type FieldError,
} from '@navarch/apimachinery';
import { each, invalidStruct } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';

type StorageVersion = apiserverinternalv1alpha1.StorageVersion;
type ServerStorageVersion = apiserverinternalv1alpha1.ServerStorageVersion;

const STATUS = Path.at('status');

/** storageVersionName: a name is a group and a resource, with a dot in between. */
export function storageVersionName(name: string): string[] {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return ['name must be in the form of <group>.<resource>'];
  return [
    ...isDNS1123Subdomain(name.slice(0, dot)).map(text => `the group segment ${text}`),
    ...isDNS1035Label(name.slice(dot + 1)).map(text => `the resource segment ${text}`),
  ];
}

/** validateStorageVersionStatus checks what servers report, and what they have in common. */
export function validateStorageVersionStatus({ status }: StorageVersion, _old: unknown): FieldError[] {
  const versions = status?.storageVersions ?? [];
  return [
    ...foundIn(versions, (version, i) => validateServer(version, STATUS.child('storageVersions').index(i))),
    ...validateCommon(versions, status?.commonEncodingVersion),
    ...validateConditions(status?.conditions ?? []),
  ];
}

function validateServer(
  { apiServerID = '', encodingVersion = '', decodableVersions }: ServerStorageVersion,
  path: Path,
): FieldError[] {
  const decodable = decodableVersions ?? [];
  const version = (at: Path, text: string) => {
    const texts = apiVersionTexts(text);
    return texts.length ? [field.invalid(at, text, texts.join(','))] : [];
  };
  const at = path.child('decodableVersions');
  const why = `decodableVersions must include encodingVersion ${encodingVersion}`;
  return [
    ...each(path.child('apiServerID'), apiServerID, isDNS1123Subdomain(apiServerID)),
    ...version(path.child('encodingVersion'), encodingVersion),
    ...foundIn(decodable, (text, i) => version(at.index(i), text)),
    ...(decodable.includes(encodingVersion) ? [] : [invalidStruct(at, goStrings(decodableVersions), why)]),
  ];
}

/** apiVersionTexts is what is wrong with `group/version`, or a version alone. */
function apiVersionTexts(text: string): string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    const label =
      "a DNS-1035 label, which must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
    const examples = "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    return [
      `an apiVersion is ${label} ${examples} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyVersion')`,
    ];
  }
  const [version = '', group] = [parts.at(-1), parts.length === 2 ? parts[0]! : undefined];
  const part = (name: string, own: string, check: (own: string) => string[]) =>
    (own ? check(own) : ['must be non-empty']).map(why => `${name} part: ${why}`);
  return [
    ...(group === undefined ? [] : part('group', group, isDNS1123Subdomain)),
    ...part('version', version, isDNS1035Label),
  ];
}

/** validateCommon: the common version is that of all servers, if they agree. */
function validateCommon(versions: readonly ServerStorageVersion[], common: string | undefined): FieldError[] {
  const at = STATUS.child('commonEncodingVersion');
  const first = versions[0]?.encodingVersion ?? '';
  const agreed = versions.length && versions.every(v => (v.encodingVersion ?? '') === first) ? first : undefined;
  if (agreed === common) return [];
  if (agreed === undefined) {
    const why =
      'should be nil if servers do not agree on the same encoding version, or if there is no server reporting the supported versions yet';
    return [field.invalid(at, common, why)];
  }
  if (common === undefined) return [field.invalid(at, 'null', `the common encoding version is ${agreed}`)];
  return [field.invalid(at, common, `the actual common encoding version is ${agreed}`)];
}

function validateConditions(conditions: readonly apiserverinternalv1alpha1.StorageVersionCondition[]): FieldError[] {
  return foundIn(conditions, ({ type = '', status = '', reason, message }, i) => {
    // The conditions are named by the status itself.
    const at = STATUS.index(i);
    const before = conditions.slice(0, i).findLastIndex(other => other.type === type);
    const repeated = `the type of the condition is not unique, it also appears in conditions[${before}]`;
    return [
      ...(before < 0 ? [] : [field.invalid(at.child('type'), type, repeated)]),
      ...each(at.child('type'), type, isQualifiedName(type)),
      ...each(at.child('status'), type, isQualifiedName(status)),
      ...(reason ? [] : [field.required(at.child('reason'), 'reason cannot be empty')]),
      ...(message ? [] : [field.required(at.child('message'), 'message cannot be empty')]),
    ];
  });
}
