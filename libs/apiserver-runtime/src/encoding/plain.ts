import type { AnyObject, ApiResponse } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { answer, answerJson } from './bytes';
import type { Transform } from '../negotiate';
import { protobufMetadata, protobufObject } from './protobuf';
import { wrongTransform, type Shape } from './shape';

/** respondPlain answers an object that is not an entry of a storage: a Scale, a review. `schema` is its definition's name. */
export function respondPlain(
  shape: Shape,
  object: AnyObject,
  status: number,
  schema: string | undefined,
  emulated: Minor,
): ApiResponse {
  const { transform } = shape;
  if (transform) return respondMetadata({ shape, transform }, object, status, emulated);
  if (shape.media === 'protobuf' && schema !== undefined)
    return answer(status, 'protobuf', protobufObject(schema, object, emulated));
  return answerJson(status, shape, Buffer.from(JSON.stringify(object)));
}

/** respondMetadata answers the metadata alone of such an object. */
function respondMetadata(
  { shape, transform: { kind, version } }: { readonly shape: Shape; readonly transform: Transform },
  { kind: own, metadata }: AnyObject,
  status: number,
  emulated: Minor,
): ApiResponse {
  if (kind !== 'PartialObjectMetadata') throw wrongTransform(kind, `*${own}`, false);
  const partial = { kind, apiVersion: `meta.k8s.io/${version}`, metadata } as AnyObject;
  if (shape.media === 'protobuf') return answer(status, 'protobuf', protobufMetadata(partial, emulated));
  return answerJson(status, shape, Buffer.from(JSON.stringify(partial)));
}
