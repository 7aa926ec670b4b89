import { expect, test } from '@jest/globals';
import { yamlText } from './yaml';

const WORDS = Array.from({ length: 20 }, (_, i) => `word${i}`).join(' ');

test.each<[string, unknown, string]>([
  [
    'behind column 80',
    { text: WORDS },
    'text: word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 word12\n  word13 word14 word15 word16 word17 word18 word19\n',
  ],
  [
    'below the key of an item',
    { list: [{ text: `it's: ${WORDS}` }] },
    "list:\n- text: 'it''s: word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10\n    word11 word12 word13 word14 word15 word16 word17 word18 word19'\n",
  ],
  [
    'below the dash of an item',
    [WORDS],
    '- word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 word12\n  word13 word14 word15 word16 word17 word18 word19\n',
  ],
  ['not in lines of their own', { text: `${WORDS}\nb: ${WORDS}\n` }, `text: |\n  ${WORDS}\n  b: ${WORDS}\n`],
  ['not where there are two spaces', { text: WORDS.replace(/ /g, '  ') }, `text: ${WORDS.replace(/ /g, '  ')}\n`],
  ['not within a word', { text: 'x'.repeat(100) }, `text: ${'x'.repeat(100)}\n`],
  [
    'between escapes',
    { text: `a\tb\n${WORDS}` },
    'text: "a\\tb\\nword0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11\n  word12 word13 word14 word15 word16 word17 word18 word19"\n',
  ],
])('long texts are broken %s', (_, value, text) => {
  expect(yamlText(value)).toBe(text);
});
