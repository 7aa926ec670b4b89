import { expect, test } from '@jest/globals';
import { goError } from './go-error';
import { answerFailure, shownUrl, webhookUrl } from './webhook-caller';

test('a service leads to its name, a failure is worded as clients know it', () => {
  expect(webhookUrl({ service: { namespace: 'n', name: 's', path: 'p' } }).href).toBe('https://s.n.svc/p');
  expect(webhookUrl({ service: { namespace: 'n', name: 's', port: 8443 } }).href).toBe('https://s.n.svc:8443/');
  expect(shownUrl(webhookUrl({ service: { namespace: 'n', name: 's' } }), true)).toBe('https://s.n.svc:443/');
  expect(shownUrl(webhookUrl({ service: { namespace: 'n', name: 's', port: 8443 } }), true)).toBe(
    'https://s.n.svc:8443/',
  );
  expect(shownUrl(webhookUrl({ url: 'https://h/p' }), false)).toBe('https://h/p');
  expect(goError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), { host: '127.0.0.1', port: 9 })).toBe(
    'dial tcp 127.0.0.1:9: connect: connection refused',
  );
});

test.each<[number, string, string, string]>([
  [500, 'text/plain', 'boom\n', 'an error on the server ("boom") has prevented the request from succeeding'],
  [500, 'application/json', 'boom', 'an error on the server ("unknown") has prevented the request from succeeding'],
  [404, 'text/plain', 'nope', 'the server could not find the requested resource'],
  [400, 'application/json', '{"kind":"Status","status":"Failure","message":"bad thing"}', 'bad thing'],
])('an answer of %d (%s) %j is told as %s', (code, type, text, want) => {
  expect(answerFailure(code, type, text)).toBe(want);
});
