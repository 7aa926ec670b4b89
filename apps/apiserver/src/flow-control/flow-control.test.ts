import { describe, expect, test } from '@jest/globals';
import type { flowcontrolv1 } from '@navarch/api';
import { AUTOUPDATE, isKept } from './kept-objects';
import { danglingCondition } from './dangling';

test.each<[string, number, Record<string, string>, boolean]>([
  ['exempt', 7, { [AUTOUPDATE]: 'false' }, true],
  ['workload-low', 7, { [AUTOUPDATE]: 'true' }, true],
  ['workload-low', 1, { [AUTOUPDATE]: 'false' }, false],
  ['workload-low', 1, {}, true],
  ['workload-low', 2, {}, false],
])('isKept %s, generation %d, %j: %p', (name, generation, annotations, want) => {
  expect(isKept({ metadata: { name, generation, annotations } })).toBe(want);
});

describe('danglingCondition', () => {
  const now = Date.parse('2024-01-02T03:04:05Z');
  const schema = (conditions: flowcontrolv1.FlowSchemaCondition[] = []): flowcontrolv1.FlowSchema => ({
    spec: { priorityLevelConfiguration: { name: 'l' } },
    status: { conditions },
  });
  const found = danglingCondition(schema(), name => name === 'l', now)!;
  const lost = danglingCondition(schema(), () => false, now)!;

  test('says whether the level exists', () => {
    expect(found).toEqual({
      ...{ type: 'Dangling', status: 'False', reason: 'Found', lastTransitionTime: '2024-01-02T03:04:05Z' },
      message: 'This FlowSchema references the PriorityLevelConfiguration object named "l" and it exists',
    });
    expect(lost).toMatchObject({
      ...{ status: 'True', reason: 'NotFound' },
      message: 'This FlowSchema references the PriorityLevelConfiguration object named "l" but there is no such object',
    });
  });

  test('leaves alone what is right, and keeps the time of what only changes its words', () => {
    expect(danglingCondition(schema([found]), () => true, now + 5000)).toBeUndefined();
    expect(danglingCondition(schema([found]), () => false, now + 5000)?.lastTransitionTime).toBe(
      '2024-01-02T03:04:10Z',
    );
    const older = { ...found, message: 'older words' };
    expect(danglingCondition(schema([older]), () => true, now + 5000)).toEqual(found);
  });
});
