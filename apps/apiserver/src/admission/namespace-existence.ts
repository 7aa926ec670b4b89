import type { corev1 } from '@navarch/api';
import { isAlreadyExists, notFound } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Lookup } from '../lookup';
import { resourceName } from './refuse';

/** NamespaceExists (off by default) refuses writes into namespaces that do not exist, which NamespaceLifecycle does too. */
export class NamespaceExists implements AdmissionPlugin {
  readonly name = 'NamespaceExists';

  constructor(private readonly namespaces: Lookup<corev1.Namespace>) {}

  handles(attributes: AdmissionAttributes): boolean {
    return attributes.operation !== 'CONNECT' && isWithinNamespace(attributes);
  }

  async validate({ namespace }: AdmissionAttributes): Promise<void> {
    if (!(await this.namespaces('', namespace))) throw notFound({ group: '', resource: 'namespaces' }, namespace);
  }
}

/** NamespaceAutoProvision (off by default) makes the namespace that something is to be created in, if it is not there. */
export class NamespaceAutoProvision implements AdmissionPlugin {
  readonly name = 'NamespaceAutoProvision';

  constructor(
    private readonly namespaces: Lookup<corev1.Namespace>,
    private readonly create: (namespace: corev1.Namespace) => Promise<unknown>,
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    // A dry run leaves nothing behind.
    return attributes.operation === 'CREATE' && !attributes.dryRun && isWithinNamespace(attributes);
  }

  async admit({ namespace }: AdmissionAttributes): Promise<void> {
    if (await this.namespaces('', namespace)) return;
    await this.create({ metadata: { name: namespace } }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  }
}

const isWithinNamespace = (attributes: AdmissionAttributes) =>
  !!attributes.namespace && resourceName(attributes) !== 'namespaces';
