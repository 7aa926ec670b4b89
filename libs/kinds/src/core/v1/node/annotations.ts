import type { corev1 } from '@navarch/api';
import { field, foundIn, isRecord, Path, type FieldError } from '@navarch/apimachinery';
import { readAnnotation, type AnnotationForm } from '../../../shared/annotation-json';

const ANNOTATIONS = Path.at('metadata', 'annotations');
const TAINTS: AnnotationForm = { key: 'scheduler.alpha.kubernetes.io/taints', goType: '[]core.Taint', list: true };
const AVOID: AnnotationForm = {
  key: 'scheduler.alpha.kubernetes.io/preferAvoidPods',
  goType: 'v1.AvoidPods',
  list: false,
};

/** validateNodeAnnotations checks the annotations of a node that schedulers read; `taints` checks those that stand in one. */
export function validateNodeAnnotations(
  { metadata }: corev1.Node,
  taints: (list: corev1.Taint[], path: Path) => FieldError[],
): FieldError[] {
  const tainted = readAnnotation(metadata?.annotations, TAINTS, ANNOTATIONS);
  const avoided = readAnnotation(metadata?.annotations, AVOID, ANNOTATIONS.child('AvoidPods'));
  return [
    ...tainted.errors,
    ...taints(records(tainted.value) as Partial<corev1.Taint>[] as corev1.Taint[], ANNOTATIONS.child(TAINTS.key)),
    ...avoided.errors,
    ...foundIn(records(isRecord(avoided.value) ? avoided.value['preferAvoidPods'] : undefined), (entry, i) =>
      validateEntry(entry, ANNOTATIONS.child(AVOID.key).index(i)),
    ),
  ];
}

const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function validateEntry({ podSignature }: Record<string, unknown>, path: Path): FieldError[] {
  const at = path.child('PodSignature');
  const controller = isRecord(podSignature) ? podSignature['podController'] : undefined;
  if (!isRecord(controller)) return [field.required(at)];
  if (controller['controller'] === true) return [];
  return [field.invalid(at.child('PodController', 'Controller'), false, 'must point to a controller')];
}
