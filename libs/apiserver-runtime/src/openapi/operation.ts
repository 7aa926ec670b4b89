import type { GroupVersionKind } from '@navarch/apimachinery';

/** OpenApiMethod is a method as documents name it. */
export type OpenApiMethod = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

/** TEXT stands in place of a definition for an answer that is plain text. */
export const TEXT = 'string';

/** OpenApiParameter is a parameter of the query or the path. */
export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description?: string;
}

/** OpenApiOperation is one method of one path, with all that both flavours of the document say of it. */
export interface OpenApiOperation {
  readonly path: string;
  readonly method: OpenApiMethod;
  readonly id: string;
  readonly tag: string;
  readonly description?: string;
  /** action is x-kubernetes-action: list, watch, watchlist, post, put, patch, delete, deletecollection, get, connect. */
  readonly action?: string;
  readonly about?: GroupVersionKind;
  readonly consumes?: readonly string[];
  readonly produces?: readonly string[];
  /** parameters are in order of their names. */
  readonly parameters: readonly OpenApiParameter[];
  readonly body?: { readonly schema: string; readonly required: boolean };
  /** answers are the definitions of what a success looks like, by code. */
  readonly answers: Readonly<Record<string, string>>;
}

/** definitionsOf are the definitions that operations name. */
export function definitionsOf(operations: readonly OpenApiOperation[]): Set<string> {
  const names = new Set<string>();
  for (const { body, answers } of operations) {
    if (body) names.add(body.schema);
    for (const schema of Object.values(answers)) if (schema !== TEXT) names.add(schema);
  }
  return names;
}

/** clientName is what stands for a group or a version in the names of operations: `apps`, `rbacAuthorization`, `V1`. */
export function clientName(text: string, capitalize: boolean): string {
  const parts = text.replace(/\.k8s\.io$/, '').split(/[^\p{L}\p{N}_]+/u);
  return parts.map((part, i) => (i > 0 || capitalize ? capital(part) : part)).join('');
}

/** tagOf is the name of the clients of a group, or of a version: `core`, `core_v1`, `rbacAuthorization_v1`. */
export function tagOf(group: string, version?: string): string {
  const name = clientName(group || 'core', false);
  return version === undefined ? name : `${name}_${version}`;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
