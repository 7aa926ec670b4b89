import { describe, expect, test } from '@jest/globals';
import { ServerStream, type BodyReader } from '@navarch/http2';
import { readBody } from './body';
import { Http2Content } from './content';

/** setup is a request by HTTP/2, and how many bytes more its client was let send. */
function setup() {
  let taken = 0;
  const nothing = () => undefined;
  const host = { head: nothing, write: nothing, reset: nothing, settle: nothing };
  const stream = new ServerStream(
    { ...host, taken: (_, bytes) => void (taken += bytes) },
    { method: 'POST', path: '/', fields: [], length: undefined },
  );
  stream.receiveWindow = 1_000;
  const come = (size: number, end = false) => stream.receive(Buffer.alloc(size, 'x'), size, end);
  return { content: new Http2Content(stream), stream, come, taken: () => taken };
}

describe('a body by HTTP/2', () => {
  test('is let in as it is read from a stream, and what that throws away too', async () => {
    const { content, come, taken } = setup();
    come(100);
    const readable = content.readable();
    expect([readable.read()?.length, taken()]).toEqual([100, 100]);
    come(200);
    readable.destroy();
    await new Promise(setImmediate);
    expect(taken()).toBe(300);
    come(50);
    expect(taken()).toBe(350);
  });

  test('that is cut makes its stream fail', async () => {
    const { content, come, stream } = setup();
    const readable = content.readable();
    come(100);
    stream.close();
    await expect(readable.toArray()).rejects.toThrow();
  });

  test.each([
    ['before it is read', true],
    ['while it is read', false],
  ])('that is too long is refused, when it has all come %s', async (_, early) => {
    const { content, come } = setup();
    if (early) come(100, true);
    const body = readBody(content, NaN, 99, 60_000);
    if (!early) come(100, true);
    await expect(body).rejects.toMatchObject({ code: 413 });
  });

  test('is told to the last who reads', () => {
    const { content, come } = setup();
    const notes: string[] = [];
    const reader = (name: string): BodyReader => ({
      data: bytes => void notes.push(`${name} ${bytes.length}`),
      end: () => void notes.push(`${name} end`),
      gone: () => void notes.push(`${name} gone`),
    });
    come(1);
    content.read(reader('a'));
    content.read(reader('b'));
    come(2, true);
    expect(notes).toEqual(['a 1', 'b 2', 'b end']);
  });
});
