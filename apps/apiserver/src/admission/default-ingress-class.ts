import type { networkingv1 } from '@navarch/api';
import { internalError } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource, refuse } from './refuse';

/** DefaultIngressClass gives Ingresses that name no class the default one; several defaults are an error. */
export class DefaultIngressClass implements AdmissionPlugin {
  readonly name = 'DefaultIngressClass';

  constructor(private readonly classes: () => readonly networkingv1.IngressClass[]) {}

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
    if (marked.length > 1) {
      throw refuse(
        attributes,
        internalError(new Error(`${marked.length} default IngressClasses were found, only 1 allowed`)).message,
      );
    }
    if (marked[0]) ingress.spec = { ...ingress.spec, ingressClassName: marked[0].metadata!.name! };
  }
}
