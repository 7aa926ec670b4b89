import { describe, expect, test } from '@jest/globals';
import { WITH_AUTHORIZER } from '../library';
import { AUTHORIZER } from '../library/authorizer';
import { replacedSize } from '../library/string-costs';
import { checkExpression } from '../program';
import { estimateCost } from './estimate';
import { exactly, product, scale, sum, UNBOUNDED, upTo, type Interval } from './interval';

/** The figures are those that a Kubernetes API server comes to. */
const estimate = (text: string) =>
  estimateCost(checkExpression(text, WITH_AUTHORIZER.withVariables({ authorizer: AUTHORIZER })));

const INTS = '[1, 2, 3, 4, 5]';
const UINTS = '[uint(1), uint(2), uint(3), uint(4), uint(5)]';
const DOUBLES = '[1.0, 2.0, 3.0, 4.0, 5.0]';
const DURATIONS = "[duration('1s'), duration('2s'), duration('3s'), duration('4s'), duration('5s')]";
const AUTHORIZED = "authorizer.group('apps').resource('deployments').subresource('status').namespace('test').name('x')";
const SELECTED = "authorizer.group('').resource('pods')";
const SELECTOR = "'spec.nodeName=example-node-name.fully.qualified.domain.name.example.com'";
const V6 = "ip('2001:db8:3333:4444:5555:6666:7777:8888')";

describe('literal arguments', () => {
  test.each<[string, number, number]>([
    [`${INTS}.sum()`, 15, 15],
    [`${UINTS}.sum()`, 20, 20],
    [`${DOUBLES}.max()`, 15, 15],
    [`${DURATIONS}.isSorted()`, 20, 20],
    [`${INTS}.indexOf(3)`, 15, 15],
    [`${UINTS}.lastIndexOf(uint(3))`, 21, 21],
    ["'01234567890123456789012345678901234567890123456789'.indexOf('123')", 5, 5],
    ["url('https:://kubernetes.io/').getHost()", 4, 4],
    ["url('https:://kubernetes.io/') == url('https:://kubernetes.io/')", 7, 9],
    ["url('https:://kubernetes.io/') == url('http://x.b')", 5, 5],
    ["ip('192.168.0.1')", 2, 2],
    [V6, 4, 4],
    [`${V6}.isGlobalUnicast()`, 5, 5],
    [`${V6} == ip('192.168.0.1')`, 7, 7],
    ["ip.isCanonical('192.168.0.1')", 3, 3],
    ["ip.isCanonical('2001:db8:3333:4444:5555:6666:7777:8888')", 8, 8],
    ["cidr('192.168.0.0/16').masked()", 3, 3],
    ["cidr('192.168.0.0/16').containsCIDR(cidr('192.0.0.0/30'))", 7, 11],
    ["cidr('192.168.0.0/16').containsCIDR('192.0.0.0/30')", 7, 11],
    ["cidr('192.168.0.0/16').containsIP('192.0.0.1')", 4, 7],
    ["cidr('192.168.0.0/16').containsIP(ip('192.169.0.1'))", 5, 8],
    ["'ABCDEFGHIJ abcdefghij'.lowerAscii()", 3, 3],
    ["'ABCDEFGHIJ abcdefghij'.lowerAscii() == 'abcdefghij ABCDEFGHIJ'.lowerAscii()", 7, 9],
    ["strings.quote('ABCDEFGHIJ abcdefghij')", 3, 3],
    ["strings.quote('ABCDEFGHIJ abcdefghij') == strings.quote('ABCDEFGHIJ abcdefghij')", 7, 11],
    ["'abc 123 def 123'.replace('', 'x')", 3, 3],
    ["'abc 123 def 123'.split(' ', 1)", 3, 3],
    ["'abc 123 def 123'.substring(5, 8)", 2, 2],
    ["'  abc 123 def 123  '.trim()", 2, 2],
    ["'abc 123 def 123'.findAll('123')", 2, 2],
    ["authorizer.path('/healthz')", 2, 2],
    [AUTHORIZED, 6, 6],
    [`${AUTHORIZED}.check('create').allowed()`, 350_007, 350_007],
    [`${SELECTED}.fieldSelector(${SELECTOR})`, 1821, 1821],
    ['quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")', 3, 6],
    ['quantity("50k").add(20).sub(quantity("100k")).sub(-50000).asInteger() > 0', 7, 7],
    ['format.named("dns1123Subdomain").value().validate("my-name")', 34, 34],
    ['format.named("dns1123Label").value() == format.named("dns1123Label").value()', 5, 11],
    ['sets.contains([1], [])', 21, 21],
    ['sets.contains([1, 2, 3, 4], [2, 3])', 29, 29],
    ['sets.contains([[1], [2, 3]], [[2, 3]])', 53, 53],
    ['sets.equivalent([1, 2, 3], [3, 2, 1])', 39, 39],
    ['!sets.intersects([1], [2])', 23, 23],
    ['semver("1234.56789012345.67890123456789")', 4, 4],
    ['semver("1.0.0").isLessThan(semver("1.1.0"))', 3, 3],
    ["{'a': 1, 'b': 2}.all(k, v, v > 0)", 37, 41],
    ["{'a': 1, 'b': 2}.exists(k, v, v > 0)", 39, 43],
    ["{'a': 1, 'b': 2}.existsOne(k, v, v > 0)", 38, 40],
    ["{'a': 1, 'b': 2}.transformMap(k, v, v + 1)", 71, 71],
    ["{'a': 1, 'b': 2}.transformMap(k, v, v < 5, v + 1)", 67, 75],
    ["{'a': 1, 'b': 2}.transformMapEntry(k, v, {k: v + 1})", 131, 131],
    ["{'a': 1, 'b': 2}.transformMapEntry(k, v, v < 5, {k: v + 1})", 67, 135],
    ['[1, 2].all(i, v, v > 0)', 17, 21],
    ['[1, 2].transformList(i, v, v + 1)', 49, 49],
    ['[1, 2].transformList(i, v, v < 5, v + 1)', 27, 53],
  ])('%s', (text, min, max) => expect(estimate(text)).toEqual({ min, max }));
});

