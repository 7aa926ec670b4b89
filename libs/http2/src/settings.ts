import { LARGEST, MAX_FRAME_SIZE, ProtocolViolation, Setting } from './protocol';

/** Settings are what a SETTINGS frame says about sending to its peer, as far as it says something. */
export interface Settings {
  readonly maxConcurrentStreams?: number;
  readonly initialWindowSize?: number;
  readonly maxFrameSize?: number;
}

const ENTRY = 6;

/** encodeSettings is the payload of a SETTINGS frame. */
export function encodeSettings(entries: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(entries.length * ENTRY);
  for (const [i, [id, value]] of entries.entries()) {
    payload.writeUInt16BE(id, i * ENTRY);
    payload.writeUInt32BE(value, i * ENTRY + 2);
  }
  return payload;
}

/** decodeSettings reads one; settings that do not matter here are passed over, impossible values are a ProtocolViolation. */
export function decodeSettings(payload: Buffer): Settings {
  if (payload.length % ENTRY) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'settings of a wrong length');
  const settings: { -readonly [K in keyof Settings]: Settings[K] } = {};
  for (let at = 0; at < payload.length; at += ENTRY) {
    const value = payload.readUInt32BE(at + 2);
    switch (payload.readUInt16BE(at)) {
      case Setting.ENABLE_PUSH:
        if (value > 1) throw new ProtocolViolation('PROTOCOL_ERROR', `pushes are enabled by ${value}`);
        break;
      case Setting.MAX_CONCURRENT_STREAMS:
        settings.maxConcurrentStreams = value;
        break;
      case Setting.INITIAL_WINDOW_SIZE:
        if (value > LARGEST) throw new ProtocolViolation('FLOW_CONTROL_ERROR', `an initial window of ${value}`);
        settings.initialWindowSize = value;
        break;
      case Setting.MAX_FRAME_SIZE:
        if (value < MAX_FRAME_SIZE || value >= 2 ** 24) {
          throw new ProtocolViolation('PROTOCOL_ERROR', `a maximum frame size of ${value}`);
        }
        settings.maxFrameSize = value;
        break;
    }
  }
  return settings;
}
