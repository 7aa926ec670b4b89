import { describe, expect, test } from '@jest/globals';
import { Path } from '@navarch/apimachinery';
import { fieldSelectorText, labelSelectorText, selectorErrors } from './selectors';

const requirement = (key: string, operator: string, ...values: string[]) => ({ key, operator, values });

describe('selectors of a review', () => {
  test('fields', () => {
    const requirements = [requirement('a', 'In', 'x,y'), requirement('b', 'NotIn', 'z'), requirement('c', 'Exists')];
    expect(fieldSelectorText({ requirements })).toBe('a=x\\,y,b!=z');
    expect(fieldSelectorText({ rawSelector: 'a=b' })).toBe('a=b');
  });
  test('labels', () => {
    const requirements = [
      ...[requirement('a', 'In', 'x', 'y'), requirement('b', 'NotIn', 'z')],
      ...[requirement('c', 'Exists'), requirement('d', 'DoesNotExist')],
    ];
    expect(labelSelectorText({ requirements })).toBe('a in (x,y),b notin (z),c,!d');
  });
  test.each<[string, object, string | undefined]>([
    ['none', {}, undefined],
    ['a text', { fieldSelector: { rawSelector: 'a=b' } }, undefined],
    [
      'both',
      { labelSelector: { rawSelector: 'a', requirements: [requirement('a', 'Exists')] } },
      'labelSelector.rawSelector',
    ],
    ['neither', { fieldSelector: {} }, 'fieldSelector.requirements'],
    [
      'an odd key',
      { labelSelector: { requirements: [requirement('a b', 'Exists')] } },
      'labelSelector.requirements[0].key',
    ],
    ['no key', { fieldSelector: { requirements: [requirement('', 'Exists')] } }, 'fieldSelector.requirements[0].key'],
    [
      'no values',
      { labelSelector: { requirements: [requirement('a', 'In')] } },
      'labelSelector.requirements[0].values',
    ],
    [
      'values in vain',
      { fieldSelector: { requirements: [requirement('a', 'Exists', 'b')] } },
      'fieldSelector.requirements[0].values',
    ],
    [
      'an odd value',
      { labelSelector: { requirements: [requirement('a', 'In', '-b')] } },
      'labelSelector.requirements[0].values[0]',
    ],
    ['an operator of a later release', { labelSelector: { requirements: [requirement('a', 'Odd', 'b')] } }, undefined],
  ])('%s', (_name, attributes, at) => {
    const [error] = selectorErrors(Path.at('spec'), attributes);
    expect(error && String(error.field)).toBe(at && `spec.${at}`);
  });
});
