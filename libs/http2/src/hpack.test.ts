import { describe, expect, test } from '@jest/globals';
import { HeaderDecoder } from './header-decoder';
import { encodeHeaders } from './header-encoder';
import type { Field } from './header-table';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const lines = (fields: readonly Field[]) => fields.map(({ name, value }) => `${name}: ${value}`);

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com', 'custom-key: custom-value'],
];
const FIRST = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const LOCATION = 'location: https://www.example.com';
const RESPONSES = [
  [':status: 302', 'cache-control: private', FIRST, LOCATION],
  [':status: 307', 'cache-control: private', FIRST, LOCATION],
  [
    ':status: 200',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:22 GMT',
    LOCATION,
    'content-encoding: gzip',
    'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  ],
];

describe('the examples of RFC 7541, appendix C', () => {
  test.each([
    [
      'C.2.1, literal, remembered',
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      'custom-key: custom-header',
    ],
    ['C.2.2, literal, not remembered', '040c 2f73 616d 706c 652f 7061 7468', ':path: /sample/path'],
    ['C.2.3, literal, never to be', '1008 7061 7373 776f 7264 0673 6563 7265 74', 'password: secret'],
    ['C.2.4, indexed', '82', ':method: GET'],
  ])('%s', (_, block, line) => {
    expect(lines(new HeaderDecoder().decode(hex(block)))).toEqual([line]);
  });

  test.each([
    [
      'C.3, requests',
      4096,
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ],
      REQUESTS,
    ],
    [
      'C.4, requests in Huffman code',
      4096,
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ],
      REQUESTS,
    ],
    [
      'C.5, responses, of which a small table forgets some',
      256,
      [
        '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 54' +
          '6e17 6874 7470 733a 2f2f 7777 772e 6578 616d 706c 652e 636f 6d',
        '4803 3330 37c1 c0bf',
        '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d' +
          '4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572' +
          '7369 6f6e 3d31',
      ],
      RESPONSES,
    ],
    [
      'C.6, responses in Huffman code',
      256,
      [
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b' +
          '97c8 e9ae 82ae 43d3',
        '4883 640e ffc1 c0bf',
        '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf' +
          'cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
      ],
      RESPONSES,
    ],
  ])('%s', (_, size, blocks, expected) => {
    const decoder = new HeaderDecoder(size);
    expect(blocks.map(block => lines(decoder.decode(hex(block))))).toEqual(expected);
  });
});

test.each([
  ['an index of nothing', 'be'],
  ['the index 0', '80'],
  ['a name of nothing', '7f 00'],
  ['a text that ends early', '00 05 61'],
  ['a header without a value', '00 01 61'],
  ['a number without an end', 'ff ff ff ff ff ff'],
  ['a number that ends early', 'ff 80'],
  ['a table size behind a header', '82 20'],
  ['a table larger than was agreed', '3f e2 1f'],
  ['a code with the end within', '00 01 61 84 ff ff ff ff'],
  ['a code with padding of a byte', '00 01 61 82 1f ff'],
  ['a code with padding of zeros', '00 01 61 81 00'],
])('%s is refused', (_, block) => {
  expect(() => new HeaderDecoder().decode(hex(block))).toThrow(expect.objectContaining({ code: 'COMPRESSION_ERROR' }));
});

test('a short block that stands for many headers is refused', () => {
  const decoder = new HeaderDecoder();
  decoder.decode(Buffer.concat([hex('40 01 61 7f a1 1e'), Buffer.alloc(4_000, 'x')]));
  expect(() => decoder.decode(Buffer.alloc(100, 0xbe))).toThrow('too many headers');
});

test('a table of no size remembers nothing, and what is larger than a table empties it', () => {
  const decoder = new HeaderDecoder();
  expect(lines(decoder.decode(hex('20 40 01 61 01 62')))).toEqual(['a: b']);
  expect(() => decoder.decode(hex('be'))).toThrow('no header with index 62');
  const small = new HeaderDecoder(40);
  small.decode(hex('40 01 61 01 62'));
  expect(lines(small.decode(hex('be')))).toEqual(['a: b']);
  small.decode(hex('40 01 61 08 62 62 62 62 62 62 62 62'));
  expect(() => small.decode(hex('be'))).toThrow('no header with index 62');
});

test('what is encoded is decoded the same, again and again', () => {
  const fields = [
    { name: ':method', value: 'POST' },
    { name: ':path', value: `/${'x'.repeat(300)}` },
    { name: ':authority', value: '[::1]:2379' },
    { name: 'te', value: 'trailers' },
  ];
  const [decoder, block] = [new HeaderDecoder(), encodeHeaders(fields)];
  for (let i = 0; i < 3; i++) expect(decoder.decode(block)).toEqual(fields);
});
