import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ConfigMaps,
  Deployments,
  Namespaces,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  type admissionregistrationv1,
  type appsv1,
} from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { eventually, tempDir } from '@navarch/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestCluster, type TestApiServer, type TestCluster } from '../../testing/test-server';

type PolicySpec = NonNullable<admissionregistrationv1.ValidatingAdmissionPolicy['spec']>;
type BindingSpec = NonNullable<admissionregistrationv1.ValidatingAdmissionPolicyBinding['spec']>;

describe('validating admission policies', () => {
  const dir = tempDir('navarch-policies-');
  const auditLog = join(dir.path, 'audit.log');
  let cluster: TestCluster;
  let server: TestApiServer;
  let admin: KubeClient;

  beforeAll(async () => {
    cluster = await startTestCluster();
    server = await cluster.start('--audit-log-path', auditLog);
    admin = await server.as('admin', ['system:masters']);
    await admin.resource(Namespaces).create({ metadata: { name: 'team', labels: { environment: 'test' } } });
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    dir.remove();
  }, 60_000);
  afterEach(async () => {
    await admin.resource(ValidatingAdmissionPolicyBindings).deleteCollection('');
    await admin.resource(ValidatingAdmissionPolicies).deleteCollection('');
    await eventually(() => deploy(99));
  });

  const deployment = (replicas: number, name = 'web', namespace = 'team'): appsv1.Deployment => ({
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'registry.example/app:1' }] },
      },
    },
  });
  const deploy = (replicas: number, namespace?: string) =>
    admin.resource(Deployments).create(deployment(replicas, 'web', namespace), { dryRun: true });

  const MATCH = {
    resourceRules: [
      { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
    ],
  };
  /** install puts a policy into effect and waits for it: a deployment of 99 replicas must not pass. */
  async function install(
    policy: Partial<PolicySpec>,
    binding: Partial<BindingSpec> = {},
    effective: () => Promise<unknown> = () => expect(deploy(99)).rejects.toThrow('limit'),
  ): Promise<void> {
    await admin.resource(ValidatingAdmissionPolicies).create({
      metadata: { name: 'limit.example.com' },
      spec: { matchConstraints: MATCH, validations: [{ expression: 'object.spec.replicas <= 5' }], ...policy },
    });
    await admin.resource(ValidatingAdmissionPolicyBindings).create({
      metadata: { name: 'limit-test' },
      spec: { policyName: 'limit.example.com', validationActions: ['Deny'], ...binding },
    });
    await eventually(effective);
  }
  const DENIED = "ValidatingAdmissionPolicy 'limit.example.com' with binding 'limit-test' denied request: ";

  test('a write that does not meet an expression is refused', async () => {
    await install({});
    await expect(deploy(6)).rejects.toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: `deployments.apps "web" is forbidden: ${DENIED}failed expression: object.spec.replicas <= 5`,
      details: {
        name: 'web',
        group: 'apps',
        kind: 'deployments',
        causes: [{ message: `${DENIED}failed expression: object.spec.replicas <= 5` }],
      },
    });
    await expect(deploy(5)).resolves.toBeDefined();
  });

  test('messages may be expressions, reasons have their codes, variables are evaluated when asked for', async () => {
    await install({
      variables: [
        { name: 'replicas', expression: 'has(object.spec.replicas) ? object.spec.replicas : 1' },
        { name: 'tooMany', expression: 'variables.replicas > 5' },
        { name: 'never', expression: 'object.missing.field' },
      ],
      validations: [
        {
          expression: '!variables.tooMany',
          messageExpression: "'limit is 5, not ' + string(variables.replicas)",
          reason: 'Forbidden',
        },
      ],
    });
    await expect(deploy(7)).rejects.toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `deployments.apps "web" is forbidden: ${DENIED}limit is 5, not 7`,
    });
  });

  test('variables that fail say so, one after the other', async () => {
    await install({
      variables: [
        { name: 'owner', expression: "object.metadata.labels['owner']" },
        { name: 'greeting', expression: "'hello ' + variables.owner" },
      ],
      validations: [{ expression: "variables.greeting != ''" }],
    });
    const failed = ['greeting', 'owner'].map(name => `composited variable "${name}" fails to evaluate: `).join('');
    await expect(deploy(1)).rejects.toThrow(
      `${DENIED}expression 'variables.greeting != ''' resulted in error: ${failed}no such key: labels`,
    );
  });

  test('parameters come from the object that the binding names', async () => {
    const configMaps = admin.resource(ConfigMaps);
    await configMaps.create({ metadata: { name: 'limits', namespace: 'team' }, data: { maxReplicas: '3' } });
    await install(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [
          {
            expression: 'object.spec.replicas <= int(params.data.maxReplicas)',
            messageExpression: "'limit of ' + params.metadata.name + ' is ' + params.data.maxReplicas",
          },
        ],
      },
      { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } },
    );
    await expect(deploy(4)).rejects.toThrow(`${DENIED}limit of limits is 3`);
    await expect(deploy(3)).resolves.toBeDefined();
    await configMaps.delete('team', 'limits');
    await expect(deploy(1)).rejects.toThrow(
      `${DENIED}failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
    await configMaps.create({
      metadata: { name: 'one', namespace: 'team', labels: { limit: '' } },
      data: { maxReplicas: '9' },
    });
    await configMaps.create({
      metadata: { name: 'two', namespace: 'team', labels: { limit: '' } },
      data: { maxReplicas: '8' },
    });
    const bindings = admin.resource(ValidatingAdmissionPolicyBindings);
    const binding = await bindings.get('', 'limit-test');
    binding.spec!.paramRef = { selector: { matchLabels: { limit: '' } }, parameterNotFoundAction: 'Allow' };
    await bindings.update(binding);
    await eventually(() => expect(deploy(9)).rejects.toThrow(`${DENIED}limit of two is 8`));
    await expect(deploy(8)).resolves.toBeDefined();
  });

  test('bindings narrow what is matched; conditions and exclusions spare', async () => {
    await install(
      {
        matchConstraints: {
          ...MATCH,
          excludeResourceRules: [{ ...MATCH.resourceRules[0]!, resourceNames: ['spared'] }],
        },
        matchConditions: [{ name: 'not-admins-friend', expression: "request.userInfo.username != 'friend'" }],
      },
      { matchResources: { namespaceSelector: { matchLabels: { environment: 'test' } } } },
    );
    await expect(deploy(9, 'default')).resolves.toBeDefined();
    const deployments = admin.resource(Deployments);
    await expect(deployments.create(deployment(9, 'spared'), { dryRun: true })).resolves.toBeDefined();
    const friend = await server.as('friend', ['system:masters']);
    await expect(friend.resource(Deployments).create(deployment(9), { dryRun: true })).resolves.toBeDefined();
    await expect(deploy(9)).rejects.toThrow(DENIED);
  });

  test('expressions see the request, the namespace, and what its user may do', async () => {
    await install({
      validations: [
        {
          expression: [
            "request.operation == 'CREATE' && request.dryRun && request.kind.kind == 'Deployment'",
            "namespaceObject.metadata.labels.environment == 'test'",
            "authorizer.group('apps').resource('deployments').namespace('team').check('create').allowed()",
            'oldObject == null && object.spec.replicas < 50',
          ].join(' && '),
          message: 'over the limit',
        },
        { expression: "authorizer.requestResource.check('create').allowed()" },
        {
          expression:
            "!authorizer.serviceAccount('team', 'x').group('apps').resource('deployments').check('create').allowed()",
        },
      ],
    });
    await expect(deploy(3)).resolves.toBeDefined();
  });

  test('an expression that fails refuses, unless failures are ignored', async () => {
    await install({ validations: [{ expression: 'object.spec.limit > 5' }] });
    await expect(deploy(1)).rejects.toThrow(
      `${DENIED}expression 'object.spec.limit > 5' resulted in error: no such key: limit`,
    );
    const policies = admin.resource(ValidatingAdmissionPolicies);
    const policy = await policies.get('', 'limit.example.com');
    policy.spec!.failurePolicy = 'Ignore';
    await policies.update(policy);
    await eventually(() => deploy(1));
  });

  test('warnings and audit annotations let the write pass', async () => {
    await install(
      {
        validations: [{ expression: 'object.spec.replicas <= 5', message: 'over the limit' }],
        auditAnnotations: [{ key: 'replicas', valueExpression: "'asked for ' + string(object.spec.replicas)" }],
      },
      { validationActions: ['Warn', 'Audit'] },
      async () =>
        expect(
          (await post('/apis/apps/v1/namespaces/team/deployments?dryRun=All', deployment(99))).headers['warning'],
        ).toContain('limit'),
    );
    const answer = await post('/apis/apps/v1/namespaces/team/deployments', deployment(6, 'warned'));
    expect(answer.status).toBe(201);
    expect(answer.headers['warning']).toBe(
      `299 - "Validation failed for ValidatingAdmissionPolicy 'limit.example.com' with binding 'limit-test': over the limit"`,
    );
    const annotations = await eventually(() => {
      const lines = readFileSync(auditLog, 'utf8').split('\n').filter(Boolean);
      const events = lines.map(line => JSON.parse(line) as { annotations?: Record<string, string> });
      return (
        events.find(event => event.annotations?.['limit.example.com/replicas'] === 'asked for 6')?.annotations ?? false
      );
    });
    expect(
      JSON.parse((annotations as Record<string, string>)['validation.policy.admission.k8s.io/validation_failure']!),
    ).toEqual([
      {
        message: 'over the limit',
        policy: 'limit.example.com',
        binding: 'limit-test',
        expressionIndex: 0,
        validationActions: ['Warn', 'Audit'],
      },
    ]);
  });

  test('a policy whose expressions do not compile is not taken', async () => {
    await expect(
      admin.resource(ValidatingAdmissionPolicies).create({
        metadata: { name: 'bad' },
        spec: { matchConstraints: MATCH, validations: [{ expression: 'params.max > 1' }] },
      }),
    ).rejects.toMatchObject({
      code: 422,
      message:
        'ValidatingAdmissionPolicy.admissionregistration.k8s.io "bad" is invalid: spec.validations[0].expression: Invalid value: "params.max > 1": ' +
        "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.max > 1\n | ^",
    });
  });

  const post = (path: string, object: object) =>
    admin.transport.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(object)),
    });
});
