import type { corev1 } from '@navarch/api';
import { notFound, StatusError } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Lookup } from '../lookup';
import { refuse, resourceName } from './refuse';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** NamespaceLifecycle refuses writes into namespaces that do not exist or go away, and the deletion of the three that stay. */
export class NamespaceLifecycle implements AdmissionPlugin {
  readonly name = 'NamespaceLifecycle';

  constructor(private readonly namespaces: Lookup<corev1.Namespace>) {}

  handles({ operation }: AdmissionAttributes): boolean {
    return operation !== 'CONNECT';
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const { operation, namespace } = attributes;
    if (resourceName(attributes) === 'namespaces') {
      if (operation === 'DELETE' && IMMORTAL.has(attributes.name))
        throw refuse(attributes, 'this namespace may not be deleted');
      return;
    }
    if (
      !namespace ||
      operation === 'DELETE' ||
      resourceName(attributes) === 'localsubjectaccessreviews.authorization.k8s.io'
    )
      return;
    const found = await this.namespaces('', namespace);
    if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
    if (operation === 'CREATE' && isTerminating(found)) throw terminating(attributes);
  }
}

function isTerminating(namespace: corev1.Namespace): boolean {
  return namespace.metadata?.deletionTimestamp !== undefined || namespace.status?.phase === 'Terminating';
}

function terminating(attributes: AdmissionAttributes): StatusError {
  const { namespace } = attributes;
  const { message, details } = refuse(
    attributes,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return new StatusError(403, 'Forbidden', message, { ...details, causes: [cause] });
}
