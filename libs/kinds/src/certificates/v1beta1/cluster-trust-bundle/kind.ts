import { resource, type certificatesv1beta1 } from '@navarch/api';
import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { IMMUTABLE, type Release } from '../../../shared/errors';
import { pemBlocks, readCertificate, type PemBlock } from '../../../shared/pem';
import { nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

type Bundle = certificatesv1beta1.ClusterTrustBundle;
const SPEC = Path.at('spec');

function validate({ metadata, spec }: Bundle, { emulated }: Release, trusted?: string): FieldError[] {
  const { signerName, trustBundle = '' } = spec ?? ({} as certificatesv1beta1.ClusterTrustBundleSpec);
  // A bundle of a signer is named for it, so that names of signers' bundles and others never meet.
  const prefix = signerName ? `${signerName.replace('/', ':')}:` : '';
  const fits = signerName ? metadata?.name?.startsWith(prefix) : !metadata?.name?.includes(':');
  const problem = signerName
    ? `ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`
    : 'ClusterTrustBundle without signer name must not have ":" in its name';
  return [
    ...(fits ? [] : [field.invalid(Path.at('metadata', 'name'), metadata?.name ?? '', problem)]),
    ...(trustBundle === trusted ? [] : validateBundle(trustBundle, SPEC.child('trustBundle'), emulated)),
  ];
}

const MAX_BYTES = 1024 * 1024;

/** validateBundle wants at least one authority, and none twice. */
function validateBundle(text: string, path: Path, emulated: Minor): FieldError[] {
  if (Buffer.byteLength(text) > MAX_BYTES) return [field.tooLong(path, MAX_BYTES, emulated)];
  const blocks = pemBlocks(text);
  const complain = (detail: string) => field.invalid(path, '<value omitted>', detail);
  const bad = foundIn(blocks, (block, i) => {
    const why = problemOf(block);
    return why === undefined ? [] : [complain(`entry ${i} ${why}`)];
  });
  if (bad.length) return bad;
  if (!blocks.length) return [complain('at least one trust anchor must be provided')];
  const same = new Map<string, number[]>();
  blocks.forEach(({ bytes }, i) => {
    const der = bytes.toString('base64');
    same.set(der, [...(same.get(der) ?? []), i]);
  });
  return [...same.values()]
    .filter(indices => indices.length > 1)
    .map(indices => complain(`duplicate trust anchor (indices [${indices.join(' ')}])`));
}

function problemOf({ type, hasHeaders, bytes }: PemBlock): string | undefined {
  if (type !== 'CERTIFICATE') return `has bad block type: ${type}`;
  if (hasHeaders) return 'has PEM block headers';
  const certificate = readCertificate(bytes);
  if (!certificate) return 'does not parse as X.509';
  return certificate.ca ? undefined : 'does not have the CA bit set';
}

/** clusterTrustBundle declares ClusterTrustBundle, certificates that workloads may trust; its signer is fixed. */
export const clusterTrustBundle = defineKind<Bundle>({
  resource: resource<Bundle>('certificates.k8s.io/v1beta1', 'clustertrustbundles', 'ClusterTrustBundle', false),
  versions: [served('certificates.k8s.io/v1beta1', 'ClusterTrustBundle', { since: 33, optIn: true })],
  selectableFields: ({ spec }) => ({ 'spec.signerName': spec?.signerName ?? '' }),
  fieldLabels: ['spec.signerName'],
  columns: defineColumns<Bundle>([nameColumn, text('SignerName', ({ spec }) => spec?.signerName || '<none>')]),
  strategy: plainStrategy<Bundle>(validate, {
    allowUnconditionalUpdate: false,
    // What is as it was need not be read again.
    validateUpdate: (bundle, old, release) => [
      ...validate(bundle, release, old.spec?.trustBundle),
      ...(bundle.spec?.signerName === old.spec?.signerName
        ? []
        : [field.invalid(SPEC.child('signerName'), bundle.spec?.signerName, IMMUTABLE)]),
    ],
  }),
  nameRule: name => (/^[^/%]+$/.test(name) ? [] : ["may not contain '/'"]),
});
