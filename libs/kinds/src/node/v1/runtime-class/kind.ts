import { RuntimeClasses, type corev1, type nodev1 } from '@navarch/api';
import { field, foundIn, isDNS1123Label, Path, validateLabels, type FieldError } from '@navarch/apimachinery';
import { validateResources } from '../../../core/v1/pod/validation/resources';
import { validateTolerations } from '../../../core/v1/pod/validation/tolerations';
import { goStruct } from '../../../shared/go-struct';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { duplicateStruct, each, IMMUTABLE, type Release } from '../../../shared/errors';
import { LABELS_WARN, labelWarnings } from '../../../shared/node-labels';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

type Fields = Record<string, unknown>;

/** fromAlpha: v1alpha1 had all of it in a spec, and called the handler runtimeHandler. In place. */
export function fromAlpha(object: Fields): void {
  const { runtimeHandler = '', ...rest } = (object['spec'] as Fields | undefined) ?? {};
  delete object['spec'];
  Object.assign(object, { handler: runtimeHandler, ...rest });
}

/** toAlpha is the way back. */
export function toAlpha(object: Fields): void {
  const spec: Fields = { runtimeHandler: object['handler'] ?? '' };
  for (const name of ['overhead', 'scheduling']) {
    if (object[name] !== undefined) spec[name] = object[name];
    delete object[name];
  }
  delete object['handler'];
  object['spec'] = spec;
}

function validateRuntimeClass(
  { handler = '', overhead, scheduling }: nodev1.RuntimeClass,
  release: Release,
): FieldError[] {
  const at = Path.at('scheduling');
  return [
    ...each(Path.at('handler'), handler, isDNS1123Label(handler, release)),
    ...(overhead?.podFixed ? validateResources({ limits: overhead.podFixed }, Path.at('overhead'), release) : []),
    ...validateLabels(scheduling?.nodeSelector, at.child('nodeSelector')),
    ...validateTolerations(scheduling?.tolerations, at.child('tolerations', 'tolerations')),
    ...repeatedTolerations(scheduling?.tolerations ?? [], at.child('tolerations')),
  ];
}

/** repeatedTolerations finds tolerations that stand twice; how long they hold does not tell them apart. */
function repeatedTolerations(tolerations: readonly corev1.Toleration[], path: Path): FieldError[] {
  const keyOf = ({ key = '', operator = '', value = '', effect = '' }: corev1.Toleration) =>
    JSON.stringify([key, operator, value, effect]);
  const keys = tolerations.map(keyOf);
  return foundIn(tolerations, (toleration, i) =>
    keys.indexOf(keys[i]!) < i ? [duplicateStruct(path.index(i), goStruct('core.Toleration', toleration))] : [],
  );
}

const deprecated = deprecatedFor('1.22', '1.25', 'node.k8s.io/v1 RuntimeClass');

/** runtimeClass declares RuntimeClass, whose handler is fixed. */
export const runtimeClass = defineKind<nodev1.RuntimeClass>({
  resource: RuntimeClasses,
  versions: [
    served('node.k8s.io/v1', 'RuntimeClass', { storedSince: 22 }),
    served('node.k8s.io/v1beta1', 'RuntimeClass', { until: 24, storedSince: 0, deprecated }),
    served('node.k8s.io/v1alpha1', 'RuntimeClass', { until: 24, toHub: fromAlpha, fromHub: toAlpha }),
  ],
  columns: defineColumns<nodev1.RuntimeClass>([nameColumn, text('Handler', ({ handler = '' }) => handler), ageColumn]),
  anyFinalizer: true,
  strategy: plainStrategy<nodev1.RuntimeClass>(validateRuntimeClass, {
    metadataChecks: { update: ['whole', 'change'] },
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    warnings: ({ scheduling }, _old, { emulated }) =>
      emulated < LABELS_WARN
        ? []
        : Object.keys(scheduling?.nodeSelector ?? {}).flatMap(key =>
            labelWarnings(key, Path.at('scheduling', 'nodeSelector')),
          ),
    validateUpdate: (object, old, release) => [
      ...validateRuntimeClass(object, release),
      ...(object.handler === old.handler ? [] : [field.invalid(Path.at('handler'), object.handler, IMMUTABLE)]),
    ],
  }),
});
