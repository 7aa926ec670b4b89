import { describe, expect, test } from '@jest/globals';
import { http2Frames } from '@navarch/testing';
import type { ServerStream } from './stream';
import {
  INITIAL_WINDOW,
  LARGEST,
  MAX_FRAME,
  OK,
  answer,
  data,
  echo,
  get,
  grow,
  post,
  recorder,
  reset,
  settings,
  setup,
  times,
} from './testkit';

const { Flag, FrameType, frame, headers } = http2Frames;
const { END_STREAM, PADDED } = Flag;
const { DATA, HEADERS } = FrameType;

describe('a body', () => {
  test('that came before somebody reads is handed over at once, what comes then as it comes', async () => {
    const { says, streams, notes } = await setup();
    expect(await says(post(1), data(1, 5), data(1, 7))).toEqual([]);
    streams[0]!.read(recorder(notes));
    await says(data(1, 1), data(1, 2, END_STREAM));
    expect(notes.slice(1)).toEqual(['data 12', 'data 1', 'data 2', 'end']);
    expect(streams[0]!.bodyEnded).toBe(true);
  });

  test.each<[string, Buffer[], string[]]>([
    ['has all come', [post(1), data(1, 5, END_STREAM)], ['data 5', 'end']],
    ['is none', [get(1)], ['end']],
    ['is empty', [post(1), data(1, 0, END_STREAM)], ['end']],
    ['ends with trailers', [post(1), data(1, 5), frame(HEADERS, 5, 1, headers('a: b'))], ['data 5', 'end']],
    ['is padded', [post(1), frame(DATA, PADDED | END_STREAM, 1, Buffer.from([2, 1, 1, 0, 0]))], ['data 2', 'end']],
    [
      'has the length that was announced',
      [post(1, 'content-length: 5'), data(1, 5), data(1, 0, END_STREAM)],
      ['data 5', 'end'],
    ],
    ['has come as far as the stream was given up', [post(1), data(1, 5), reset(1)], ['gone']],
    ['had come before the stream was given up', [post(1), data(1, 5, END_STREAM), reset(1)], ['data 5', 'end']],
  ])('that %s is told once, whoever reads first', async (_, bytes, expected) => {
    for (const early of [true, false]) {
      const { says, streams, notes } = await setup();
      await says(bytes[0]!);
      notes.splice(0);
      if (early) streams[0]!.read(recorder(notes));
      await says(...bytes.slice(1));
      if (!early) streams[0]!.read(recorder(notes));
      const seen = early && expected[0] === 'gone' ? ['data 5', 'gone'] : expected;
      expect(notes.filter(note => note !== 'gone 1')).toEqual(seen);
    }
  });

  test('changes its reader amid what it is given: the first hears no more', async () => {
    const { says, streams, notes } = await setup();
    await says(post(1), data(1, 5, END_STREAM), post(3));
    for (const stream of streams) {
      const second = recorder(notes, { data: bytes => void notes.push(`second ${bytes.length}`) });
      stream.read(recorder(notes, { data: () => stream.read(second), end: () => void notes.push('wrong') }));
    }
    await says(data(3, 6), data(3, 7, END_STREAM));
    expect(notes.slice(2)).toEqual(['end', 'second 7', 'end']);
  });

  test('gives its stream up amid what it is given: it is gone once', async () => {
    for (const early of [true, false]) {
      const { says, streams, notes } = await setup();
      await says(post(1));
      const giveUp = () => streams[0]!.read(recorder(notes, { data: () => streams[0]!.reset() }));
      if (early) giveUp();
      const heard = await says(data(1, 5));
      if (!early) giveUp();
      expect([...heard, ...(await says(data(1, 5)))]).toEqual(['RST_STREAM 1 CANCEL']);
      expect(notes.slice(1)).toEqual(['gone', 'gone 1']);
    }
  });

  test('is let in as it is read, half a window at a time', async () => {
    const { says, streams, notes } = await setup({ maxStreams: 100 });
    expect(await says(post(1), data(1, 10_000))).toEqual([]);
    expect(await says(data(1, 9_999))).toEqual([]);
    streams[0]!.read(recorder(notes));
    expect(await says()).toEqual(['WINDOW_UPDATE 1 19999']);
    expect(await says(data(1, 9_999))).toEqual([]);
    expect(await says(data(1, 1))).toEqual(['WINDOW_UPDATE 1 10000']);
    expect(await says(data(1, 16_384), data(1, 3_617, END_STREAM))).toEqual(['WINDOW_UPDATE 1 16384']);
    expect(notes.at(-1)).toBe('end');
  });

  test('that its reader holds is let in as the reader says', async () => {
    const { says, streams, notes, heard } = await setup();
    await says(post(1), data(1, 15_000));
    streams[0]!.read(recorder(notes), true);
    expect(await heard()).toEqual([]);
    streams[0]!.took(9_999);
    expect(await says(data(1, 5_000))).toEqual([]);
    streams[0]!.took(1);
    expect(await heard()).toEqual(['WINDOW_UPDATE 1 10000']);
    expect(await says(data(1, 10_001))).toEqual(['RST_STREAM 1 FLOW_CONTROL_ERROR']);
  });

  test('of nothing but padding is let in unread', async () => {
    const { says } = await setup();
    const padding = frame(DATA, PADDED, 1, Buffer.concat([Buffer.from([255]), Buffer.alloc(255)]));
    expect(await says(post(1), ...times(39, () => padding))).toEqual([]);
    expect(await says(padding)).toEqual(['WINDOW_UPDATE 1 10240']);
  });

  test('that nobody reads does not keep others from coming', async () => {
    const { says, notes } = await setup({ onRequest: stream => stream.id > 1 && stream.read(recorder(notes)) });
    await says(post(1), data(1, 16_384), data(1, 3_616), post(3));
    for (let i = 0; i < 20; i++) await says(data(3, 10_000));
    expect(notes.filter(note => note === 'data 10000')).toHaveLength(20);
  });

  test('of streams that are over counts for the connection, and is given back', async () => {
    const { says } = await setup({ onRequest: answer });
    expect(await says(post(1))).toEqual(['HEADERS 1 200 end', 'RST_STREAM 1 NO_ERROR']);
    const heard: string[] = [];
    for (let i = 0; i < 10; i++) heard.push(...(await says(...times(10, () => data(1, 16_000)))));
    expect(heard.every(each => each.startsWith('WINDOW_UPDATE 0'))).toBe(true);
    const given = heard.reduce((sum, each) => sum + Number(each.split(' ')[2]), 0);
    expect(given).toBeGreaterThan(1_600_000 - 80_000);
  });

  test('beyond the window of the connection ends it', async () => {
    const { says } = await setup({ maxStreams: 1 });
    expect(await says(get(1), reset(1), ...times(4, () => data(1, 16_384)))).toEqual(['GOAWAY 1 FLOW_CONTROL_ERROR']);
  });

  test('of a client that waits is invited', async () => {
    const { says, streams, heard } = await setup();
    await says(post(1, 'expect: 100-continue'));
    streams[0]!.continue();
    expect(await heard()).toEqual(['HEADERS 1 100']);
    echo(streams[0]!);
    expect(await says(data(1, 5, END_STREAM))).toEqual(['HEADERS 1 200', 'DATA 1 5', 'DATA 1 0 end']);
    streams[0]!.continue();
    expect(await heard()).toEqual([]);
  });
});

