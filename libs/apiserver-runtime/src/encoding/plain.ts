import type { AnyObject, ApiResponse } from '@navarch/apimachinery';
import { answer, answerJson } from './bytes';
import { protobufObject } from './protobuf';
import type { Shape } from './shape';

/** respondPlain answers an object that is not an entry of a storage: a Scale, a review. `schema` is its definition's name. */
export function respondPlain(shape: Shape, object: AnyObject, status: number, schema: string | undefined): ApiResponse {
  if (shape.media === 'protobuf' && schema !== undefined)
    return answer(status, 'protobuf', protobufObject(schema, object));
  return answerJson(status, shape, Buffer.from(JSON.stringify(object)));
}
