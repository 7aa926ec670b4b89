import { describe, expect, test } from '@jest/globals';
import { decodeTyped } from './decode-typed';

const POD = 'io.k8s.api.core.v1.Pod';
const refusal = (text: string, defName = POD) => {
  try {
    decodeTyped(defName, JSON.parse(text), { emulated: 20, raw: text });
  } catch (error) {
    return (error as Error).message.replace(/^.*? cannot be handled as a \w+: /, '').replace(/, error found .*$/s, '');
  }
  return undefined;
};

describe('what v1.20 says of a body', () => {
  test.each<[string, string, string]>([
    [
      'names embedded structs',
      '{"spec":{"volumes":[{"emptyDir":"x"}]}}',
      'v1.Pod.Spec: v1.PodSpec.Volumes: []v1.Volume: v1.Volume.VolumeSource: EmptyDir: readObjectStart: expect { or n, but found "',
    ],
    [
      'goes on behind strings',
      '{"metadata":{"name":7,"namespace":"a"}}',
      'v1.Pod.ObjectMeta: v1.ObjectMeta.Namespace: Name: ReadString: expects " or n, but found 7',
    ],
    [
      'a fraction is no whole number',
      '{"metadata":{"generation":1.5}}',
      'v1.Pod.ObjectMeta: v1.ObjectMeta.Generation: assertInteger: can not decode float as int',
    ],
    [
      'too large',
      '{"spec":{"priority":3000000000}}',
      'v1.Pod.Spec: v1.PodSpec.Priority: ReadInt32: overflow: 3000000000',
    ],
    [
      'a map',
      '{"metadata":{"labels":[]}}',
      'v1.Pod.ObjectMeta: v1.ObjectMeta.Labels: ReadMapCB: expect { or n, but found [',
    ],
    [
      'a list',
      '{"spec":{"containers":{}}}',
      'v1.Pod.Spec: v1.PodSpec.Containers: []v1.Container: decode slice: expect [ or n, but found {',
    ],
    [
      'a field that is not kept',
      '{"metadata":{"clusterName":7}}',
      'v1.Pod.ObjectMeta: v1.ObjectMeta.ClusterName: ReadString: expects " or n, but found 7',
    ],
    [
      'a list of named texts',
      '{"spec":{"containers":[{"securityContext":{"capabilities":{"add":7}}}]}}',
      'v1.Pod.Spec: v1.PodSpec.Containers: []v1.Container: v1.Container.SecurityContext: v1.SecurityContext.Capabilities: v1.Capabilities.Add: []v1.Capability: decode slice: expect [ or n, but found 7',
    ],
    [
      'a quantity',
      '{"spec":{"overhead":{"cpu":"x"}}}',
      "v1.Pod.Spec: v1.PodSpec.Overhead: unmarshalerDecoder: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      'a time',
      '{"metadata":{"creationTimestamp":7}}',
      'v1.Pod.ObjectMeta: v1.ObjectMeta.CreationTimestamp: unmarshalerDecoder: json: cannot unmarshal number into Go value of type string',
    ],
  ])('%s', (_, body, message) => {
    expect(refusal(body)).toBe(message);
  });

  test.each<[string, string]>([
    ['{"data":{"a":7}}', 'v1.Secret.Data: base64Codec: invalid input'],
    ['{"data":{"a":["x"]}}', 'v1.Secret.Data: []uint8: readUint32: unexpected character: \ufffd'],
    ['{"data":{"a":[256]}}', 'v1.Secret.Data: []uint8: ReadUint8: overflow: 256'],
    ['{"data":{"a":[-1]}}', 'v1.Secret.Data: []uint8: readUint32: unexpected character: \ufffd'],
    ['{"data":{"a":"eA==x"}}', 'v1.Secret.Data: decode base64: illegal base64 data at input byte 4'],
  ])('bytes: %s', (body, message) => {
    expect(refusal(body, 'io.k8s.api.core.v1.Secret')).toBe(message);
  });
});
