import { resource, type certificatesv1beta1 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { IMMUTABLE, requireText } from '../../../shared/errors';
import { nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

type Bundle = certificatesv1beta1.ClusterTrustBundle;
const SPEC = Path.at('spec');

/** clusterTrustBundle declares ClusterTrustBundle, certificates that workloads may trust; its signer is fixed. */
export const clusterTrustBundle = defineKind<Bundle>({
  resource: resource<Bundle>('certificates.k8s.io/v1beta1', 'clustertrustbundles', 'ClusterTrustBundle', false),
  versions: [served('certificates.k8s.io/v1beta1', 'ClusterTrustBundle', { since: 33, optIn: true })],
  selectableFields: ({ spec }) => ({ 'spec.signerName': spec?.signerName ?? '' }),
  fieldLabels: ['spec.signerName'],
  columns: defineColumns<Bundle>([nameColumn, text('SignerName', ({ spec }) => spec?.signerName || '<none>')]),
  strategy: plainStrategy<Bundle>(
    ({ metadata, spec }) => {
      const { signerName, trustBundle } = spec ?? ({} as certificatesv1beta1.ClusterTrustBundleSpec);
      // A bundle of a signer is named for it, so that names of signers' bundles and others never meet.
      const prefix = signerName ? `${signerName.replace('/', ':')}:` : '';
      const fits = signerName ? metadata?.name?.startsWith(prefix) : !metadata?.name?.includes(':');
      const problem = signerName
        ? `ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`
        : 'ClusterTrustBundle without signer name must not have ":" in its name';
      return [
        ...(fits ? [] : [field.invalid(Path.at('metadata', 'name'), metadata?.name ?? '', problem)]),
        ...requireText(SPEC.child('trustBundle'), trustBundle),
      ];
    },
    {
      allowUnconditionalUpdate: false,
      alsoOnUpdate: ({ spec }, { spec: old }) =>
        spec?.signerName === old?.signerName
          ? []
          : [field.invalid(SPEC.child('signerName'), spec?.signerName, IMMUTABLE)],
    },
  ),
  nameRule: name => (/^[^/%]+$/.test(name) ? [] : ["may not contain '/'"]),
});
