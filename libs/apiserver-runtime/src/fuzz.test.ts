import { describe, expect, test } from '@jest/globals';
import { WireError, decodeProtobuf, emptyObject, encodeProtobuf, typeSchema, wrapUnknown } from '@navarch/api';
import {
  StatusError,
  applyJsonPatch,
  applyMergePatch,
  applyPatch,
  applyStrategicMergePatch,
  decodeJson,
  deepEqual,
  isDNS1123Subdomain,
  isQualifiedName,
  managedFieldsForUpdate,
  parseFieldSelector,
  parseQuantity,
  parseSelector,
  type AnyObject,
  type FieldSelector,
} from '@navarch/apimachinery';
import { identityOfToken, identityToken, isInboxOf } from '@navarch/bus';
import type { Random } from '@navarch/testing';
import { fuzz } from '@navarch/testing';
import { decodeObject } from './encoding/decode-body';
import type { Target } from './encoding/target';
import { negotiate } from './negotiate';
import { requestInfo } from './request-info';
import { PlainTextError } from './status-response';
import { decodeContinue, encodeContinue } from './verbs/continue-token';

const SCHEMA = 'io.k8s.api.apps.v1.Deployment';
const target: Target = {
  ...{ group: 'apps', version: 'v1', kind: 'Deployment', schema: SCHEMA, hubGroup: 'apps' },
  versions: ['apps/v1'],
};
const KEYS = [
  ...['kind', 'apiVersion', 'metadata', 'name', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'spec'],
  ...['replicas', 'selector', 'matchLabels', 'template', 'containers', 'image', 'ports', 'containerPort', 'protocol'],
  ...['resources', 'limits', 'cpu', 'env', 'value', 'strategy', 'maxSurge', 'uid', 'managedFields', 'status'],
  ...['$patch', '$retainKeys', '$setElementOrder/containers', '$deleteFromPrimitiveList/finalizers'],
];
const sample = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', namespace: 'n', labels: { a: 'b' }, finalizers: ['x/y', 'x/z'] },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'x' } },
    template: {
      metadata: { labels: { app: 'x' } },
      spec: {
        containers: [
          { name: 'c', image: 'i:1', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '500m' } } },
          { name: 'd', image: 'i:2', env: [{ name: 'E', value: '1' }] },
        ],
      },
    },
  },
};
/** object is one near the sample, of its shape or of any. */
const object = (random: Random): Record<string, unknown> =>
  random.oneIn(3)
    ? random.object(KEYS, 5)
    : (applyMergePatch(sample, random.object(KEYS, 5)) as Record<string, unknown>);

/** outcome is what work answers; undefined if it fails as `isTyped` allows. Any other error is a finding. */
function outcome<T>(work: () => T, isTyped: (error: unknown) => boolean): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isTyped(error)) return undefined;
    throw error;
  }
}
const isStatus = (error: unknown) => error instanceof StatusError;
const isClientError = (error: unknown) => error instanceof StatusError && error.code >= 400 && error.code < 500;
/** isWorded: an error made on purpose, not one of the language's own. */
const isWorded = (error: unknown) => error instanceof Error && error.constructor === Error;

