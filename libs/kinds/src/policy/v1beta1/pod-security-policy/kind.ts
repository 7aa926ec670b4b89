import { resource, type policyv1beta1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { validatePolicy } from './validation';

type Policy = policyv1beta1.PodSecurityPolicy;

/** No release with these policies looked at masks of /proc unless told to. */
function dropProcMounts({ spec }: Policy): void {
  delete spec?.allowedProcMountTypes;
}

/** podSecurityPolicies is the token of PodSecurityPolicies, which today's models have no more. */
export const podSecurityPolicies = resource<Policy>(
  'policy/v1beta1',
  'podsecuritypolicies',
  'PodSecurityPolicy',
  false,
);

/** podSecurityPolicy declares PodSecurityPolicy, kept so that older manifests apply; the admission plugin of that name holds pods to it, up to 1.24. */
export const podSecurityPolicy = defineKind<Policy>({
  resource: podSecurityPolicies,
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
  strategy: plainStrategy<Policy>(validatePolicy, {
    metadataChecks: { update: ['change'] },
    prepareForCreate: dropProcMounts,
    prepareForUpdate: dropProcMounts,
  }),
});
