import { expect, test } from '@jest/globals';
import { fnv32 } from './hash';
import { hashOf, HISTORY_HASH, REVISION_HASH, revisionHash, templatePatch } from './revisions';

/** template as a v1.20.2 server answered it; its controller named the revision one-54b5b9f6b4. */
const template = {
  metadata: { creationTimestamp: null, labels: { app: 'x' } },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'registry.example/app:1',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    automountServiceAccountToken: false,
    securityContext: {},
    schedulerName: 'oracle-none',
  },
  $patch: 'replace',
};

test('a revision has the name that other implementations give it, whatever the order of keys', () => {
  expect(fnv32('')).toBe(0x811c9dc5);
  expect(fnv32('a')).toBe(0x050c5d7e);
  expect(revisionHash({ spec: { template } })).toBe('54b5b9f6b4');
  expect(revisionHash({ spec: { template } }, 1)).toBe('54b5b9f6b5');
});

test.each<[string, Record<string, string>, string]>([
  ['a daemon set', { [REVISION_HASH]: 'd' }, 'd'],
  ['a stateful set', { [HISTORY_HASH]: 's', app: 'x' }, 's'],
  ['nothing', {}, ''],
])('the hash of a revision of %s', (_name, labels, want) => {
  expect(hashOf({ metadata: { labels }, revision: 1 })).toBe(want);
});

test('a revision keeps the template whole, its keys in order', () => {
  const small = {
    spec: { restartPolicy: 'Always', containers: [{ resources: {}, name: 'c', image: 'i' }] },
    metadata: { labels: { b: '1', a: '2' }, creationTimestamp: null },
  };
  expect(JSON.stringify(templatePatch(small))).toBe(
    '{"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"a":"2","b":"1"}},' +
      '"spec":{"containers":[{"image":"i","name":"c","resources":{}}],"restartPolicy":"Always"}}}}',
  );
});
