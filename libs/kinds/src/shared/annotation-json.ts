import { decodeJson, field, isRecord, type FieldError, type Path } from '@navarch/apimachinery';

/** AnnotationForm is what the JSON of an annotation stands for: the Go type that messages name, and whether that is a list. */
export interface AnnotationForm {
  readonly key: string;
  readonly goType: string;
  readonly list: boolean;
}

/**
 * readAnnotation reads a structure that is kept as JSON in an annotation: absent and empty are undefined. What is no such JSON
 * is a finding at `path`.
 */
export function readAnnotation(
  annotations: Readonly<Record<string, string>> | undefined,
  { key, goType, list }: AnnotationForm,
  path: Path,
): { readonly value?: unknown; readonly errors: FieldError[] } {
  const text = annotations?.[key];
  if (!text) return { errors: [] };
  try {
    const { value } = decodeJson(Buffer.from(text));
    if (value === null || (list ? Array.isArray(value) : isRecord(value))) return { value, errors: [] };
    const type = Array.isArray(value) ? 'array' : isRecord(value) ? 'object' : typeof value;
    const why = `json: cannot unmarshal ${type === 'boolean' ? 'bool' : type} into Go value of type ${goType}`;
    return { errors: [field.invalid(path, key, why)] };
  } catch (error) {
    return { errors: [field.invalid(path, key, (error as Error).message)] };
  }
}
