import { expect, test } from '@jest/globals';
import type { UserInfo } from '@navarch/apimachinery';
import { requestInfo } from '../request-info';
import type { Exchange } from './exchange';
import { MaxInFlight } from './max-in-flight';

const exchange = (method: string, path: string, groups: string[] = []) =>
  ({
    info: requestInfo(method, path.split('?')[0]!, new URLSearchParams(path.split('?')[1])),
    user: { name: 'u', groups } satisfies UserInfo,
  }) as unknown as Exchange;

test.each([
  ['GET', '/api/v1/pods', [], { mutating: 0, readOnly: 1 }],
  ['POST', '/api/v1/namespaces/n/pods', [], { mutating: 1, readOnly: 0 }],
  ['GET', '/api/v1/pods?watch=1', [], { mutating: 0, readOnly: 0 }],
  ['POST', '/api/v1/namespaces/n/pods/p/exec', [], { mutating: 0, readOnly: 0 }],
  ['POST', '/api/v1/namespaces/n/pods', ['system:masters'], { mutating: 0, readOnly: 0 }],
])('%s %s of %j counts as %j', (method, path, groups, counts) => {
  const flow = new MaxInFlight({ mutating: 1, readOnly: 1 });
  flow.enter(exchange(method, path, groups));
  expect(flow.current).toEqual(counts);
});

test('past the bound it is 429, until somebody leaves', () => {
  const flow = new MaxInFlight({ mutating: 1, readOnly: 1 });
  const write = exchange('DELETE', '/api/v1/namespaces/n/pods/p');
  const seat = flow.enter(write)!;
  expect(() => flow.enter(write)).toThrow('Too many requests, please try again later.');
  flow.enter(exchange('GET', '/api/v1/pods'));
  seat.release();
  seat.release();
  flow.enter(write);
  expect(flow.current).toEqual({ mutating: 1, readOnly: 1 });
});
