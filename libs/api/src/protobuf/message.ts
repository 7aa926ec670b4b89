import type { WireReader, WireWriter } from './wire';

/** Message reads and writes a message's parts, without its length. */
export interface Message {
  read(reader: WireReader): unknown;
  write(writer: WireWriter, value: unknown): void;
}
