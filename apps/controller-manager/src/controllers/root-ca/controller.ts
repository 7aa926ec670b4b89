import { ConfigMaps, Namespaces, type corev1 } from '@navarch/api';
import { isAlreadyExists, isDeleting } from '@navarch/apimachinery';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { isNamespaceTerminating } from '../../shared/pod-control';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
/** The text is upstream's, as clients may show it. */
const DESCRIBED =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** startRootCa publishes the root CA as config map `kube-root-ca.crt` in every namespace. Without a root CA it does nothing. */
export function startRootCa(context: ControllerContext): Runnable[] {
  const { rootCa } = context.settings;
  if (!rootCa) return [];
  const namespaces = context.informers.informer(Namespaces);
  const configMaps = context.informers.informer(ConfigMaps, { fieldSelector: `metadata.name=${NAME}` });
  const client = context.client.resource(ConfigMaps);
  const data = { 'ca.crt': rootCa };
  const controller = new Controller({
    ...standard(context),
    name: 'root_ca_cert_publisher',
    concurrency: 1,
    waitFor: [namespaces, configMaps],
    reconcile: async ({ name: namespace }) => {
      const owner = namespaces.get('', namespace);
      if (!owner || isDeleting(owner)) return;
      const described = (await context.release()).has('describedRootCa');
      const known = configMaps.get(namespace, NAME);
      if (known && semanticEqual(known.data, data) && (!described || known.metadata?.annotations?.[DESCRIPTION]))
        return;
      const metadata = {
        ...known?.metadata,
        namespace,
        name: NAME,
        ...(described && { annotations: { ...known?.metadata?.annotations, [DESCRIPTION]: DESCRIBED } }),
      };
      try {
        if (known) await client.update({ ...known, metadata, data });
        else await client.create({ metadata, data });
      } catch (error) {
        if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
      }
    },
  });
  namespaces.addHandler(enqueueObject(controller.queue));
  const requeue = ({ metadata }: corev1.ConfigMap) => controller.queue.add(metadata?.namespace ?? '');
  configMaps.addHandler({ updated: (_old, current) => requeue(current), deleted: requeue });
  return [{ name: 'root_ca_cert_publisher', run: signal => controller.run(signal) }];
}
