import { resource, type policyv1beta1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { oneOf } from '../../../shared/errors';
import { nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

type Policy = policyv1beta1.PodSecurityPolicy;
type Spec = policyv1beta1.PodSecurityPolicySpec;
const SPEC = Path.at('spec');
const NONE = {} as Spec;
const ANY = ['MayRunAs', 'MustRunAs', 'RunAsAny'];

function validateRange(range: policyv1beta1.IDRange, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  if ((range.min ?? 0) < 0) errors.push(field.invalid(path.child('min'), range.min, 'min cannot be negative'));
  if ((range.max ?? 0) < 0) errors.push(field.invalid(path.child('max'), range.max, 'max cannot be negative'));
  if ((range.min ?? 0) > (range.max ?? 0))
    errors.push(field.invalid(path.child('min'), range.min, 'min cannot be greater than max'));
  return errors;
}

function validatePolicy({ spec = NONE }: Policy): FieldError[] {
  const errors: FieldError[] = [];
  const rule = (
    name: 'runAsUser' | 'runAsGroup' | 'seLinux' | 'supplementalGroups' | 'fsGroup',
    rules: readonly string[],
  ) => {
    const at = SPEC.child(name);
    const strategy = spec[name];
    errors.push(...oneOf(at.child('rule'), strategy?.rule, rules));
    const ranges = strategy && 'ranges' in strategy ? (strategy.ranges ?? []) : [];
    ranges.forEach((range, i) => errors.push(...validateRange(range, at.child('ranges').index(i))));
  };
  rule('runAsUser', ['MustRunAs', 'MustRunAsNonRoot', 'RunAsAny']);
  if (spec.runAsGroup) rule('runAsGroup', ANY);
  rule('seLinux', ['MustRunAs', 'RunAsAny']);
  rule('supplementalGroups', ANY);
  rule('fsGroup', ANY);
  if (spec.defaultAllowPrivilegeEscalation && spec.allowPrivilegeEscalation === false) {
    errors.push(
      field.invalid(
        SPEC.child('defaultAllowPrivilegeEscalation'),
        true,
        'Cannot set DefaultAllowPrivilegeEscalation to true without also setting AllowPrivilegeEscalation to true',
      ),
    );
  }
  const dropped = new Set(spec.requiredDropCapabilities ?? []);
  for (const name of ['defaultAddCapabilities', 'allowedCapabilities'] as const) {
    for (const capability of spec[name] ?? []) {
      if (dropped.has(capability))
        errors.push(
          field.invalid(SPEC.child(name), capability, 'capability is also listed in requiredDropCapabilities'),
        );
    }
  }
  if (spec.privileged && spec.allowPrivilegeEscalation === false) {
    errors.push(field.notSupported(SPEC.child('allowPrivilegeEscalation'), false, ['true']));
  }
  return errors;
}

/** podSecurityPolicy declares PodSecurityPolicy, kept so that older manifests apply; nothing enforces it in later releases. */
export const podSecurityPolicy = defineKind<Policy>({
  resource: resource<Policy>('policy/v1beta1', 'podsecuritypolicies', 'PodSecurityPolicy', false),
  versions: [
    served('policy/v1beta1', 'PodSecurityPolicy', { until: 24, deprecated: deprecatedFor('1.21', '1.25') }),
    served('extensions/v1beta1', 'PodSecurityPolicy', {
      schema: 'io.k8s.api.policy.v1beta1.PodSecurityPolicy',
      until: 15,
      deprecated: deprecatedFor('1.11', '1.16', 'policy/v1beta1 PodSecurityPolicy'),
    }),
  ],
  storagePath: 'podsecuritypolicy',
  shortNames: ['psp'],
  defaults({ spec }) {
    if (spec) spec.allowPrivilegeEscalation ??= true;
  },
  columns: defineColumns<Policy>([
    nameColumn,
    text('Priv', ({ spec }) => String(spec?.privileged ?? false)),
    text('Caps', ({ spec }) => (spec?.allowedCapabilities ?? []).join(',')),
    text('SELinux', ({ spec }) => spec?.seLinux?.rule ?? ''),
    text('RunAsUser', ({ spec }) => spec?.runAsUser?.rule ?? ''),
    text('FsGroup', ({ spec }) => spec?.fsGroup?.rule ?? ''),
    text('SupGroup', ({ spec }) => spec?.supplementalGroups?.rule ?? ''),
    text('ReadOnlyRootFs', ({ spec }) => spec?.readOnlyRootFilesystem ?? false),
    text('Volumes', ({ spec }) => (spec?.volumes ?? []).join(',')),
  ]),
  strategy: plainStrategy<Policy>(validatePolicy),
});
