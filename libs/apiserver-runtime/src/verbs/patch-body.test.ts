import { describe, expect, test } from '@jest/globals';
import { parseApplyBody, parsePatch, tellRepeated, type PatchType } from './patch-body';

const today = { emulated: 33, fieldValidation: 'Warn' } as const;
const old = { emulated: 20, fieldValidation: 'Ignore' } as const;
type Type = Exclude<PatchType, 'apply'>;

describe('parsePatch', () => {
  test.each<[Type, string, unknown, string[]]>([
    [
      'merge',
      '{"a":1,"a":2,"b":{"c":1,"c":1}}',
      { a: 2, b: { c: 1 } },
      ['duplicate field "a"', 'duplicate field "b.c"'],
    ],
    ['strategic', 'null', {}, []],
    [
      'json',
      '[{"op":"test","path":"/a","path":"/b","value":1,"why":2}]',
      [{ op: 'test', path: '/b', value: 1, why: 2 }],
      ['json patch duplicate field "[0].path"', 'json patch unknown field "[0].why"'],
    ],
  ])('%s %s', (type, body, value, findings) => {
    expect(parsePatch(type, Buffer.from(body), today)).toEqual({ value, findings });
    expect(parsePatch(type, Buffer.from(body), old)).toEqual({ value, findings: [] });
  });

  test('a strategic patch was once read as a stream, of which the first value counts', () => {
    expect(parsePatch('strategic', Buffer.from('{"a":1}}'), old).value).toEqual({ a: 1 });
  });

  test.each<[Type, string, string, string]>([
    ['json', '[{', 'unexpected end of JSON input', 'error decoding patch: unexpected end of JSON input'],
    [
      'json',
      '[{"op":1}]',
      '',
      'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
    ],
    [
      'json',
      '{}',
      '',
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    ['merge', '{"a":', 'Invalid JSON Patch', 'error decoding patch: unexpected end of JSON input'],
    [
      'merge',
      '5',
      'Invalid JSON Patch',
      'error decoding patch: json: cannot unmarshal number into Go value of type map[string]interface {}',
    ],
    ['strategic', '{"a":', 'unexpected EOF', 'unexpected end of JSON input'],
    ['strategic', '{"a":tr', 'unexpected EOF', "invalid character ' ' in literal true (expecting 'u')"],
    [
      'strategic',
      '{"a":trx',
      "invalid character 'x' in literal true (expecting 'u')",
      "invalid character 'x' in literal true (expecting 'u')",
    ],
    ['strategic', ' ', 'EOF', 'unexpected end of JSON input'],
    ['strategic', '{} x', '', "invalid character 'x' after top-level value"],
    [
      'strategic',
      'true',
      'json: cannot unmarshal bool into Go value of type map[string]interface {}',
      'json: cannot unmarshal bool into Go value of type map[string]interface {}',
    ],
  ])('%s %s is refused', (type, body, then, now) => {
    const code = type === 'merge' ? 500 : 400;
    if (then)
      expect(() => parsePatch(type, Buffer.from(body), old)).toThrow(expect.objectContaining({ code, message: then }));
    expect(() => parsePatch(type, Buffer.from(body), today)).toThrow(
      expect.objectContaining({ code: 400, message: now }),
    );
  });

  test('a merge patch may be a list where nobody looks at its fields', () => {
    expect(parsePatch('merge', Buffer.from('[1]'), old).value).toEqual([1]);
    expect(() => parsePatch('merge', Buffer.from('[1]'), today)).toThrow(expect.objectContaining({ code: 400 }));
  });

  test('null is no merge patch', () => {
    const message = 'Invalid JSON Patch';
    expect(() => parsePatch('merge', Buffer.from('null'), old)).toThrow(
      expect.objectContaining({ code: 500, message }),
    );
    expect(() => parsePatch('merge', Buffer.from('null'), today)).toThrow(
      expect.objectContaining({ code: 400, message }),
    );
  });
});

describe('parseApplyBody', () => {
  test.each([
    ['{"a":[1]}', { a: [1] }],
    ['a: [1]\nb: {c: x}\n', { a: [1], b: { c: 'x' } }],
    [
      '{a: 0644, b: yes, c: "no", d: 1e3, e: 0x1f, f: 2024-01-02}',
      { a: 420, b: true, c: 'no', d: 1000, e: 31, f: '2024-01-02' },
    ],
    ['x: &x {a: 1}\nz: {<<: *x, b: 2}', { x: { a: 1 }, z: { a: 1, b: 2 } }],
    ['', {}],
  ])('%j', (body, value) => {
    expect(parseApplyBody(Buffer.from(body), today)).toEqual({ config: value, repeated: [] });
  });

  test('repeated keys are told by their lines, or refused', () => {
    const body = Buffer.from('a: 1\nb:\n  c: 1\n  "c": 2\na: 2\n');
    const config = { a: 2, b: { c: 2 } };
    const repeated = ['line 4: key "c" already set in map', 'line 5: key "a" already set in map'];
    expect(parseApplyBody(body, today)).toEqual({ config, repeated });
    expect(parseApplyBody(body, old)).toEqual({ config, repeated: [] });
    expect(parseApplyBody(Buffer.from('{"a":1,"a":2}'), today).repeated).toEqual([
      'line 1: key "a" already set in map',
    ]);
    const told: string[] = [];
    const warn = (text: string) => told.push(text);
    tellRepeated(repeated, { ...today, warn });
    expect(told).toEqual(repeated);
    expect(() => tellRepeated(repeated, { emulated: 33, fieldValidation: 'Strict', warn })).toThrow(
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 4: key "c" already set in map\n  line 5: key "a" already set in map',
    );
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 1]));
    expect(parseApplyBody(Buffer.from(JSON.stringify(wide)), today).config).toEqual(wide);
  });

  test.each([
    ['\ta: b', 'found character that cannot start any token'],
    ['x: 1\na: b: c', 'line 2: mapping values are not allowed in this context'],
    ['x: *n', "unknown anchor 'n' referenced"],
    [Buffer.from([0x61, 0xff]), 'invalid leading UTF-8 octet'],
  ])('%j is no YAML', (body, why) => {
    expect(() => parseApplyBody(Buffer.from(body), today)).toThrow(
      `error decoding YAML: error converting YAML to JSON: yaml: ${why}`,
    );
  });

  test('what is no object is refused', () => {
    expect(() => parseApplyBody(Buffer.from('just words'), today)).toThrow(
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}',
    );
  });
});
