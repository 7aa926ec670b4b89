import { describe, expect, test } from '@jest/globals';
import { ask } from '../../testing/findings';
import { create, findTarget } from '../../testing/create';

type Part = Readonly<Record<string, unknown>>;

const V1BETA2 = '/apis/resource.k8s.io/v1beta2';
const CLAIMS = `${V1BETA2}/namespaces/x/resourceclaims`;
const SLICES = `${V1BETA2}/resourceslices`;
const exactly = { deviceClassName: 'gpu' };
const claim = (request: Part, more: Part = {}) => ({
  spec: { devices: { requests: [{ name: 'r', ...request }], ...more } },
});
const OPAQUE = { driver: 'd.example', parameters: { kind: 'Config' } };

describe('v1.33 says of claims for devices', () => {
  const AT = 'spec.devices.requests[0]';
  const REFERENCE =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  test.each<readonly [title: string, body: Part, findings: string[]]>([
    ['all is well', claim({ exactly }, { config: [{ requests: ['r'], opaque: OPAQUE }] }), []],
    [
      'a request for nothing',
      claim({}),
      [`${AT}: Required value: exactly one of \`exactly\` or \`firstAvailable\` is required`],
    ],
    ['a request of no class', claim({ exactly: {} }), [`${AT}.exactly.deviceClassName: Required value`]],
    [
      'fewer than one device',
      claim({ exactly: { ...exactly, count: -1 } }),
      [`${AT}.exactly.count: Invalid value: -1: must be greater than zero`],
    ],
    [
      'all devices, and so many',
      claim({ exactly: { ...exactly, allocationMode: 'All', count: 2 } }),
      [`${AT}.exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'`],
    ],
    [
      'any devices',
      claim({ exactly: { ...exactly, allocationMode: 'Any' } }),
      [`${AT}.exactly.allocationMode: Unsupported value: "Any": supported values: "All", "ExactCount"`],
    ],
    [
      'a constraint on a request that is not there, by an attribute of nobody',
      claim({ exactly }, { constraints: [{ requests: ['s'], matchAttribute: 'model' }] }),
      [
        `spec.devices.constraints[0].requests[0]: Invalid value: "s": ${REFERENCE}`,
        'spec.devices.constraints[0].matchAttribute: Invalid value: "model": must include a domain',
      ],
    ],
    [
      'a configuration of nothing',
      claim({ exactly }, { config: [{}] }),
      ['spec.devices.config[0].opaque: Required value'],
    ],
    [
      'a configuration that is no object',
      claim({ exactly }, { config: [{ opaque: { ...OPAQUE, parameters: 'x' } }] }),
      [
        'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": parameters must be a valid JSON object',
      ],
    ],
    [
      'a selector without expression',
      claim({ exactly: { ...exactly, selectors: [{}] } }),
      [`${AT}.exactly.selectors[0].cel: Required value`],
    ],
  ])('%s', (_title, body, findings) => {
    expect(ask(CLAIMS, 33).created(body)).toEqual(findings);
  });

  test('alternatives are of a later release', () => {
    const body = claim({ firstAvailable: [{ name: 'a', deviceClassName: 'gpu' }] });
    expect(ask(CLAIMS, 33).created(body)).toHaveLength(1);
    expect(ask(CLAIMS, 34).created(body)).toEqual([]);
  });

  test('a claim stays as it is', () => {
    const changed = claim({ exactly: { ...exactly, count: 2 } });
    expect(ask(CLAIMS, 33).changed(claim({ exactly }), changed)).toEqual([
      expect.stringMatching(/^spec: Invalid value: .*field is immutable$/),
    ]);
  });

  const results = [{ request: 'r', driver: 'd.example', pool: 'p', device: 'one' }];
  const reservedFor = [{ resource: 'pods', name: 'x', uid: 'u' }];
  test.each<readonly [title: string, status: Part, findings: string[]]>([
    ['given to a pod', { allocation: { devices: { results } }, reservedFor }, []],
    [
      'nothing, given to a pod',
      { reservedFor },
      ['status.reservedFor: Forbidden: may not be specified when `allocated` is not set'],
    ],
    [
      'a device that it does not have',
      { devices: [{ driver: 'd.example', pool: 'p', device: 'two' }] },
      ['status.devices[0]: Invalid value: "d.example/p/two": must be an allocated device in the claim'],
    ],
  ])('status: %s', (_title, status, findings) => {
    const asked = ask(CLAIMS, 33).changed(claim({ exactly }), stored => ({ ...stored, status }), 'status');
    expect(asked).toEqual(findings);
  });
});

describe('v1.33 says of the devices of a driver', () => {
  const pool = { name: 'p', resourceSliceCount: 1 };
  const slice = (spec: Part) => ({ spec: { driver: 'd.example', pool, nodeName: 'n', ...spec } });
  const value = { string: 'x' };
  const device = (attributes: Part) => slice({ devices: [{ name: 'one', attributes }] });
  const ONE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  test.each<readonly [title: string, body: Part, findings: string[]]>([
    ['all is well', device({ model: value, 'd.example/version': { version: '1.2.3-rc.1' } }), []],
    ['nowhere', slice({ nodeName: undefined }), [`spec: Required value: ${ONE}`]],
    [
      'in two places',
      slice({ allNodes: true }),
      [`spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${ONE}, but multiple fields are set`],
    ],
    [
      'a pool of no slices',
      slice({ pool: { ...pool, resourceSliceCount: 0 } }),
      ['spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero'],
    ],
    [
      'the same device twice',
      slice({ devices: [{ name: 'one' }, { name: 'one' }] }),
      ['spec.devices[1].name: Duplicate value: "one"'],
    ],
    [
      'an odd version',
      device({ v: { version: '1.2' } }),
      [
        'spec.devices[0].attributes[v].version: Invalid value: "1.2": must be a string compatible with semver.org spec 2.0.0',
      ],
    ],
    [
      'an attribute without value',
      device({ v: {} }),
      ['spec.devices[0].attributes[v]: Required value: exactly one value must be specified'],
    ],
    [
      'an attribute of nobody',
      device({ '/v': value }),
      ['spec.devices[0].attributes[/v]: Required value: the domain must not be empty'],
    ],
  ])('%s', (_title, body, findings) => {
    expect(ask(SLICES, 33).created(body)).toEqual(findings);
  });

  test('a slice is of one pool, and counts its generations', () => {
    const moved = slice({ pool: { ...pool, name: 'q' } });
    expect(ask(SLICES, 33).changed(slice({}), moved)).toEqual([
      'spec.pool.name: Invalid value: "q": field is immutable',
    ]);
    const body = { ...slice({}), metadata: { name: 'x', generation: 7 } };
    expect(create(findTarget(SLICES, 33)!, body, 33).object.metadata).toHaveProperty('generation', 1);
  });

  test('taints are of a later release', () => {
    const tainted = slice({ devices: [{ name: 'one', taints: [{ key: 'a', effect: 'NoSchedule' }] }] });
    expect(create(findTarget(SLICES, 33)!, tainted, 33).object).toHaveProperty('spec.devices', [{ name: 'one' }]);
  });
});

test('v1.33 says of classes of devices that configurations say something', () => {
  const classOf = (config: Part) => ({ spec: { config: [config] } });
  const CLASSES = `${V1BETA2}/deviceclasses`;
  expect(ask(CLASSES, 33).created(classOf({ opaque: OPAQUE }))).toEqual([]);
  expect(ask(CLASSES, 33).changed(classOf({ opaque: OPAQUE }), classOf({}))).toEqual([
    'spec.config[0].opaque: Required value',
  ]);
});
