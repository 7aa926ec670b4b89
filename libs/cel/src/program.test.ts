import { describe, expect, test } from '@jest/globals';
import { activationOf, Budget, compileExpression, isFailure } from './program';
import { fromJson } from './json-values';
import { KUBERNETES } from './library';
import { BudgetError } from './errors';
import { DYN, INT, listOf, mapOf, objectOf, STRING } from './types';

const SPEC = objectOf('spec', { replicas: INT, name: STRING, ports: listOf(INT), labels: mapOf(STRING, STRING) });
const environment = KUBERNETES.withVariables({ self: SPEC, any: DYN, 'request.user': STRING });
const values = activationOf({
  self: fromJson({ replicas: 3, name: 'web', ports: [80, 443], labels: { a: 'b' } }, SPEC),
  any: fromJson({ n: 1, list: [1, 'x', null], deep: { yes: true }, half: 0.5 }),
  'request.user': 'alice',
});

function run(text: string): unknown {
  const value = compileExpression(text, environment).evaluate(values);
  return isFailure(value) ? value.message : value;
}
function compileError(text: string): string {
  try {
    compileExpression(text, environment);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it compiles';
}

/** TRUE are expressions that hold; each shows one behaviour. */
const TRUE: Readonly<Record<string, readonly string[]>> = {
  arithmetic: [
    '1 + 2 * 3 == 7',
    '-7 / 2 == -3 && -7 % 2 == -1',
    '7u / 2u == 3u',
    '1.5 * 2.0 == 3.0',
    '--5 == 5',
    '!!true',
    '-9223372036854775808 < 0',
    '0xff == 255 && 0x1Fu == 31u',
    '2e3 == 2000.0 && .5 == 0.5',
  ],
  comparison: [
    '1 < 2 && 2 >= 2 && "a" < "b" && false < true',
    '1 < 1.5 && 2u > 1 && 1.0 <= 1u',
    'dyn(1) == 1.0 && dyn(1u) == 1',
    'dyn("1") != 1',
    '[1, 2] == [1, 2] && {"a": [1]} == {"a": [1]}',
    'b"abc" < b"abd"',
    'type(1) == int && type("") == string && type(type(1)) == type && type(null) == null_type',
    'duration("1h") > duration("59m")',
    'timestamp("2020-01-01T00:00:00Z") < timestamp("2020-01-01T00:00:00.000000001Z")',
  ],
  logic: [
    'true || 1 / 0 > 0',
    '1 / 0 > 0 || true',
    '!(1 / 0 > 0 && false)',
    'true ? true : 1 / 0 > 0',
    '[1, 0].exists(x, 1 / x > 0)',
    '![0, 2].all(x, 1 / x > 0 && x < 2)',
  ],
  literals: [
    `'a' + "b" + r'\\d' + '''c''' == "ab\\\\dc"`,
    '"\\u00e9\\x41\\101\\n" == "éAA\\n"',
    'b"\\xff\\101" == bytes("A") || size(b"\\xff") == 1',
    'size("héllo😀") == 6 && size(b"é") == 2',
    '[1, 2,].size() == 2',
    '{1: "a", 2: "b"}[2] == "b" && {1u: "a"}[dyn(1)] == "a"',
  ],
  macros: [
    'has(self.replicas) && !has(any.missing) && has(any.deep.yes)',
    'self.ports.all(p, p > 0) && self.ports.exists_one(p, p == 80)',
    'self.ports.map(p, p + 1) == [81, 444]',
    'self.ports.map(p, p > 100, p * 2) == [886]',
    'self.ports.filter(p, p < 100) == [80]',
    'self.labels.all(k, k == "a") && self.labels.exists(k, self.labels[k] == "b")',
    '[1, 2].all(x, [3, 4].all(y, [x].all(z, z < y)))',
    '[3, 4].all(i, v, v == i + 3) && {"a": 1}.exists(k, v, k == "a" && v == 1)',
    '[1, 2].transformList(i, v, v * 2 + i) == [2, 5]',
    '{"a": 1, "b": 2}.transformMap(k, v, v > 1, v * 10) == {"b": 20}',
    '["x"].transformMapEntry(i, v, {v: i}) == {"x": 0}',
    'cel.bind(x, 3, x * x + x) == 12',
  ],
  lists: [
    '1 in [1, 2] && !(3 in [1]) && "a" in self.labels',
    '[1] + [2] == [1, 2] && [1, 2][1] == 2',
    '[1, 2, 2].isSorted() && ![2, 1].isSorted() && ["a", "b"].isSorted()',
    '[1, 2].sum() == 3 && [1.5].sum() == 1.5 && [3, 1].min() == 1 && ["a", "b"].max() == "b"',
    '[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(9) == -1',
    'sets.contains([1, 2], [2]) && sets.equivalent([1, 1], [1]) && sets.intersects([1], [1, 2])',
    '[duration("1m"), duration("30s")].sum() == duration("90s")',
  ],
  strings: [
    '"hello".contains("ell") && "hello".startsWith("he") && "hello".endsWith("lo")',
    '"hello".charAt(1) == "e" && "hello".charAt(5) == "" && "a😀b".indexOf("b") == 2',
    '"hello".indexOf("l", 3) == 3 && "hello".lastIndexOf("l") == 3 && "hello".lastIndexOf("l", 2) == 2',
    '"a,b,c".split(",") == ["a", "b", "c"] && "a,b,c".split(",", 2) == ["a", "b,c"] && "".split(",", 0) == []',
    '"hello".replace("l", "L") == "heLLo" && "hello".replace("l", "L", 1) == "heLlo"',
    '"tacocat".substring(4) == "cat" && "tacocat".substring(0, 4) == "taco"',
    '" x ".trim() == "x" && "TaCo".lowerAscii() == "taco" && "é a".upperAscii() == "é A"',
    '["a", "b"].join("-") == "a-b" && strings.quote("a\\"b") == "\\"a\\\\\\"b\\""',
    '"%s has %d of %.2f, %x %b %e".format(["a", 2, 1.5, 255, true, 1234.5]) == "a has 2 of 1.50, ff 1 1.234500e+03"',
    '"%s %s %%".format([[1, "a"], {"k": 1.0}]) == "[1, a] {k: 1} %"',
  ],
  regex: [
    '"abc123".matches("[0-9]+$") && matches("abc", "^a")',
    '"abc 123 45".find("[0-9]+") == "123" && "abc".find("x") == ""',
    '"1 22 333".findAll("[0-9]+") == ["1", "22", "333"] && "1 22 333".findAll("[0-9]+", 2) == ["1", "22"]',
    '!"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("^(a+)+$")',
  ],
  conversions: [
    'int("42") == 42 && int(3.9) == 3 && int(timestamp("1970-01-01T00:01:00Z")) == 60 && uint(7) == 7u',
    'double("1.5e3") == 1500.0 && double(2) == 2.0 && bool("true")',
    'string(1) + string(1.5) + string(true) + string(2u) + string(b"x") == "11.5true2x"',
    'string(1000000.0) == "1e+06" && string(0.00001) == "1e-05" && string(123456.0) == "123456"',
    'string(duration("90m")) == "5400s" && string(duration("1.5s")) == "1.5s"',
    'string(timestamp("2020-01-02T03:04:05.5+01:00")) == "2020-01-02T02:04:05.5Z"',
    'bytes("é") == b"\\xc3\\xa9"',
  ],
  time: [
    'timestamp("2023-02-28T23:30:00Z") + duration("1h") == timestamp("2023-03-01T00:30:00Z")',
    'timestamp("2023-01-02T00:00:00Z") - timestamp("2023-01-01T00:00:00Z") == duration("24h")',
    'timestamp("2023-05-06T07:08:09.010Z").getMonth() == 4 && timestamp("2023-05-06T00:00:00Z").getDate() == 6',
    'timestamp("2023-05-06T00:00:00Z").getDayOfMonth() == 5 && timestamp("2023-05-06T00:00:00Z").getDayOfWeek() == 6',
    'timestamp("2023-05-06T23:00:00Z").getHours("Europe/Berlin") == 1',
    'timestamp("0004-12-31T00:00:00Z").getDayOfYear() == 365 && string(timestamp("0099-01-01T00:00:00Z")) == "0099-01-01T00:00:00Z"',
    'timestamp("2023-05-06T23:00:00Z").getHours("-02:30") == 20 && timestamp("2023-12-31T00:00:00Z").getDayOfYear() == 364',
    'duration("1h30m").getMinutes() == 90 && duration("1.25s").getMilliseconds() == 250',
  ],
  optionals: [
    'any.?missing.orValue(5) == 5 && any.?n.orValue(5) == 1 && any.?deep.yes.hasValue()',
    '!any.?deep.?no.hasValue() && any[?"n"].value() == 1 && [1][?3].or(optional.of(9)).value() == 9',
    'optional.none().hasValue() == false && optional.ofNonZeroValue("") == optional.none()',
    'optional.of(2).optMap(x, x + 1).value() == 3 && optional.of(2).optFlatMap(x, optional.of(x)).hasValue()',
    '[?optional.none(), ?optional.of(1)] == [1] && {?"a": optional.none()} == {}',
  ],
  quantity: [
    'quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("500m").compareTo(quantity("0.5")) == 0',
    'quantity("50k").add(20).sub(quantity("1k")).asInteger() == 49020 && isQuantity("1.3Gi") && !isQuantity("200K")',
    'quantity("1Ki") == quantity("1024") && quantity("-1").sign() == -1 && quantity("0.5").asApproximateFloat() == 0.5',
  ],
  urls: [
    'url("https://user:pw@example.com:8080/a%20b?k=1&k=2&x").getHost() == "example.com:8080"',
    'url("https://[::1]:80/").getHostname() == "::1" && url("https://[::1]:80/").getPort() == "80"',
    'url("https://a.b/p?k=1&k=2").getQuery()["k"] == ["1", "2"] && url("/abs/x y").getEscapedPath() == "/abs/x%20y"',
    'isURL("https://example.com") && isURL("/absolute") && !isURL("../relative") && !isURL("https://a:b:c/")',
  ],
  addresses: [
    'ip("127.0.0.1").isLoopback() && ip("::1").isLoopback() && ip("10.0.0.1").family() == 4 && !isIP("1.2.3")',
    'ip.isCanonical("2001:db8::abcd") && !ip.isCanonical("2001:DB8::0:ABCD") && !isIP("::ffff:1.2.3.4")',
    'string(ip("2001:DB8:0:0:1:0:0:1")) == "2001:db8::1:0:0:1" && ip("224.0.0.1").isLinkLocalMulticast()',
    'cidr("192.168.0.0/24").containsIP("192.168.0.1") && !cidr("192.168.0.0/24").containsIP(ip("192.168.1.1"))',
    'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && string(cidr("10.1.2.3/8").masked()) == "10.0.0.0/8"',
    'cidr("::1/128").prefixLength() == 128 && cidr("10.1.2.3/8").ip() == ip("10.1.2.3") && !isCIDR("10.0.0.0/33")',
  ],
  formats: [
    '!format.dns1123Label().validate("my-name").hasValue() && format.dns1123Label().validate("A_").hasValue()',
    'format.named("uuid").value().validate("x").value() == ["does not match the UUID format"]',
    '!format.named("nonsense").hasValue() && !format.date().validate("2020-02-29").hasValue()',
  ],
  versions: [
    'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-rc.1").compareTo(semver("1.0.0")) == -1',
    'isSemver("1.0.0") && !isSemver("v1.0") && isSemver("v01.0", true) && semver("v1.2", true).minor() == 2',
  ],
  structure: [
    'self.replicas == 3 && self.labels.a == "b" && self.labels["a"] == "b"',
    'any.list[1] == "x" && any.list[2] == null && any.n + 1 == 2 && any.half < 1',
    'request.user == "alice"',
  ],
};

describe.each(Object.entries(TRUE))('%s', (_group, expressions) => {
  test.each(expressions)('%s', text => {
    expect(run(text)).toBe(true);
  });
});

test.each([
  ['1 / 0 == 1', 'division by zero'],
  ['1 % 0 == 1', 'modulus by zero'],
  ['9223372036854775807 + 1 == 0', 'integer overflow'],
  ['-(-9223372036854775808) == 0', 'integer overflow'],
  ['0u - 1u == 0u', 'unsigned integer overflow'],
  ['any.missing == 1', 'no such key: missing'],
  ['[1][1] == 1', 'index out of bounds: 1'],
  ['{"a": 1}["b"] == 1', 'no such key: b'],
  ['any.n.deep == 1', 'no such overload'],
  ['any.list + 1 == 2', 'no such overload'],
  ['any ? true : false', 'no such overload'],
  ['any.n && true', 'no such overload'],
  ['int("x") == 1', 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['optional.none().value() == 1', 'optional.none() dereference'],
  ['"abc".substring(2, 1) == ""', 'invalid substring range. start: 2, end: 1'],
  ['[].min() == 1', 'min called on empty list'],
  ['timestamp("9999-12-31T23:59:59Z") + duration("1h") == timestamp(0)', 'timestamp overflow'],
])('%s fails: %s', (text, why) => {
  expect(run(text)).toBe(why);
});

test.each([
  ['1 + foo', "ERROR: <input>:1:5: undeclared reference to 'foo' (in container '')\n | 1 + foo\n | ....^"],
  ['self.foo == 1', "ERROR: <input>:1:5: undefined field 'foo'\n | self.foo == 1\n | ....^"],
  [
    "1 + 'a'",
    "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^",
  ],
  [
    'self.name.startsWith(1)',
    "ERROR: <input>:1:21: found no matching overload for 'startsWith' applied to 'string.(int)'\n | self.name.startsWith(1)\n | ....................^",
  ],
  ['nope(1)', "ERROR: <input>:1:5: undeclared reference to 'nope' (in container '')\n | nope(1)\n | ....^"],
  [
    '1 == 1.0',
    "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, double)'\n | 1 == 1.0\n | ..^",
  ],
  ["[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
  [
    "self.name.matches('(')",
    "ERROR: <input>:1:19: invalid matches argument\n | self.name.matches('(')\n | ..................^",
  ],
  [
    'self.replicas.all(x, true)',
    "ERROR: <input>:1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.replicas.all(x, true)\n | ....^",
  ],
  ['has(1)', 'ERROR: <input>:1:5: invalid argument to has() macro\n | has(1)\n | ....^'],
  ['[1].all(1, true)', 'ERROR: <input>:1:9: argument must be a simple name\n | [1].all(1, true)\n | ........^'],
  [
    'a &&\n  b',
    "ERROR: <input>:1:1: undeclared reference to 'a' (in container '')\n | a &&\n | ^\nERROR: <input>:2:3: undeclared reference to 'b' (in container '')\n |   b\n | ..^",
  ],
  [
    '1 +',
    "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 1 +\n | ...^",
  ],
  ['1 in [1, ', "ERROR: <input>:1:10: Syntax error: missing ']' at '<EOF>'\n | 1 in [1, \n | .........^"],
  ['(1', "ERROR: <input>:1:3: Syntax error: missing ')' at '<EOF>'\n | (1\n | ..^"],
  [
    'size([1],)',
    "ERROR: <input>:1:10: Syntax error: mismatched input ')' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | size([1],)\n | .........^",
  ],
  ['1 # 2', "ERROR: <input>:1:3: Syntax error: token recognition error at: '#'\n | 1 # 2\n | ..^"],
  ['9223372036854775808', 'ERROR: <input>:1:1: invalid int literal\n | 9223372036854775808\n | ^'],
])('%s does not compile', (text, message) => {
  expect(compileError(text)).toBe(message);
});

test('nesting is bounded, long chains of conditions are not deep', () => {
  expect(compileError(`1${' + 1'.repeat(20_000)} > 0`)).toContain('expression recursion limit exceeded: 500');
  expect(compileError(`any${'.a'.repeat(20_000)}`)).toContain('expression recursion limit exceeded: 500');
  expect(run(`1${' + 1'.repeat(498)} == 499`)).toBe(true);
  expect(run(`true${' && 1 < 2'.repeat(5_000)}`)).toBe(true);
  expect(compileError('('.repeat(300) + '1' + ')'.repeat(300))).toContain('expression recursion limit exceeded: 250');
});

test('an evaluation that costs too much ends, whatever surrounds it', () => {
  const text = '[1,2,3,4,5,6,7,8,9,10]';
  const nested = ['a', 'b', 'c', 'd', 'e', 'f'].reduce((body, name) => `${text}.all(${name}, ${body})`, 'true');
  const program = compileExpression(`${nested} || true`, environment);
  const budget = new Budget(10_000_000);
  expect(program.evaluate(values, budget)).toBeInstanceOf(BudgetError);
  expect(budget.isExhausted).toBe(false);
});

test('a program knows its type and its variables', () => {
  const program = compileExpression('self.ports.map(p, string(p)) + [request.user]', environment);
  expect(program.type).toMatchObject({ kind: 'list', element: { kind: 'string' } });
  expect([...program.variables].sort()).toEqual(['request.user', 'self']);
});
