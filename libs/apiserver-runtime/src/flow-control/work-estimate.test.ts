import { describe, expect, test } from '@jest/globals';
import type { Exchange } from '../chain/exchange';
import { requestInfo } from '../request-info';
import { estimateWork, listWork, maxSeatsOf, ONE_SEAT, writeWork } from './work-estimate';

describe('listWork', () => {
  const all = { objects: 450, limit: 0, fromCache: true, selective: false };
  test.each([
    ['from the cache: every object once', all, 5],
    ['from storage: every object twice', { ...all, fromCache: false }, 9],
    ['a page of it', { ...all, fromCache: false, limit: 50 }, 1],
    ['a page of those selected: all are read', { ...all, fromCache: false, limit: 50, selective: true }, 5],
    ['few objects', { ...all, objects: 3 }, 1],
    ['very many', { ...all, objects: 100_000 }, 10],
  ])('%s', (_name, asked, seats) => expect(listWork(asked, 10)).toMatchObject({ seats, finalSeats: 0 }));
});

test.each([
  [9, 10, ONE_SEAT],
  [10, 10, { seats: 1, finalSeats: 1, lingerSeconds: 0.005 }],
  [95, 10, { seats: 1, finalSeats: 10, lingerSeconds: 0.005 }],
  [1000, 10, { seats: 1, finalSeats: 10, lingerSeconds: 0.05 }],
])('a write with %d watchers, %d seats at most', (watchers, maxSeats, want) =>
  expect(writeWork(watchers, maxSeats)).toEqual(want),
);

test.each([
  [0, 1],
  [10, 2],
  [40, 6],
  [600, 10],
])('of %d seats a request takes %d at most', (nominal, want) => expect(maxSeatsOf(nominal)).toBe(want));

describe('estimateWork', () => {
  const population = { objects: () => 1000, watchers: () => 100 };
  const work = (method: string, target: string) => {
    const [path = '', search = ''] = target.split('?');
    const query = new URLSearchParams(search);
    return estimateWork({ info: requestInfo(method, path, query), query } as unknown as Exchange, population, 600);
  };
  const wide = { seats: 10 };
  test.each<[string, string, object]>([
    ['GET', '/api/v1/pods', wide],
    ['GET', '/api/v1/pods?limit=500&resourceVersion=0', { seats: 5 }],
    ['GET', '/api/v1/pods?limit=500&continue=x', wide],
    ['GET', '/api/v1/pods?limit=10', ONE_SEAT],
    ['GET', '/api/v1/pods?limit=10&labelSelector=a', wide],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Da', ONE_SEAT],
    ['GET', '/api/v1/pods?watch=1', ONE_SEAT],
    ['GET', '/api/v1/pods?watch=1&sendInitialEvents=true', wide],
    ['GET', '/api/v1/namespaces/a/pods/b', ONE_SEAT],
    ['POST', '/api/v1/namespaces/a/pods', { finalSeats: 10 }],
    ['PUT', '/api/v1/namespaces/a/pods/b?dryRun=All', ONE_SEAT],
    ['DELETE', '/api/v1/namespaces/a/pods', ONE_SEAT],
    ['GET', '/healthz', ONE_SEAT],
  ])('%s %s', (method, target, want) => expect(work(method, target)).toMatchObject(want));
});
