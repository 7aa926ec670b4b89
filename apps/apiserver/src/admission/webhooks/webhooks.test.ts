import { describe, expect, test } from '@jest/globals';
import { attributes } from '../../testing/attributes';
import { inVersion } from '../matching/versioned';
import { buildReview, denied, parseVerdict } from './review';

describe('reviews', () => {
  test('a review tells what is written by whom', async () => {
    const { uid, review } = buildReview(
      await inVersion(attributes({ metadata: { name: 'x' } }, { dryRun: true }), { group: '', version: 'v1' }),
      'v1',
    );
    expect(review).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      request: {
        uid,
        operation: 'CREATE',
        name: 'x',
        namespace: 'ns',
        dryRun: true,
        userInfo: { username: 'alice' },
        object: { kind: 'Pod', apiVersion: 'v1' },
        oldObject: null,
      },
    });
  });
  const answer = (response: object) => ({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response });
  test('a patch comes as base64', () => {
    const text = '[{"op":"add","path":"/a","value":1}]';
    const patch = Buffer.from(text).toString('base64');
    expect(
      parseVerdict(answer({ uid: 'u', allowed: true, patch, patchType: 'JSONPatch' }), 'u', 'v1', true),
    ).toMatchObject({
      allowed: true,
      patch: Buffer.from(text),
    });
  });
  test.each<[string, unknown, string]>([
    ['nothing', {}, 'webhook response was absent'],
    ["another request's answer", answer({ uid: 'v', allowed: true }), 'expected response.uid="u", got "v"'],
    ['a patch without a type', answer({ uid: 'u', allowed: true, patch: 'W10=' }), 'not response.patchType'],
    ['a type of no patch', answer({ uid: 'u', allowed: true, patchType: 'JSONPatch' }), 'not response.patch'],
    [
      'a patch of an empty type',
      answer({ uid: 'u', allowed: true, patch: 'W10=', patchType: '' }),
      'invalid response.patchType of ""',
    ],
    ['a text', 'no', 'webhook response was absent'],
    ['a text for a response', { ...answer({}), response: 'no' }, 'AdmissionReview.response'],
    ['a word', answer({ uid: 'u', allowed: 'yes' }), 'AdmissionResponse.response.allowed of type bool'],
    ['a warning for many', answer({ uid: 'u', warnings: 'w' }), 'AdmissionResponse.response.warnings of type []string'],
    ['a number for a warning', answer({ uid: 'u', warnings: [1] }), 'response.warnings of type []string'],
    ['a number for an annotation', answer({ uid: 'u', auditAnnotations: { a: 1 } }), 'of type map[string]string'],
    ['a text for a code', answer({ uid: 'u', status: { code: '400' } }), 'response.status.code of type int32'],
    ['another kind', { ...answer({ uid: 'u' }), kind: 'X' }, 'got admission.k8s.io/v1, Kind=X'],
    ['no kind', { response: { uid: 'u' } }, 'got /, Kind='],
  ])('%s is no answer', (_name, value, why) => {
    expect(() => parseVerdict(value, 'u', 'v1', true)).toThrow(why);
  });
  test.each<[Parameters<typeof denied>[1], number, string]>([
    [undefined, 400, 'admission webhook "w" denied the request without explanation'],
    [{ message: 'no' }, 400, 'admission webhook "w" denied the request: no'],
    [{ code: 409, reason: 'Conflict' }, 409, 'admission webhook "w" denied the request: Conflict'],
    [{ code: 200, message: 'fine' }, 400, 'admission webhook "w" denied the request: fine'],
    [{ code: 1000, message: 'huge' }, 400, 'admission webhook "w" denied the request: huge'],
  ])('denied with %j', (status, code, message) => {
    expect(denied('w', status)).toMatchObject({ code, message });
  });
});

test('a webhook that only validates may not patch', () => {
  const value = {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    response: { uid: 'u', allowed: true, patch: 'W10=', patchType: 'JSONPatch' },
  };
  expect(() => parseVerdict(value, 'u', 'v1', false)).toThrow('validating webhook may not return response.patch');
});
