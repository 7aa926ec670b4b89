import { describe, expect, test } from '@jest/globals';
import { parseQuantity, Quantity } from './quantity';

describe('parseQuantity prints canonically', () => {
  test.each([
    ['0', '0'],
    ['2', '2'],
    ['1.5Gi', '1536Mi'],
    ['3k', '3k'],
    ['3000', '3k'],
    ['1E3', '1E3'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['1.0005', '1000500u'],
    ['100M', '100M'],
    ['500m', '500m'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1024Mi', '1Gi'],
    ['128Mi', '128Mi'],
    ['1024Ki', '1Mi'],
    ['0.5Ki', '512'],
    ['0.1Mi', '104857600m'],
    ['-1', '-1'],
    ['1E', '1E'],
    ['1Ei', '1Ei'],
    ['.5', '500m'],
    ['5.', '5.'],
    ['+5', '+5'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['1e-3', '1e-3'],
    ['100e-4', '10e-3'],
    ['10Ei', '9223372036854775807'],
    ['0Ki', '0'],
    ['1100', '1100'],
    ['1e40', '9223372036854775807'],
  ])('%s is %s', (text, canonical) => {
    expect(parseQuantity(text).toString()).toBe(canonical);
  });

  test.each([
    ['', /match the regular expression/],
    ['lots', /match the regular expression/],
    ['1GiB', /match the regular expression/],
    ['1 Gi', /match the regular expression/],
    ['1ee3', /parse quantity's suffix/],
    ['1mm', /parse quantity's suffix/],
    ['1e', /parse quantity's suffix/],
  ])('%p is refused', (text, message) => {
    expect(() => parseQuantity(text)).toThrow(message);
  });
});

describe('Quantity', () => {
  test('computes exactly', () => {
    const sum = parseQuantity('0.1').add(parseQuantity('0.2'));
    expect(sum.toString()).toBe('300m');
    expect(sum.sub(parseQuantity('300m')).isZero()).toBe(true);
    expect(parseQuantity('1Gi').cmp(parseQuantity('1G'))).toBe(1);
    expect(Quantity.zero.add(parseQuantity('1Gi')).toString()).toBe('1Gi');
  });
  test('rounds values away from zero', () => {
    expect(parseQuantity('1.1').value()).toBe(2n);
    expect(parseQuantity('-1.1').value()).toBe(-2n);
    expect(parseQuantity('1.0001').milliValue()).toBe(1001n);
    expect(Quantity.ofMilli(1500).toString()).toBe('1500m');
    expect(parseQuantity('1500m').asNumber()).toBe(1.5);
  });
});
