import type { corev1 } from '@navarch/api';
import { field, type FieldError, type Path, validateAnnotations, validateLabels } from '@navarch/apimachinery';
import type { Release } from '../../../../shared/errors';
import { validatePodAnnotations, validateSeccompMatch } from './annotations';
import { validatePodSpec } from './pod-spec';

/** validateTemplate checks a pod template: labels, annotations and spec. */
export function validateTemplate(template: corev1.PodTemplateSpec, path: Path, release: Release): FieldError[] {
  const { spec = { containers: [] } } = template;
  return [
    ...validateLabels(template.metadata?.labels, path.child('labels')),
    ...validateAnnotations(template.metadata?.annotations, path.child('annotations'), release.emulated),
    ...validatePodAnnotations(template.metadata?.annotations, spec, path.child('annotations')),
    ...validatePodSpec(spec, path.child('spec'), release, true),
    ...validateSeccompMatch(template.metadata ?? {}, spec, path.child('spec'), release),
    ...(spec.ephemeralContainers?.length
      ? [field.forbidden(path.child('spec', 'ephemeralContainers'), 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}

/** validateTemplateMetadata checks a template without its spec, whose volumes are not known yet. */
export function validateTemplateMetadata(
  { metadata, spec }: corev1.PodTemplateSpec,
  path: Path,
  release: Release,
): FieldError[] {
  return [
    ...validateLabels(metadata?.labels, path.child('labels')),
    ...validateAnnotations(metadata?.annotations, path.child('annotations'), release.emulated),
    ...validatePodAnnotations(metadata?.annotations, spec ?? { containers: [] }, path.child('annotations')),
  ];
}
