import { IngressClasses, type networkingv1 } from '@navarch/api';
import { field, isDNS1123Label, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { validateDomainPath } from '../../../shared/domain-path';
import { each, IMMUTABLE, type Release } from '../../../shared/errors';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';
import { validateReference } from '../shared/reference';

const SPEC = Path.at('spec');
/** SCOPES is the first release whose classes take their parameters from one namespace, too. */
const SCOPES: Minor = 22;
const MAX_CONTROLLER = 250;

function validateIngressClass({ spec = {} }: networkingv1.IngressClass, release: Release): FieldError[] {
  const { emulated } = release;
  const { controller = '', parameters } = spec;
  const at = SPEC.child('controller');
  const errors: FieldError[] = [];
  if (controller.length > MAX_CONTROLLER) errors.push(field.tooLong(at, MAX_CONTROLLER, emulated));
  errors.push(...validateDomainPath(controller, at));
  if (!parameters) return errors;
  const where = SPEC.child('parameters');
  return [
    ...errors,
    ...validateReference(parameters, where),
    ...(emulated < SCOPES ? [] : validateScope(parameters, where, release)),
  ];
}

function validateScope(
  { scope, namespace }: networkingv1.IngressClassParametersReference,
  path: Path,
  release: Release,
): FieldError[] {
  const at = path.child('namespace');
  switch (scope) {
    case 'Namespace':
      if (namespace === undefined) return [field.required(at, "`parameters.scope` is set to 'Namespace'")];
      return each(at, namespace, isDNS1123Label(namespace, release));
    case 'Cluster':
      return namespace === undefined ? [] : [field.forbidden(at, "`parameters.scope` is set to 'Cluster'")];
    default:
      return [field.notSupported(path.child('scope'), scope ?? '', ['Cluster', 'Namespace'])];
  }
}

function parameters({ spec }: networkingv1.IngressClass): string {
  const given = spec?.parameters;
  if (!given) return NONE;
  return `${given.kind}${given.apiGroup ? `.${given.apiGroup}` : ''}/${given.name}`;
}

/** ingressClass declares IngressClass, whose controller is fixed. */
export const ingressClass = defineKind<networkingv1.IngressClass>({
  resource: IngressClasses,
  versions: [
    served('networking.k8s.io/v1', 'IngressClass', { storedSince: 22 }),
    served('networking.k8s.io/v1beta1', 'IngressClass', {
      until: 21,
      storedSince: 0,
      // The warning names the list.
      deprecated: deprecatedFor('1.19', '1.22', 'networking.k8s.io/v1 IngressClassList'),
    }),
  ],
  dormant: { 'spec.parameters.scope': SCOPES, 'spec.parameters.namespace': SCOPES },
  defaults({ spec }, emulated) {
    if (spec?.parameters && emulated >= SCOPES) spec.parameters.scope ??= 'Cluster';
  },
  columns: defineColumns<networkingv1.IngressClass>([
    nameColumn,
    text('Controller', ({ spec }) => spec?.controller ?? ''),
    text('Parameters', parameters),
    ageColumn,
  ]),
  strategy: specStrategy<networkingv1.IngressClass>({
    generation: true,
    validate: validateIngressClass,
    validateUpdate: (object, old, release) => [
      ...(object.spec?.controller === old.spec?.controller
        ? []
        : [field.invalid(SPEC.child('controller'), object.spec?.controller ?? '', IMMUTABLE)]),
      ...validateIngressClass(object, release),
    ],
  }),
});
