import { deepClone, deepEqual, type AnyObject, type FieldError } from '@navarch/apimachinery';
import type { Strategy } from '@navarch/kinds';
import type { CompiledSchema, Forgive } from '@navarch/schema';
import { specScaleErrors, statusScaleErrors, type Scale } from './scale';
import { finalizerWarnings } from './warnings';

/** StrategyParts are what writes of a version of a custom resource are decided by. */
export interface StrategyParts {
  readonly schema: CompiledSchema;
  /** hasStatus: the version has the status subresource. */
  readonly hasStatus: boolean;
  readonly scale: Scale | undefined;
}

/** customStrategy is the main endpoint: with a status subresource it keeps the status; every change but one of the metadata counts as a generation. */
export function customStrategy(parts: StrategyParts): Strategy<AnyObject> {
  const forgiven = new Forgiven();
  return {
    metadataChecks: { update: ['change'] },
    prepareForCreate(object) {
      if (parts.hasStatus) delete object['status'];
      (object.metadata ??= {}).generation = 1;
    },
    validate: object => errorsOf(parts, object),
    prepareForUpdate(object, old) {
      if (parts.hasStatus) takeOver(object, old, 'status');
      if (sameContent(object, old)) return;
      (object.metadata ??= {}).generation = (old.metadata?.generation ?? 0) + 1;
    },
    validateUpdate: (object, old) => errorsOf(parts, object, old, forgiven.of(object)),
    warnings: (object, old, { emulated }) => [...finalizerWarnings(object, old, emulated), ...forgiven.told(object)],
  };
}

/** customStatusStrategy is the status endpoint: nothing but the status changes. */
export function customStatusStrategy(parts: StrategyParts): Strategy<AnyObject> {
  const forgiven = new Forgiven();
  return {
    resets: ['metadata', 'spec'],
    metadataChecks: { update: ['change'] },
    prepareForUpdate(object, old) {
      const managedFields = object.metadata?.managedFields;
      for (const name of Object.keys(object)) {
        if (name !== 'status' && !Object.hasOwn(old, name)) delete object[name];
      }
      for (const name of Object.keys(old)) if (name !== 'status') object[name] = deepClone(old[name]);
      const metadata = (object.metadata ??= {});
      if (managedFields) metadata.managedFields = managedFields;
      else delete metadata.managedFields;
    },
    validateUpdate: (object, old) => statusErrorsOf(parts, object, old, forgiven.of(object)),
    warnings: object => forgiven.told(object),
  };
}

/** Forgiven keeps what an update was not held to, from its validation until its warnings are told. */
class Forgiven {
  private readonly findings = new WeakMap<AnyObject, FieldError[]>();

  /** of takes findings about an object. */
  of(object: AnyObject): (error: FieldError) => void {
    return error => {
      const known = this.findings.get(object);
      if (known) known.push(error);
      else this.findings.set(object, [error]);
    };
  }
  told(object: AnyObject): string[] {
    return (this.findings.get(object) ?? []).map(({ field, message }) => `${field}: ${message}`);
  }
}

function errorsOf(
  { schema, scale }: StrategyParts,
  object: AnyObject,
  old?: AnyObject,
  forgive?: Forgive,
): FieldError[] {
  const more = scale ? [...specScaleErrors(object, scale), ...statusScaleErrors(object, scale)] : [];
  return schema.validate(object, old, { more, isNameless: !object.metadata?.name, ...(forgive && { forgive }) });
}

function statusErrorsOf(
  { schema, scale }: StrategyParts,
  object: AnyObject,
  old: AnyObject,
  forgive: Forgive,
): FieldError[] {
  return schema.validateStatus(object, old, { more: scale ? statusScaleErrors(object, scale) : [], forgive });
}

function takeOver(object: AnyObject, old: AnyObject, name: string): void {
  if (Object.hasOwn(old, name)) object[name] = deepClone(old[name]);
  else delete object[name];
}

/** sameContent compares everything but the metadata. */
function sameContent({ metadata: _own, ...object }: AnyObject, { metadata: _old, ...old }: AnyObject): boolean {
  return deepEqual(object, old);
}
