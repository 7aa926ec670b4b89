import type { corev1 } from '@navarch/api';

/** tolerates tells whether one of the tolerations covers the taint, by the documented rules. Pure. */
export function tolerates(tolerations: readonly corev1.Toleration[] | undefined, taint: corev1.Taint): boolean {
  return (tolerations ?? []).some(({ key, operator, value, effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (key && key !== taint.key) return false;
    return operator === 'Exists' || (!!key && (value ?? '') === (taint.value ?? ''));
  });
}
