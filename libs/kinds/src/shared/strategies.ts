import type { FieldError, KubeObject, ObjectMeta } from '@navarch/apimachinery';
import type { Strategy, StrategyContext } from '../kind';
import { semanticEqual } from './equal';
import { drop, keep, keepGeneration, setGeneration } from './keep';

/** WithStatus is an object whose spec is the clients' and whose status is the controllers'. */
export type WithStatus = KubeObject & { spec?: unknown; status?: unknown };

type Validate<T> = (object: T, context: StrategyContext) => FieldError[];
type ValidateUpdate<T> = (object: T, old: T, context: StrategyContext) => FieldError[];

/** Options of the shared strategies; `generation` counts changes of the spec. */
export interface SpecStrategyOptions<T extends KubeObject> extends Strategy<T> {
  /** generation: true counts changes of spec (or, without one, of everything but the metadata); a number: since that release. */
  readonly generation?: boolean | number;
  /** countsEmpties: a list or map without content in the spec of an update is a change each time, as it is not kept. */
  readonly countsEmpties?: boolean;
  /** sameSpec compares specs for the generation; semanticEqual unless given. */
  readonly sameSpec?: (spec: unknown, old: unknown) => boolean;
}

/** asNew looks at a change as at a new object: whatever was there before. */
export const asNew =
  <T>(find: Validate<T>): ValidateUpdate<T> =>
  (object, _old, context) =>
    find(object, context);

const counts = (generation: boolean | number | undefined, emulated: number) =>
  typeof generation === 'number' ? emulated >= generation : generation === true;

/** sendsEmpties tells whether the body of an update has a list or map without content in a field. */
export const sendsEmpties = (object: object, field: string, context: StrategyContext): boolean =>
  context.sendsEmpties?.(object, field) === true;

/**
 * specStrategy is the main endpoint of a kind with a status subresource: a new object starts without status, an update keeps the
 * old status, and the generation counts changes of the spec. prepareForCreate and prepareForUpdate of the options run after that.
 */
export function specStrategy<T extends WithStatus>(options: SpecStrategyOptions<T> = {}): Strategy<T> {
  return {
    allowUnconditionalUpdate: true,
    ...options,
    prepareForCreate(object, context) {
      drop(object, 'status');
      if (counts(options.generation, context.emulated)) setGeneration(object);
      options.prepareForCreate?.(object, context);
    },
    prepareForUpdate(object, old, context) {
      keep(object, old, 'status');
      options.prepareForUpdate?.(object, old, context);
      if (!counts(options.generation, context.emulated)) return;
      const same = (options.sameSpec ?? semanticEqual)(object.spec, old.spec);
      keepGeneration(object, old, !same || (options.countsEmpties === true && sendsEmpties(object, 'spec', context)));
    },
  };
}

/**
 * statusStrategy is the status endpoint: it takes the new status and keeps the old spec and generation. Whether it needs a
 * resourceVersion is the kind's matter.
 */
export function statusStrategy<T extends WithStatus>(options: Strategy<T> = {}): Strategy<T> {
  return {
    metadataChecks: { update: ['change'] },
    ...options,
    prepareForUpdate(object, old, context) {
      keep(object, old, 'spec');
      keepGeneration(object, old, false);
      options.prepareForUpdate?.(object, old, context);
    },
  };
}

/** ISOLATED are the fields of metadata that most isolated endpoints keep. */
export const ISOLATED = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/**
 * isolatedStatusStrategy is the status endpoint of kinds whose metadata it does not change either: the fields of it that are named,
 * or all but managedFields, stay as they are.
 */
export function isolatedStatusStrategy<T extends WithStatus>(
  options: Strategy<T> = {},
  kept: readonly (keyof ObjectMeta)[] | 'all' = ISOLATED,
): Strategy<T> {
  return statusStrategy<T>({
    resets: kept === 'all' ? ['metadata', 'spec'] : ['spec', ...kept.map(name => `metadata.${name}`)],
    ...options,
    prepareForUpdate(object, old, context) {
      const metadata = (object.metadata ??= {});
      if (kept === 'all') object.metadata = { ...old.metadata, managedFields: metadata.managedFields };
      else keep(metadata, old.metadata ?? {}, ...kept);
      options.prepareForUpdate?.(object, old, context);
    },
  });
}

/** plainStrategy is for kinds without status and generation. An update is validated like a new object unless told otherwise. */
export function plainStrategy<T extends KubeObject>(
  validate?: Validate<T>,
  options: Strategy<T> & { readonly alsoOnUpdate?: ValidateUpdate<T> } = {},
): Strategy<T> {
  const { alsoOnUpdate, ...rest } = options;
  return {
    allowUnconditionalUpdate: true,
    ...(validate && { validate }),
    validateUpdate: (object, old, context) => [
      ...(validate?.(object, context) ?? []),
      ...(alsoOnUpdate?.(object, old, context) ?? []),
    ],
    ...rest,
  };
}