describe('whatever comes in, the answer is a value or a typed error', () => {
  const context = { emulated: 33, fieldValidation: 'Warn' as const, warn: () => undefined };
  const decode = (body: Buffer, media: 'json' | 'yaml' | 'protobuf') =>
    outcome(() => decodeObject(body, media, target, context), isClientError);

  test('bodies: bytes, JSON and YAML', () => {
    const body = Buffer.from(JSON.stringify(sample));
    fuzz(random => {
      const bytes = random.oneIn(2) ? Buffer.from(JSON.stringify(object(random))) : random.mutate(body);
      const decoded = decode(bytes, random.oneIn(4) ? 'yaml' : 'json');
      if (!decoded) return;
      // What was read is read again as the same.
      const again = decode(Buffer.from(JSON.stringify(decoded)), 'json')!;
      expect(deepEqual(again, decoded)).toBe(true);
    });
  });

  test('bodies: protobuf', () => {
    const raw = encodeProtobuf(SCHEMA, decode(Buffer.from(JSON.stringify(sample)), 'json')!);
    fuzz(random => {
      const type = random.oneIn(20) ? { apiVersion: 'v1', kind: random.pick(KEYS) } : sample;
      const decoded = decode(
        random.oneIn(3) ? random.mutate(wrapUnknown(type, raw)) : wrapUnknown(type, random.mutate(raw)),
        'protobuf',
      );
      if (decoded) encodeProtobuf(SCHEMA, decoded);
      outcome(
        () => decodeProtobuf(SCHEMA, random.bytes(60)),
        error => error instanceof WireError,
      );
    });
  });

  test('label selectors', () => {
    const pieces = ['app', 'x/y', '=', '==', '!=', '!', 'in', 'notin', '(', ')', ',', ' ', '>', '<', 'a-b', '1', 'in('];
    fuzz(random => {
      const selector = outcome(() => parseSelector(random.text(pieces, 14)), isWorded);
      if (!selector) return;
      const again = parseSelector(selector.toString());
      expect(again.toString()).toBe(selector.toString());
      const labels = { app: 'a-b', 'x/y': '1', '1': '' };
      expect(again.matches(labels)).toBe(selector.matches(labels));
    });
  });

  test('field selectors', () => {
    const pieces = ['metadata.name', 'spec.nodeName', '=', '==', '!=', ',', '\\', '\\,', '\\=', 'x', ' '];
    fuzz(random => {
      const selector = outcome(() => parseFieldSelector(random.text(pieces, 14)), isWorded);
      // Terms are read in the order of their text, in which `==` may stand elsewhere than `=`, as which it is printed.
      const terms = ({ requirements }: FieldSelector) => requirements.map(one => JSON.stringify(one)).sort();
      if (selector) expect(terms(parseFieldSelector(selector.toString()))).toEqual(terms(selector));
    });
  });

  test('quantities', () => {
    const pieces = ['1', '0', '9', '12', '.', '-', '+', 'e', 'E', 'Ki', 'Mi', 'm', 'k', 'n', 'u', 'i', '000'];
    fuzz(random => {
      const quantity = outcome(() => parseQuantity(random.text(pieces, 9)), isWorded);
      if (quantity) expect(parseQuantity(quantity.toString()).cmp(quantity)).toBe(0);
    });
  });

  test('JSON patches', () => {
    const pointers = [
      '',
      '/',
      '/spec',
      '/spec/replicas',
      '/metadata/labels/a',
      '/metadata/finalizers/0',
      '/x/-',
      '/~1~0',
    ];
    const pointer = (random: Random) =>
      random.oneIn(3)
        ? random.text(['/', '~', '0', '-', '__proto__', 'constructor', 'spec'], 5)
        : random.pick(pointers);
    fuzz(random => {
      const operations = random.list(6, () => ({
        op: random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'other']),
        path: pointer(random),
        ...(random.oneIn(2) && { from: pointer(random) }),
        ...(random.oneIn(2) && { value: random.json(KEYS) }),
      }));
      const before = JSON.stringify(sample);
      outcome(
        () => JSON.stringify(applyJsonPatch(sample, random.oneIn(10) ? random.json(KEYS) : operations)),
        isClientError,
      );
      expect(JSON.stringify(sample)).toBe(before);
    });
  });

  test('merge and strategic patches', () => {
    fuzz(random => {
      const patch = random.oneIn(10) ? random.json(KEYS) : random.object(KEYS, 6);
      const doc = object(random);
      const before = JSON.stringify([doc, patch]);
      // A list that takes the place of an object keeps its nulls; the second time it takes that of a list, and loses them.
      const merged = applyMergePatch(applyMergePatch(doc, patch), patch);
      expect(deepEqual(applyMergePatch(merged, patch), merged)).toBe(true);
      outcome(() => applyStrategicMergePatch(typeSchema(SCHEMA), doc, patch), isStatus);
      expect(JSON.stringify([doc, patch])).toBe(before);
    });
  });

  test('server-side apply', () => {
    const empty = emptyObject(SCHEMA) as AnyObject;
    fuzz(random => {
      let live = empty;
      for (const manager of ['a', 'b', 'a']) {
        const applied = { ...object(random), apiVersion: 'apps/v1', kind: 'Deployment' } as AnyObject;
        const request = { schema: typeSchema(SCHEMA), live, applied, manager, apiVersion: 'apps/v1', now: 0 };
        const result = outcome(() => applyPatch({ ...request, force: random.oneIn(2) }), isStatus);
        if (!result) continue;
        live = result.object;
        const updated = applyMergePatch(live, random.object(KEYS, 5)) as AnyObject;
        outcome(() => managedFieldsForUpdate({ ...request, live, updated, manager: 'u' }), isStatus);
      }
    });
  });

  test('paths', () => {
    const pieces = ['/', 'api', 'apis', 'v1', 'namespaces', 'pods', 'watch', 'proxy', 'status', '%2F', '%', '..', 'x'];
    fuzz(random => {
      const path = `/${random.text(pieces, 14)}`;
      const query = new URLSearchParams(
        random.text(['watch', '=', '1', '&', 'fieldSelector', 'metadata.name', '%'], 8),
      );
      const info = outcome(
        () => requestInfo(random.pick(['GET', 'POST', 'DELETE', 'ODD']), path, query),
        error => error instanceof URIError || error instanceof PlainTextError,
      );
      if (info) expect(info.path).toBe(path);
    });
  });

  test('media types', () => {
    const pieces = [
      'application/json',
      '*/*',
      'application/',
      ';',
      'as=Table',
      ';v=v1',
      ';g=meta.k8s.io',
      ',',
      'q=0.5',
      '=',
    ];
    const offer = { media: ['json', 'yaml', 'protobuf'] as const, allows: () => true, routed: false };
    fuzz(random => {
      outcome(() => negotiate(random.text(pieces, 8), offer), isClientError);
    });
  });

  test('continue tokens', () => {
    fuzz(random => {
      const value = random.oneIn(2)
        ? random.json(['v', 'rv', 'start', 'meta.k8s.io/v1'])
        : {
            v: 'meta.k8s.io/v1',
            rv: random.pick([-1, 0, 5, 2 ** 60, 1.5, '5']),
            start: random.text(['a', '/', '..', '\0'], 5),
          };
      const token = Buffer.from(JSON.stringify(value));
      const text = (random.oneIn(2) ? token : random.mutate(token)).toString(random.oneIn(5) ? 'latin1' : 'base64url');
      const decoded = outcome(() => decodeContinue(text), isClientError);
      if (decoded) expect(decodeContinue(encodeContinue(decoded))).toEqual(decoded);
    });
  });

  test('subjects and inboxes of the bus', () => {
    fuzz(random => {
      const token = random.text(['a', '=', '=2E', '=XX', '.', '*', '>', ' ', ':', 'system'], 6);
      const identity = identityOfToken(token);
      if (identity !== undefined) expect(identityToken(identity)).toBe(token);
      const inbox = random.text(['_INBOX', '.', token || 'x', '1', '*', '>'], 7);
      if (isInboxOf('system:dns', inbox)) expect(inbox).toMatch(/^_INBOX\.system:dns\.[A-Za-z0-9]+\.[0-9]+$/);
    });
  });
});

