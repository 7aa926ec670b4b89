import { describe, expect, test } from '@jest/globals';
import { EventCorrelator } from './event-correlator';

const event = (message: string, about = 'pod a', reason = 'R') => ({ about, type: 'Warning', reason, message });

describe('EventCorrelator', () => {
  test('the same event again is counted, another is written', () => {
    const correlator = new EventCorrelator();
    expect(correlator.correlate(event('m'), 0)).toMatchObject({ do: 'create', message: 'm' });
    expect(correlator.correlate(event('m'), 1)).toMatchObject({ do: 'count', message: 'm' });
    expect(correlator.correlate(event('n'), 2)).toMatchObject({ do: 'create', message: 'n' });
    expect(correlator.correlate(event('m', 'pod b'), 3)).toMatchObject({ do: 'create' });
  });

  test('ten different messages of one reason become one combined event', () => {
    const correlator = new EventCorrelator();
    for (let i = 0; i < 9; i++) expect(correlator.correlate(event(`m${i}`), i).do).toBe('create');
    expect(correlator.correlate(event('m9'), 9)).toMatchObject({
      do: 'create',
      message: '(combined from similar events): m9',
    });
    expect(correlator.correlate(event('m10'), 10)).toMatchObject({
      do: 'count',
      message: '(combined from similar events): m10',
    });
    expect(correlator.correlate(event('m11'), 700_000)).toMatchObject({ do: 'create', message: 'm11' });
  });

  test('past 25 events about one object only one in five minutes gets through', () => {
    const correlator = new EventCorrelator();
    const outcomes = Array.from({ length: 30 }, () => correlator.correlate(event('m'), 0).do);
    expect(outcomes.filter(outcome => outcome === 'drop')).toHaveLength(5);
    expect(correlator.correlate(event('m'), 299_000).do).toBe('drop');
    expect(correlator.correlate(event('m'), 301_000).do).toBe('count');
    expect(correlator.correlate(event('m', 'pod b'), 301_000).do).toBe('create');
  });
});
