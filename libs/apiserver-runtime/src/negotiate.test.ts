import { describe, expect, test } from '@jest/globals';
import {
  acceptsRoute,
  checkAccepts,
  checkStreamed,
  contentMedia,
  negotiate,
  wantsPretty,
  type Media,
  type Offer,
} from './negotiate';

const offer: Offer = {
  media: ['json', 'yaml', 'protobuf'],
  routed: true,
  allows: t => t.kind === 'Table' && t.group === 'meta.k8s.io' && (t.version === 'v1' || t.version === 'v1beta1'),
};
const table = { kind: 'Table', group: 'meta.k8s.io', version: 'v1' };

describe('negotiate', () => {
  test.each([
    [undefined, { media: 'json', pretty: false }],
    ['*/*', { media: 'json', pretty: false }],
    ['text/html, application/json;q=0.5', { media: 'json', pretty: false }],
    ['application/yaml', { media: 'yaml', pretty: false }],
    ['application/vnd.kubernetes.protobuf,application/json', { media: 'protobuf', pretty: false }],
    ['application/json;q=0.5, application/yaml', { media: 'yaml', pretty: false }],
    [
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
      { media: 'json', pretty: false, transform: table },
    ],
    ['application/json;as=Table;v=v9;g=meta.k8s.io,application/json', { media: 'json', pretty: false }],
    ['application/json;stream=watch', { media: 'json', pretty: false }],
    ['application/json;pretty=1', { media: 'json', pretty: true }],
  ])('%s', (header, expected) => {
    expect(negotiate(header, offer)).toEqual(expected);
  });

  test.each([
    ['text/plain', '406: Not Acceptable'],
    ['application/*', '406: Not Acceptable'],
    [
      'application/json;v=v1;g=meta.k8s.io',
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
    [
      'application/json;as=Bogus;v=v1;g=meta.k8s.io',
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
  ])('%s is refused', (header, message) => {
    expect(() => negotiate(header, offer)).toThrow(message);
  });

  test.each([
    ['*/*', true],
    ['application/json', false],
    ['application/*', false],
    ['application/json, application/jwk-set+json;q=0.5', true],
  ])('who accepts %s gets keys: %s', (header, want) => {
    expect(acceptsRoute(header, ['application/jwk-set+json'])).toBe(want);
  });

  test('a stream is watched or none', () => {
    expect(() => negotiate('application/json;stream=x', offer)).toThrow(
      'are accepted: application/json, application/yaml',
    );
  });

  test.each<[Media, boolean, string]>([
    ['json', false, ''],
    ['protobuf', false, ''],
    ['yaml', false, 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'],
    ['yaml', true, 'application/json;stream=watch'],
  ])('events in %s, of custom resources: %s', (media, custom, accepted) => {
    const check = () => checkStreamed(media, custom);
    if (!accepted) return check();
    expect(check).toThrow(`only the following media types are accepted: ${accepted}`);
  });

  test('an unrouted endpoint takes type wildcards', () => {
    expect(negotiate('application/*', { ...offer, routed: false })).toEqual({ media: 'json', pretty: false });
  });

  test.each([
    [undefined, 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/yaml', 'yaml'],
    ['Application/YAML ; charset="utf-8";', 'yaml'],
  ])('content type %s', (header, media) => {
    expect(contentMedia(header)).toBe(media);
  });

  test.each([
    'text/plain',
    'application/json,',
    'application/json; a',
    'application/json; =x',
    'application/json; a=b; A=c',
    'application/json; a="b',
  ])('content type %s is 415', header => {
    expect(() => contentMedia(header)).toThrow('accepted media types include: application/json, application/yaml');
  });

  test.each([
    ['pretty=true', undefined, true],
    ['pretty=0', 'curl/7', false],
    ['', 'curl/7.1', true],
    ['', 'kubectl/v1.33', false],
  ])('pretty: %s %s', (query, agent, expected) => {
    expect(wantsPretty(new URLSearchParams(query), agent)).toBe(expected);
  });
});

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['*/*', undefined],
  ['application/json, */*', undefined],
  ['text/html', '406: Not Acceptable'],
  ['text/plain', 'only the following media types are accepted: application/json, application/yaml'],
])('a log for who accepts %s: %s', (accept, want) => {
  const check = () => checkAccepts(accept, 'text/plain');
  if (want) expect(check).toThrow(want);
  else expect(check).not.toThrow();
});
