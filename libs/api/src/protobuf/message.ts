import type { WireReader, WireWriter } from './wire';

/** Message reads and writes a message's parts, without its length. */
export interface Message {
  read(reader: WireReader): unknown;
  write(writer: WireWriter, value: unknown): void;
  /** writeEmpty writes the message of a value that nobody has set. */
  writeEmpty(writer: WireWriter): void;
}
