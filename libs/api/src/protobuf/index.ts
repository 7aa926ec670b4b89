import { messageOf } from './codec';
import { WireReader, WireWriter } from './wire';

export { encodeWatchEvent, isWrapped, unwrapUnknown, wrapUnknown, type UnknownEnvelope } from './unknown';
export { WireError } from './wire';

/**
 * encodeProtobuf is the message of an object, without envelope, with the empty fields that a release writes. The object has to fit its
 * definition: see decodeTyped.
 */
export function encodeProtobuf(defName: string, object: object, emulated?: number): Buffer {
  const writer = new WireWriter(emulated);
  messageOf(defName).write(writer, object);
  return writer.finish();
}

/**
 * decodeProtobuf reads a message into plain JSON, without apiVersion and kind (the envelope has them) and without what is always
 * written though empty: decodeTyped fills that in. It throws a WireError for bytes that are no such message.
 */
export function decodeProtobuf(defName: string, bytes: Buffer): Record<string, unknown> {
  return messageOf(defName).read(new WireReader(bytes)) as Record<string, unknown>;
}
