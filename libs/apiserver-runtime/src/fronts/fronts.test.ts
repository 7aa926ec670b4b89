import { describe, expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { joinItems } from '../encoding/bytes';
import { ProtoWriter } from '../openapi/proto-writer';
import { readBody } from './body';
import { userOfSubject } from './client-certificate';
import { Http1Content } from './content';

const contentOf = (stream: Readable) => new Http1Content(stream as IncomingMessage);

describe('readBody', () => {
  test('answers the whole body', async () => {
    expect(
      (await readBody(contentOf(Readable.from([Buffer.from('ab'), Buffer.from('c')])), NaN, 3, 1000)).toString(),
    ).toBe('abc');
  });
  test.each([
    [['abcd'], NaN],
    [['ab', 'cd'], NaN],
    [['abcd'], 4],
  ])('refuses more than the limit: %j, announced %d', async (chunks, announced) => {
    const stream = Readable.from(chunks.map(c => Buffer.from(c)));
    await expect(readBody(contentOf(stream), announced, 3, 1000)).rejects.toMatchObject({
      code: 413,
      message: 'Request entity too large: limit is 3',
    });
  });
  test('a connection that ends in between is an error', async () => {
    const stream = new Readable({ read: () => undefined });
    const body = readBody(contentOf(stream), NaN, 10, 1000);
    stream.destroy();
    await expect(body).rejects.toMatchObject({ code: 400 });
  });
});

describe('userOfSubject', () => {
  test.each<[object | undefined, object | null]>([
    [{ CN: 'u' }, { name: 'u', groups: [] }],
    [
      { CN: 'u', O: 'g' },
      { name: 'u', groups: ['g'] },
    ],
    [
      { CN: 'u', O: ['g', 'h'] },
      { name: 'u', groups: ['g', 'h'] },
    ],
    [{ O: 'g' }, null],
    [undefined, null],
  ])('%j', (subject, user) => {
    expect(userOfSubject(subject as never)).toEqual(user);
  });
});

describe('joinItems', () => {
  const b = (text: string) => Buffer.from(text);
  test.each([
    [[], 0, '[]'],
    [['{"a":1}', '{"a":2}'], 0, '[{"a":1},{"a":2}]'],
    [['{"k":1,"a":1}', '{"k":1,"a":2}'], '{"k":1,'.length, '[{"a":1},{"a":2}]'],
  ])('%j without the first %d bytes', (items, skip, expected) => {
    expect(joinItems(b('['), items.map(b), skip, b(']')).toString()).toBe(expected);
  });
});

test('ProtoWriter writes fields with their tags and lengths', () => {
  const writer = new ProtoWriter()
    .string(1, 'a')
    .string(2, '')
    .bool(3, true)
    .strings(4, ['x', 'y'])
    .message(16, new ProtoWriter().string(1, 'z'));
  expect(writer.finish().toString('hex')).toBe('0a0161' + '1801' + '220178' + '220179' + '820103' + '0a017a');
});
