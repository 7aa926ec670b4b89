import { describe, expect, test } from '@jest/globals';
import { socketTerms } from './web-socket';
import { Messages, messageFraming, type Framing } from './web-socket-messages';

describe('socketTerms', () => {
  const handshake = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
  const token = 'base64url.bearer.authorization.k8s.io.eHg';
  const origin = 'https://console.example';
  const forbidden = { refusal: '403 Forbidden' };
  test.each<[string, Record<string, string>, boolean, object]>([
    ['a watch', { origin }, false, { protocol: '' }],
    ['a watch from nowhere', {}, false, forbidden],
    ['a watch from no place', { origin: 'nonsense' }, false, forbidden],
    ['a watch by a protocol', { origin, 'sec-websocket-protocol': 'x' }, false, { protocol: 'x' }],
    ['a watch by one of two', { origin, 'sec-websocket-protocol': 'x, y' }, false, { refusal: '400 Bad Request' }],
    ['a watch with a token', { origin, 'sec-websocket-protocol': `${token}, x` }, false, { protocol: 'x' }],
    ['a log', {}, true, { protocol: '' }],
    [
      'a log as text',
      { 'sec-websocket-protocol': 'x, base64.binary.k8s.io' },
      true,
      { protocol: 'base64.binary.k8s.io' },
    ],
    ['a log by what nobody speaks', { 'sec-websocket-protocol': 'x' }, true, forbidden],
  ])('%s', (_name, headers, isText, want) => expect(socketTerms({ ...handshake, ...headers }, isText)).toEqual(want));
  test.each([
    [{ 'sec-websocket-version': '13' }, 'mismatch challenge/response'],
    [{ ...handshake, 'sec-websocket-version': '12' }, 'missing or bad WebSocket Version'],
  ])('%j is no handshake', (headers, why) =>
    expect(socketTerms(headers, true)).toEqual({ refusal: '400 Bad Request', why }),
  );
});

describe('Messages', () => {
  const length = (text: string) => String.fromCharCode(0, 0, 0, text.length) + text;
  test.each<[Framing, string[], string[]]>([
    ['lines', ['{"a":1}\n{"b":', '2}\n', '{"c":3}'], ['{"a":1}\n', '{"b":2}\n']],
    ['lengths', [length('abc') + length('de').slice(0, 2), length('de').slice(2)], ['abc', 'de']],
    ['lengths', [length('abc').slice(0, 6)], []],
    ['none', ['a\n', 'b'], ['a\n', 'b']],
  ])('%s %j', (framing, chunks, want) => {
    const messages = new Messages(framing);
    const found = chunks.flatMap(chunk => messages.take(Buffer.from(chunk, 'latin1')));
    expect(found.map(message => message.toString('latin1'))).toEqual(want);
  });
  test.each<[string, Framing]>([
    ['application/json', 'lines'],
    ['application/vnd.kubernetes.protobuf;stream=watch', 'lengths'],
    ['text/plain', 'none'],
  ])('%s has %s', (type, want) => expect(messageFraming(type)).toBe(want));
});
