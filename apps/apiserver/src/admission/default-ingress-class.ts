import type { networkingv1 } from '@navarch/api';
import { internalError } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource, refuse } from './refuse';

/** DefaultIngressClass gives Ingresses that name no class the default one; of several the newest, before 1.26 none: that is an error. */
export class DefaultIngressClass implements AdmissionPlugin {
  readonly name = 'DefaultIngressClass';

  constructor(
    private readonly classes: () => readonly networkingv1.IngressClass[],
    private readonly emulated: number,
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    if (attributes.operation !== 'CREATE') return false;
    return isResource(attributes, 'ingresses.networking.k8s.io') || isResource(attributes, 'ingresses.extensions');
  }

  admit(attributes: AdmissionAttributes): void {
    const ingress = attributes.object as networkingv1.Ingress;
    if (ingress.spec?.ingressClassName !== undefined) return;
    if (ingress.metadata?.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
    const marked = this.classes().filter(
      one => one.metadata?.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
    );
    if (marked.length > 1 && this.emulated < 26) {
      throw refuse(
        attributes,
        internalError(new Error(`${marked.length} default IngressClasses were found, only 1 allowed`)).message,
      );
    }
    const chosen = newest(marked);
    if (chosen) ingress.spec = { ...ingress.spec, ingressClassName: chosen.metadata!.name! };
  }
}

/** newest is the youngest class, of equally old ones the first by name. */
function newest(classes: readonly networkingv1.IngressClass[]): networkingv1.IngressClass | undefined {
  const age = (one: networkingv1.IngressClass) => Date.parse(one.metadata?.creationTimestamp ?? '') || 0;
  return [...classes].sort((a, b) => age(b) - age(a) || (a.metadata!.name! < b.metadata!.name! ? -1 : 1))[0];
}
