import { expect, test } from '@jest/globals';
import { parseYaml, yamlText } from './yaml';

const object = {
  kind: 'Status',
  items: [{ n: '0', empty: '', y: 'yes', map: {}, list: [] }],
  'f:metadata': { '.': {}, 'f:labels': {} },
  message: "found '=', expected: identifier",
  plain: "it's",
  time: '2021-01-02T03:04:05Z',
  count: 3,
  script: 'a\nb\n',
};

test('YAML is written as the API writes it', () => {
  expect(yamlText(object)).toBe(`count: 3
f:metadata:
  .: {}
  f:labels: {}
items:
- empty: ""
  list: []
  map: {}
  "n": "0"
  "y": "yes"
kind: Status
message: 'found ''='', expected: identifier'
plain: it's
script: |
  a
  b
time: "2021-01-02T03:04:05Z"
`);
});

test('what is written is read as the same', () => {
  expect(parseYaml(yamlText(object))).toEqual(object);
});