describe('what is long takes no longer than its length', () => {
  // Each of these would take minutes if time grew with the square.
  const LENGTH = 100_000;
  const named = (n: number) => Array.from({ length: n }, (_, i) => ({ name: `n${i}` }));
  const withContainers = (containers: object[]) => ({ spec: { template: { spec: { containers } } } });

  test.each<[string, () => unknown]>([
    ['a label selector', () => parseSelector(Array.from({ length: LENGTH }, (_, i) => `k${i}=v`).join())],
    ['a label selector of blanks', () => parseSelector(`a in (${' '.repeat(LENGTH * 10)}b)`)],
    ['a label selector that is wrong', () => outcome(() => parseSelector('!'.repeat(LENGTH * 10)), isWorded)],
    ['a field selector', () => parseFieldSelector(Array.from({ length: LENGTH }, (_, i) => `f${i}=v`).join())],
    ['a field selector of backslashes', () => outcome(() => parseFieldSelector('\\'.repeat(LENGTH * 10)), isWorded)],
    ['a quantity', () => outcome(() => parseQuantity('9'.repeat(LENGTH * 10)), isWorded)],
    ['a quantity with a fraction', () => outcome(() => parseQuantity(`0.${'0'.repeat(LENGTH * 10)}1`), isWorded)],
    ['a quantity that is wrong', () => outcome(() => parseQuantity(`${'1'.repeat(LENGTH * 10)}!`), isWorded)],
    ['a quantity of letters', () => outcome(() => parseQuantity('e'.repeat(LENGTH * 10)), isWorded)],
    ['a subdomain', () => isDNS1123Subdomain(`${'a-.'.repeat(LENGTH)}!`)],
    ['a qualified name', () => isQualifiedName(`${'a_'.repeat(LENGTH)}/${'b.'.repeat(LENGTH)}!`)],
    ['a path', () => requestInfo('GET', '/api/v1'.repeat(LENGTH), new URLSearchParams())],
    [
      'an Accept header',
      () => outcome(() => negotiate('a/b;c=d,'.repeat(LENGTH), { media: ['json'], routed: true }), isClientError),
    ],
    [
      'JSON with repeated keys',
      () => decodeJson(Buffer.from(`{${'"a":1,'.repeat(LENGTH * 3)}"a":1}`), { findDuplicates: true }),
    ],
    [
      'a strategic patch of a long list',
      () => {
        const schema = typeSchema(SCHEMA);
        const doc = applyStrategicMergePatch(schema, withContainers(named(1)), withContainers(named(LENGTH / 4)));
        const removed = named(LENGTH / 4).map(item => ({ ...item, $patch: 'delete' }));
        return applyStrategicMergePatch(schema, doc, withContainers(removed));
      },
    ],
    [
      'an apply of a long list',
      () => {
        const applied = {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          ...withContainers(named(LENGTH / 4)),
        } as AnyObject;
        const request = { schema: typeSchema(SCHEMA), applied, manager: 'm', apiVersion: 'apps/v1', now: 0 };
        const live = emptyObject(SCHEMA) as AnyObject;
        const { object } = applyPatch({ ...request, live });
        return applyPatch({ ...request, live: object });
      },
    ],
  ])('%s', (_name, work) => {
    work();
  });

  test('copies that double a document end at a bound', () => {
    const doubling = Array.from({ length: 100 }, (_, i) => ({ op: 'copy', from: '', path: `/k${i}` }));
    expect(() => applyJsonPatch({ a: 'x'.repeat(100) }, doubling)).toThrow(
      'the server rejected our request due to an error in our request',
    );
  });
});
