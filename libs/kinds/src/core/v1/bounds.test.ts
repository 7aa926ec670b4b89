import { describe, expect, test } from '@jest/globals';
import { CERTIFICATES } from '../../testing/certificates';
import { create, findTarget } from '../../testing/create';
import { ask } from '../../testing/findings';

type Part = Readonly<Record<string, unknown>>;

describe('v1.20 says of a quota', () => {
  test.each<readonly [title: string, spec: Part, findings: string[]]>([
    [
      'names that quotas do not know',
      { hard: { storage: '1Gi', odd: '1' } },
      [
        'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
        'spec.hard[odd]: Invalid value: "odd": must be a standard resource type or fully qualified',
        'spec.hard[odd]: Invalid value: "odd": must be a standard resource for quota',
      ],
    ],
    ['counts by name', { hard: { 'count/deployments.apps': '2', 'services.nodeports': '1' } }, []],
    [
      'a scope of pods for what is no pod',
      { hard: { services: '1' }, scopes: ['BestEffort'] },
      ['spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: unsupported scope applied to resource'],
    ],
    [
      'scopes that exclude each other',
      { hard: { pods: '1' }, scopes: ['Terminating', 'NotTerminating'] },
      ['spec.scopes: Invalid value: []core.ResourceQuotaScope{"Terminating", "NotTerminating"}: conflicting scopes'],
    ],
    [
      'a selector with values it must not have',
      { scopeSelector: { matchExpressions: [{ scopeName: 'BestEffort', operator: 'In' }] } },
      [
        'spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be \'Exist\' only operator when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort and ResourceQuotaScopeNotBestEffort',
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
    [
      'a scope of later releases',
      { hard: { pods: '1' }, scopes: ['CrossNamespacePodAffinity'] },
      ['spec.scopes: Invalid value: []core.ResourceQuotaScope{"CrossNamespacePodAffinity"}: unsupported scope'],
    ],
  ])('%s', (_title, spec, findings) => {
    expect(ask('/api/v1/namespaces/n/resourcequotas').created({ spec })).toEqual(findings);
  });
  test('scopes are fixed', () => {
    const before = { spec: { hard: { pods: '1' }, scopes: ['BestEffort'] } };
    expect(ask('/api/v1/namespaces/n/resourcequotas').changed(before, { spec: { hard: { pods: '1' } } })).toEqual([
      'spec.scopes: Invalid value: []core.ResourceQuotaScope(nil): field is immutable',
    ]);
  });
  test('what is wrong with a changed one is found twice', () => {
    const asked = ask('/api/v1/namespaces/n/resourcequotas').changed(
      { spec: { hard: { pods: '1' } } },
      { spec: { hard: { pods: '-1' } } },
    );
    expect(asked).toEqual(Array(2).fill('spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'));
  });
});

describe('v1.20 says of a limit range', () => {
  test.each<readonly [title: string, item: Part, findings: string[]]>([
    [
      'defaults for pods',
      { type: 'Pod', default: { odd: '1' } },
      ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
    ],
    [
      'what containers do not have',
      { type: 'Container', min: { pods: '1' } },
      [
        'spec.limits[0].min[pods]: Invalid value: "pods": must be a standard resource for containers',
        'spec.limits[0].defaultRequest[pods]: Invalid value: "pods": must be a standard resource for containers',
      ],
    ],
    [
      'a claim without bounds',
      { type: 'PersistentVolumeClaim', min: { cpu: '1' } },
      [
        'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      ],
    ],
    [
      'a ratio that the bounds do not allow',
      { type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } },
      [
        'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:3, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"3", Format:"DecimalSI"}: ratio 3 is greater than max/min = 2.000000',
      ],
    ],
  ])('%s', (_title, item, findings) => {
    expect(ask('/api/v1/namespaces/n/limitranges').created({ spec: { limits: [item] } })).toEqual(findings);
  });
});

describe('v1.20 says of a node', () => {
  const NODES = '/api/v1/nodes';
  const AVOID = 'scheduler.alpha.kubernetes.io/preferAvoidPods';
  test.each<readonly [title: string, body: Part, findings: unknown[]]>([
    [
      'amounts',
      { status: { capacity: { cpu: '-1' } } },
      [
        'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0',
        'status.allocatable.cpu: Invalid value: "-1": must be greater than or equal to 0',
      ],
    ],
    ['a second range, which is dropped', { spec: { podCIDRs: ['10.0.0.0/24', 'odd'] } }, []],
    [
      'an older range that differs from the newer ones',
      { spec: { podCIDR: 'odd', podCIDRs: ['10.0.0.0/24'] } },
      ['spec.podCIDRs[0]: Invalid value: []string{"odd"}: must be valid CIDR'],
    ],
    [
      'pods to avoid that are no JSON',
      { metadata: { annotations: { [AVOID]: 'odd' } } },
      [
        `metadata.annotations.AvoidPods: Invalid value: "${AVOID}": invalid character 'o' looking for beginning of value`,
      ],
    ],
    [
      'pods to avoid that nobody controls',
      { metadata: { annotations: { [AVOID]: '{"preferAvoidPods":[{}]}' } } },
      [`metadata.annotations.${AVOID}[0].PodSignature: Required value`],
    ],
  ])('%s', (_title, body, findings) => {
    expect(ask(NODES).created(body)).toEqual(findings);
  });
  test('taints are looked at twice when they change', () => {
    const [finding, ...more] = ask(NODES).changed({}, { spec: { taints: [{ key: 'k', effect: 'Odd' }] } });
    expect(finding).toContain('metadata.taints[0].effect: Unsupported value: "Odd"');
    expect(more).toEqual([finding]);
  });
  test('most of it is fixed', () => {
    expect(ask(NODES).changed({ spec: { externalID: 'a' } }, { spec: { externalID: 'b' } })).toEqual([
      '[]: Forbidden: node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig feature gate is enabled)',
    ]);
  });
  test('an address stands once', () => {
    const address = { type: 'InternalIP', address: '10.0.0.1' };
    expect(ask(NODES).changed({}, { status: { addresses: [address, address] } }, 'status')).toEqual([
      'status.addresses[1]: Duplicate value: core.NodeAddress{Type:"InternalIP", Address:"10.0.0.1"}',
    ]);
  });
});

describe('v1.20 says of a namespace', () => {
  const finding = 'name is neither a standard finalizer name nor is it fully qualified';
  test('finalizers are known or have a domain', () => {
    const body = { spec: { finalizers: ['odd', 'example.com/f'] } };
    expect(ask('/api/v1/namespaces').created(body)).toEqual([`spec.finalizers: Invalid value: "odd": ${finding}`]);
    expect(ask('/api/v1/namespaces').changed({}, body, 'finalize')).toEqual([
      `spec.finalizers[0]: Invalid value: "odd": ${finding}`,
    ]);
  });
});

test('a namespace without a phase is active', () => {
  expect(ask('/api/v1/namespaces').changed({}, { status: {} }, 'status')).toEqual([]);
});

test.each(['/apis/coordination.k8s.io/v1/namespaces/n/leases', '/apis/node.k8s.io/v1/runtimeclasses'])(
  'any finalizer does for %s',
  path => {
    const metadata = { finalizers: ['short'] };
    expect(ask(path).created({ metadata, handler: 'h', spec: {} })).toEqual([]);
  },
);

describe('v1.20 says of a secret', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  test.each<readonly [type: string, data: Part, findings: string[]]>([
    [
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': encode('x') },
      [
        'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'x\' looking for beginning of value',
      ],
    ],
    [
      'kubernetes.io/dockercfg',
      { '.dockercfg': 'xxxx' },
      [
        'data[.dockercfg]: Invalid value: "<secret contents redacted>": invalid character \'\u00c7\' looking for beginning of value',
      ],
    ],
    ['kubernetes.io/dockercfg', { '.dockercfg': Buffer.from('{"a":"\xe4"}', 'latin1').toString('base64') }, []],
    [
      'kubernetes.io/dockercfg',
      { '.dockercfg': encode('[]') },
      [
        'data[.dockercfg]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}',
      ],
    ],
    ['kubernetes.io/basic-auth', {}, ['data[%s][username]: Required value', 'data[%s][password]: Required value']],
    ['kubernetes.io/basic-auth', { username: '' }, []],
    ['kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }, ['data[%s][ssh-privatekey]: Required value']],
    ['kubernetes.io/tls', { 'tls.crt': '' }, ['data[tls.key]: Required value']],
    ['example.com/mine', {}, []],
  ])('%s', (type, data, findings) => {
    expect(ask('/api/v1/namespaces/n/secrets').created({ type, data })).toEqual(findings);
  });
});

describe('what v1.33 says of kinds of the core', () => {
  const CROSSED = 'CrossNamespacePodAffinity';
  test('quotas', () => {
    const matchExpressions = [{ scopeName: CROSSED, operator: 'In', values: ['x'] }];
    expect(
      ask('/api/v1/namespaces/n/resourcequotas', 33).created({ spec: { scopeSelector: { matchExpressions } } }),
    ).toEqual([
      `spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScope${CROSSED}`,
    ]);
  });
  const SECRETS = '/api/v1/namespaces/n/secrets';
  test('secrets that lack what their type asks for', () => {
    expect(ask(SECRETS, 33).created({ type: 'kubernetes.io/ssh-auth' })).toEqual([
      'data[ssh-privatekey]: Required value',
    ]);
  });
  test('certificates that do not go with their keys', () => {
    const secret = (stringData: object) => ({ type: 'kubernetes.io/tls', stringData });
    const { first, second, key } = CERTIFICATES;
    expect(ask(SECRETS, 33).warned(secret({ 'tls.crt': first, 'tls.key': key }))).toEqual([]);
    const odd = secret({ 'tls.crt': second, 'tls.key': key });
    expect(ask(SECRETS, 33).warned(odd)).toEqual(['tls: private key does not match public key']);
    expect(ask(SECRETS).warned(odd)).toEqual([]);
  });
  test('accounts that bind their secrets, when they begin to', () => {
    const account = { metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } } };
    const accounts = ask('/api/v1/namespaces/n/serviceaccounts', 33);
    expect(accounts.warned(account)).toEqual([
      'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
    ]);
    expect(accounts.warned(account, account)).toEqual([]);
  });
});

test('the name of a namespace is its label since v1.21', () => {
  const label = (emulated: number) =>
    create(findTarget('/api/v1/namespaces', emulated)!, { metadata: { name: 'x' } }, emulated).object.metadata?.labels;
  expect([label(20), label(33)]).toEqual([undefined, { 'kubernetes.io/metadata.name': 'x' }]);
});
