import { describe, expect, test } from '@jest/globals';
import { reviewAnswer } from './review-answer';

const ASKED = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
const SCHEME = 'in scheme "k8s.io/apiserver/pkg/util/webhook/client.go:71"';
const NO_OBJECT = "couldn't get version/kind; json parse error: json: cannot unmarshal";

describe('reviewAnswer', () => {
  test.each<[string, string, unknown]>([
    [
      'a review',
      '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{}}',
      { ...ASKED, response: {} },
    ],
    ['what says nothing of its type', '{"response":{}}', { response: {} }],
    ['YAML', 'kind: AdmissionReview\nresponse: {}', { kind: 'AdmissionReview', response: {} }],
  ])('%s is read', (_, text, value) => expect(reviewAnswer(Buffer.from(text), ASKED)).toEqual(value));

  test.each<[string, string, string]>([
    ['plain text', 'junk', `${NO_OBJECT} string into Go value of type struct`],
    ['a page', '<html>', `${NO_OBJECT} string into`],
    ['a list', '[]', `${NO_OBJECT} array into`],
    ['broken JSON', '{"a"', "couldn't get version/kind; json parse error: unexpected end of JSON input"],
    ['another kind', '{"apiVersion":"v1","kind":"Pod"}', `no kind "Pod" is registered for version "v1" ${SCHEME}`],
    [
      'another version',
      '{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}',
      'converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion',
    ],
    [
      'an unknown version',
      '{"apiVersion":"admission.k8s.io/v2","kind":"AdmissionReview"}',
      `no kind "AdmissionReview" is registered for version "admission.k8s.io/v2" ${SCHEME}`,
    ],
  ])('%s is refused', (_, text, why) => expect(() => reviewAnswer(Buffer.from(text), ASKED)).toThrow(why));
});