describe('what is known of a value goes on to where it is used', () => {
  test.each<[string, number]>([
    ["['a', 'bb'].all(x, x.contains('0123456789'))", 10 + 1 + 2 * (2 + 1 + 1 + 1)],
    ["cel.bind(x, 'a', x.contains('b'))", 10 + 1 + 1],
    ["(true ? 'a' : '0123456789abcdef').contains('b')", 2],
    ["['a'].map(x, x + x).all(y, y.contains('0123456789'))", 10 + (10 + 1 + 12 + 3) + 1 + 3 + 1 + 1],
    ["optional.of('abc').orValue('0123456789abcdef').contains('b')", 1 + 1 + 2],
    ["optional.of('abc').optMap(x, x.contains('b')).hasValue()", 1 + 1 + (12 + 1 + 2) + 1],
    ["{'a': 'b'}['a'].contains('c')", 30 + 1 + 1],
    ["dyn('abc').contains('c')", 2],
    ["bytes('abc') == bytes('abcd')", 1 + 1 + 2],
  ])('%s', (text, max) => expect(estimate(text).max).toBe(max));
});

test('of what nothing is known, nothing bounds the cost', () => {
  const environment = WITH_AUTHORIZER.withVariables({ x: { kind: 'string' } });
  expect(estimateCost(checkExpression("x.contains('a')", environment))).toEqual({ min: 1, max: Infinity });
});

describe('replacedSize', () => {
  const range = (min: number, max: number): Interval => ({ min, max });
  test.each<[string, Interval, Interval, Interval, Interval]>([
    ['nothing, around all characters', exactly(3), exactly(0), exactly(1), exactly(7)],
    ['by nothing', exactly(3), exactly(1), exactly(0), upTo(3)],
    ['by more', exactly(4), exactly(2), exactly(4), range(4, 8)],
    ['what may be nothing', exactly(4), upTo(1), upTo(2), upTo(14)],
    ['maybe by more', exactly(4), exactly(1), range(1, 2), range(4, 8)],
    ['maybe by less', exactly(4), range(1, 2), exactly(1), range(2, 4)],
  ])('%s', (_name, text, part, by, want) => expect(replacedSize(text, part, by)).toEqual(want));
});

test('intervals without a bound stay so, but for nothing of them', () => {
  expect(sum(UNBOUNDED, exactly(1))).toEqual({ min: 1, max: Infinity });
  expect(product(UNBOUNDED, exactly(0))).toEqual(exactly(0));
  expect(scale(UNBOUNDED, 0.1)).toEqual(UNBOUNDED);
});
