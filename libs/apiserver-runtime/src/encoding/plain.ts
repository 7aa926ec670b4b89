import type { AnyObject, ApiResponse } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { answer, answerJson } from './bytes';
import { protobufObject } from './protobuf';
import type { Shape } from './shape';

/** respondPlain answers an object that is not an entry of a storage: a Scale, a review. `schema` is its definition's name. */
export function respondPlain(
  shape: Shape,
  object: AnyObject,
  status: number,
  schema: string | undefined,
  emulated: Minor,
): ApiResponse {
  if (shape.media === 'protobuf' && schema !== undefined)
    return answer(status, 'protobuf', protobufObject(schema, object, emulated));
  return answerJson(status, shape, Buffer.from(JSON.stringify(object)));
}