describe('an answer', () => {
  test('goes out in one write with others of the turn', async () => {
    const onRequest = (stream: ServerStream) => {
      stream.respond(OK);
      stream.end(Buffer.alloc(10));
    };
    const { says, client } = await setup({ onRequest });
    const before = client.writes.length;
    expect(await says(get(1), get(3))).toEqual(['HEADERS 1 200', 'DATA 1 10 end', 'HEADERS 3 200', 'DATA 3 10 end']);
    expect(client.writes.length).toBe(before + 1);
  });

  test('before the body has come lets the client stop', async () => {
    const { says, notes } = await setup({ onRequest: stream => (stream.read(recorder(notes)), answer(stream)) });
    expect(await says(post(1), data(1, 5))).toEqual(['HEADERS 1 200 end', 'RST_STREAM 1 NO_ERROR']);
    expect(notes).toEqual(['request 1', 'gone', 'gone 1']);
  });

  test('is one: what is written behind its end is not sent, nor what is written when the stream is over', async () => {
    const { says, streams, heard } = await setup();
    await says(get(1));
    const [stream] = streams as [ServerStream];
    stream.respond(OK);
    stream.end(Buffer.alloc(1));
    stream.end(Buffer.alloc(2));
    expect([stream.write(Buffer.alloc(3)), stream.closed]).toEqual([true, true]);
    stream.respond(OK);
    stream.reset();
    stream.took(100_000);
    expect(await heard()).toEqual(['HEADERS 1 200', 'DATA 1 1 end']);
  });

  test('with a value that is none is not sent', async () => {
    const { says, streams, heard } = await setup();
    await says(get(1));
    for (const value of ['a\r\nb', 'a\0', '\u010d\u010aset-cookie: a', '\u{1f600}']) {
      expect(() => streams[0]!.respond([...OK, { name: 'a', value }])).toThrow('the header a has');
    }
    streams[0]!.respond([...OK, { name: 'a', value: '\xe9' }], true);
    expect(await heard()).toEqual(['HEADERS 1 200 end']);
  });

  test("keeps to the stream's window, and goes on when it grows", async () => {
    const { says, client, streams, heard } = await setup({}, false);
    client.greet([INITIAL_WINDOW, 10]).raw(get(1));
    await heard();
    const [stream] = streams as [ServerStream];
    let drained = 0;
    stream.drained(() => drained++);
    stream.respond(OK);
    expect([stream.write(Buffer.alloc(8)), stream.write(Buffer.alloc(8)), stream.heldBytes]).toEqual([true, false, 6]);
    expect(await heard()).toEqual(['HEADERS 1 200', 'DATA 1 8', 'DATA 1 2']);
    expect([await says(grow(1, 5)), drained]).toEqual([['DATA 1 5'], 0]);
    expect([await says(grow(1, 5)), drained]).toEqual([['DATA 1 1'], 1]);
    stream.end(Buffer.alloc(10));
    expect([await heard(), stream.closed]).toEqual([['DATA 1 4'], false]);
    expect([await says(settings([INITIAL_WINDOW, 15])), stream.closed]).toEqual([
      ['SETTINGS 0 ack', 'DATA 1 5'],
      false,
    ]);
    // The window was 0, and is -10 now.
    expect(await says(settings([INITIAL_WINDOW, 5]), grow(1, 10))).toEqual(['SETTINGS 0 ack']);
    expect([await says(grow(1, 100)), stream.closed, drained]).toEqual([['DATA 1 1 end'], true, 1]);
  });

  test('without bytes needs no window', async () => {
    const { client, heard } = await setup({ onRequest: stream => (stream.respond(OK), stream.end()) }, false);
    await heard();
    client.greet([INITIAL_WINDOW, 0]).raw(get(1));
    expect(await heard()).toEqual(['SETTINGS 0 ack', 'HEADERS 1 200', 'DATA 1 0 end']);
  });

  test('goes on at once when its window grows by more than a turn, whatever the socket holds', async () => {
    const { says, streams, heard } = await setup({ highWaterMark: 16 * 1024 * 1024 });
    await says(get(1), grow(0, 1_000_000));
    streams[0]!.respond(OK);
    streams[0]!.end(Buffer.alloc(400_000));
    await heard();
    const sent = await says(grow(1, 1_000_000));
    expect([sent.reduce((sum, each) => sum + Number(each.split(' ')[2]), 0), streams[0]!.closed]).toEqual([
      400_000 - 65_535,
      true,
    ]);
  });

  test('takes turns with others, for the window of the connection', async () => {
    const { says, streams, heard, client } = await setup({}, false);
    client.greet([INITIAL_WINDOW, LARGEST]).raw(get(1), get(3), get(5), get(7));
    await heard();
    for (const stream of streams) {
      stream.respond(OK);
      stream.end(Buffer.alloc(200_000));
    }
    await heard();
    const sent = await says(grow(0, 4 * 65_536));
    const of = (id: number) =>
      sent.filter(each => each.startsWith(`DATA ${id} `)).reduce((sum, each) => sum + Number(each.split(' ')[2]), 0);
    expect([1, 3, 5, 7].map(of)).toEqual([65_536, 65_536, 65_536, 65_536]);
  });

  test('is not held up by others whose windows are used up', async () => {
    const { says, streams, heard, client } = await setup({}, false);
    client.greet([INITIAL_WINDOW, 1_000]).raw(get(1), get(3), get(5));
    await heard();
    for (const stream of streams) {
      stream.respond(OK);
      stream.end(Buffer.alloc(70_000));
    }
    await heard();
    expect((await says(grow(3, 100_000))).at(-1)).toMatch(/^DATA 3 \d+$/);
    expect(await says(grow(0, 10_000))).toEqual(['DATA 3 6465 end']);
    expect(await says(grow(5, 3_000))).toEqual(['DATA 5 3000']);
    expect(await says(grow(1, 1_000))).toEqual(['DATA 1 535']);
    expect(await says(grow(0, 1_000))).toEqual(['DATA 1 465']);
  });

  test('comes in larger frames where the client takes them, but not in such as keep others waiting', async () => {
    const { says, streams, heard } = await setup();
    await says(settings([MAX_FRAME, 2 ** 24 - 1], [INITIAL_WINDOW, LARGEST]), grow(0, 1_000_000), get(1));
    streams[0]!.respond(OK);
    streams[0]!.end(Buffer.alloc(100_000));
    expect(await heard()).toEqual(['HEADERS 1 200', 'DATA 1 65536', 'DATA 1 34464 end']);
  });

  test('waits for a socket that takes nothing', async () => {
    const { says, client, streams, heard } = await setup();
    await says(settings([INITIAL_WINDOW, LARGEST]), grow(0, LARGEST - 65_535), get(1));
    client.stopReading();
    streams[0]!.respond(OK);
    for (let i = 0; i < 100; i++) streams[0]!.write(Buffer.alloc(100_000));
    streams[0]!.end();
    expect(streams[0]!.heldBytes).toBeGreaterThan(8_000_000);
    await heard();
    client.read();
    const sent: string[] = [];
    for (let more = await heard(); more.length; more = await heard()) sent.push(...more);
    expect([sent.at(-1), streams[0]!.closed]).toEqual([expect.stringMatching(/^DATA 1 \d+ end$/), true]);
  });

  test('that writes more when it is drained, ends or resets then', async () => {
    const { says, streams, heard } = await setup();
    await says(settings([INITIAL_WINDOW, 10]), get(1), get(3));
    const [a, b] = streams as [ServerStream, ServerStream];
    a.respond(OK);
    b.respond(OK);
    a.drained(() => a.end(Buffer.alloc(3)));
    b.drained(() => (a.reset(), b.reset()));
    a.write(Buffer.alloc(12));
    b.write(Buffer.alloc(12));
    await heard();
    expect(await says(grow(1, 4))).toEqual(['DATA 1 2', 'DATA 1 2']);
    expect(await says(grow(3, 2))).toEqual(['DATA 3 2', 'RST_STREAM 1 CANCEL', 'RST_STREAM 3 CANCEL']);
  });
});
