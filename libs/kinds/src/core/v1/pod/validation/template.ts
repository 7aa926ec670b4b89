import type { corev1 } from '@navarch/api';
import { type FieldError, type Path, validateAnnotations, validateLabels } from '@navarch/apimachinery';
import type { Release } from '../../../../shared/errors';
import { validatePodSpec } from './pod-spec';

/** validateTemplate checks a pod template: labels, annotations and spec. */
export function validateTemplate(template: corev1.PodTemplateSpec, path: Path, release: Release): FieldError[] {
  return [
    ...validateLabels(template.metadata?.labels, path.child('labels')),
    ...validateAnnotations(template.metadata?.annotations, path.child('annotations')),
    ...validatePodSpec(template.spec ?? { containers: [] }, path.child('spec'), release),
  ];
}
