import type { ApiResponse } from '@navarch/apimachinery';
import { respondObject, type RequestContext } from '@navarch/apiserver-runtime';

/** created is the Status of something done that has no object to show. */
export function created(context: RequestContext): ApiResponse {
  return respondObject(context, 201, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  } as object);
}
