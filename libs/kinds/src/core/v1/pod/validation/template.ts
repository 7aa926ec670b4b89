import type { corev1 } from '@navarch/api';
import type { FieldError, Path } from '@navarch/apimachinery';
import type { Release } from '../../../../shared/errors';
import { validateLabels } from '../../../../shared/label-validation';
import { validateAnnotations } from '../../../../shared/annotations';
import { validatePodSpec } from './pod-spec';

/** validateTemplate checks a pod template: labels, annotations and spec. */
export function validateTemplate(template: corev1.PodTemplateSpec, path: Path, release: Release): FieldError[] {
  return [
    ...validateLabels(template.metadata?.labels, path.child('labels')),
    ...validateAnnotations(template.metadata?.annotations, path.child('annotations')),
    ...validatePodSpec(template.spec ?? { containers: [] }, path.child('spec'), release),
  ];
}
