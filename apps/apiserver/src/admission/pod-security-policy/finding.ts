import type { corev1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';

export type Container = corev1.Container | corev1.EphemeralContainer;

/** Finding is a way in which a pod breaks a policy. */
export type Finding = FieldError;

/** refused is an invalid value that is a list: the releases with these policies show lists in Go's syntax, here given as `go`. */
export function refused(path: Path, go: string, detail: string): Finding {
  return { reason: 'FieldValueInvalid', field: path.toString(), message: `Invalid value: ${go}: ${detail}` };
}

/** ANNOTATIONS is where findings about profiles in annotations point to. */
export const ANNOTATIONS = Path.at('pod', 'metadata', 'annotations');

/** findingsText shows findings as a refusal lists them: `[spec.hostPID: Invalid value: true: … spec.x: …]`. */
export function findingsText(findings: readonly Finding[]): string {
  return `[${findings.map(({ field: at, message }) => `${at}: ${message}`).join(' ')}]`;
}

/** mustBe: a finding unless both texts are the same. */
export function mustBe(path: Path, actual: string | undefined, wanted: string | undefined): Finding[] {
  return (actual ?? '') === (wanted ?? '') ? [] : [field.invalid(path, actual ?? '', `must be ${wanted ?? ''}`)];
}
