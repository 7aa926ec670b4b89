import type { ApiResponse, Status } from '@navarch/apimachinery';
import type { Exchange } from '../chain/exchange';
import { statusResponse } from '../status-response';
import { answer, answerJson } from './bytes';
import { protobufStatus } from './protobuf';
import { includeOf, offers, shapeOf, type Shape } from './shape';

/** respondStatus answers with a Status in a shape. */
export function respondStatus(shape: Shape, body: Status, status: number): ApiResponse {
  // A Status is no table, but who asks for one has to ask well.
  includeOf(shape);
  if (shape.media === 'protobuf') return answer(status, 'protobuf', protobufStatus(body));
  return answerJson(status, shape, Buffer.from(JSON.stringify(body)));
}

/** respondFailure answers with the Status of a failure in the form that was asked for; where that is none that a Status has, as JSON for people. */
export function respondFailure(exchange: Exchange, status: Status): ApiResponse {
  const json = statusResponse(status);
  let shape: Shape;
  try {
    shape = shapeOf(exchange, offers.plain);
  } catch {
    return { ...json, body: Buffer.from(JSON.stringify(status, undefined, 2)) };
  }
  if (shape.media === 'json' && !shape.pretty) return json;
  const shaped = respondStatus(shape, status, status.code);
  return { ...shaped, headers: { ...json.headers, ...shaped.headers } };
}
