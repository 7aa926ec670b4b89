import { apiVersionOf, type StatusError } from '@navarch/apimachinery';
import type { Minor, ServedVersion } from '@navarch/kinds';
import type { CustomKind } from '../options';
import { versionOf } from '../registry/conversion';
import type { Endpoint } from '../registry/resource';

/** FieldValidation is what happens to unknown and repeated fields. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** DecodeContext is what decoding a body depends on. */
export interface DecodeContext {
  readonly emulated: Minor;
  readonly fieldValidation: FieldValidation;
  /** findings are what was found before, in the text of the body or the patch that made the object. */
  readonly findings?: readonly string[];
  /** text is the JSON of what is decoded where that is no body; unless given, what is found in it is told in order. */
  text?(): string;
  /** anyKind: what kind and version a custom resource says it is does not matter; its status alone is taken. */
  readonly anyKind?: boolean;
  /** keepsEmpty: lists and maps without content stay. */
  readonly keepsEmpty?: boolean;
  /** restored: what is decoded is what a strategic patch or apply made, and not a body. */
  readonly restored?: boolean;
  /** mistyped is told what is wrong with the type that a custom resource says it is of; unless given, that is thrown at once. */
  mistyped?(failure: StatusError): void;
  warn(text: string): void;
}

/** Target is the type a body is to be of. */
export interface Target {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** schema is the definition's name; absent for custom resources. */
  readonly schema?: string;
  /** hubGroup is the group of the internal type, as messages name it. */
  readonly hubGroup: string;
  /** versions are the apiVersions in which the kind exists. */
  readonly versions: readonly string[];
  /** inVersion is the same kind in another of these; undefined for what is none, and where nothing is converted. */
  inVersion?(apiVersion: string): Target | undefined;
  /** versionless: what a patch leaves without a version is of this one. */
  readonly versionless?: boolean;
  /** conversionProblem is the version's. */
  readonly conversionProblem?: ServedVersion['conversionProblem'];
  /** custom reads objects that have no definition. */
  readonly custom?: CustomKind;
}

/** targetOf is the type of an endpoint's own objects. */
export function targetOf(endpoint: Endpoint): Target {
  let target = targets.get(endpoint);
  if (!target) targets.set(endpoint, (target = makeTarget(endpoint)));
  return target;
}

const targets = new WeakMap<Endpoint, Target>();

function makeTarget({ resource, version, kindName, kind }: Endpoint): Target {
  const { custom, known } = resource;
  const common = { kind: kindName, hubGroup: kind.resource.group, versions: known.map(apiVersionOf) };
  if (custom) return { ...common, group: version.group, version: version.version, custom };
  const inVersion = (apiVersion: string): Target | undefined => {
    const other = versionOf(known, apiVersion);
    return other && of(other);
  };
  const of = ({ group, version, schema, conversionProblem }: ServedVersion): Target => ({
    ...{ ...common, group, version, schema, inVersion },
    ...(conversionProblem && { conversionProblem }),
  });
  return of(version);
}
