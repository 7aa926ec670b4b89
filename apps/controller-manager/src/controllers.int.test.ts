import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  ClusterRoles,
  ConfigMaps,
  ControllerRevisions,
  DaemonSets,
  CoreEvents,
  CustomResourceDefinitions,
  Deployments,
  EndpointSlices,
  Endpoints,
  Jobs,
  Namespaces,
  Nodes,
  Pods,
  ReplicaSets,
  ServiceAccounts,
  Services,
  ValidatingAdmissionPolicies,
  resource,
  type appsv1,
  type batchv1,
  type corev1,
} from '@navarch/api';
import { isNotFound, type KubeObject } from '@navarch/apimachinery';
import { eventually, requireProgram } from '@navarch/testing';
import type { KubeClient, ResourceClient } from '@navarch/client';
import { startTestCluster, type TestCluster } from './cluster-harness';

jest.setTimeout(90_000);
const WAIT = { timeoutMs: 40_000 };

requireProgram('etcd')('controllers against a real apiserver', () => {
  let cluster: TestCluster;
  let client: KubeClient;

  beforeAll(async () => {
    cluster = await startTestCluster(['*']);
    client = cluster.client;
  });
  afterAll(async () => {
    if (process.env.TEST_OUTPUT) console.log(cluster?.output());
    await cluster?.stop();
  });

  let count = 0;
  async function newNamespace(): Promise<string> {
    const name = `test-${++count}`;
    await client.resource(Namespaces).create({ metadata: { name } });
    await eventually(() => client.resource(ServiceAccounts).get(name, 'default'), WAIT);
    return name;
  }
  const template = (image: string): corev1.PodTemplateSpec => ({
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
  });
  const deployment = (
    namespace: string,
    replicas: number,
    more: Partial<appsv1.DeploymentSpec> = {},
  ): appsv1.Deployment => ({
    metadata: { namespace, name: 'web' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template('web:1'), ...more },
  });
  /** run plays the kubelet: it makes every pod of the namespace ready. */
  async function run(namespace: string): Promise<void> {
    const pods = client.resource(Pods);
    for (const pod of (await pods.list(namespace)).items) {
      // Nodes of these tests are silent: what the node lifecycle has declared not ready on them is so again.
      const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
      if ((pod.status?.phase === 'Running' && isReady) || pod.metadata?.deletionTimestamp) continue;
      const number = Number(pod.metadata?.resourceVersion) % 250;
      const now = new Date().toISOString();
      const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: `${now.slice(0, 19)}Z` }];
      const podIP = `10.244.0.${number}`;
      await pods
        .updateStatus({ ...pod, status: { phase: 'Running', conditions, podIP, podIPs: [{ ip: podIP }] } })
        .catch(() => undefined);
    }
  }
  /** settled plays the kubelet until the condition holds. */
  const settled = <T>(namespace: string, condition: () => Promise<T>) =>
    eventually(
      async () => {
        await run(namespace);
        return condition();
      },
      { ...WAIT, intervalMs: 100 },
    );
  const gone = async <T extends KubeObject>(resource: ResourceClient<T>, namespace: string, name: string) =>
    resource.get(namespace, name).then(
      () => false,
      (error: unknown) => isNotFound(error),
    );

  test('every namespace gets its default service account and the root CA', async () => {
    const namespace = await newNamespace();
    const map = await eventually(() => client.resource(ConfigMaps).get(namespace, 'kube-root-ca.crt'), WAIT);
    expect(map.data).toEqual({ 'ca.crt': 'test ca\n' });
  });

  test('a Deployment makes a ReplicaSet and pods, reports, rolls over to a new template, and keeps its history', async () => {
    const namespace = await newNamespace();
    const deployments = client.resource(Deployments);
    await deployments.create(deployment(namespace, 3));
    const done = await settled(namespace, async () => {
      const now = await deployments.get(namespace, 'web');
      return now.status?.availableReplicas === 3 &&
        now.status.conditions?.some(c => c.reason === 'NewReplicaSetAvailable')
        ? now
        : false;
    });
    expect(done && done.metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    await deployments.patch(namespace, 'web', {
      type: 'strategic',
      body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } } },
    });
    await settled(namespace, async () => {
      const now = await deployments.get(namespace, 'web');
      const images = (await client.resource(Pods).list(namespace)).items
        .filter(p => !p.metadata?.deletionTimestamp)
        .map(p => p.spec?.containers[0]?.image);
      return (
        now.status?.updatedReplicas === 3 &&
        now.status.replicas === 3 &&
        now.status.availableReplicas === 3 &&
        images.every(image => image === 'web:2')
      );
    });
    const sets = (await client.resource(ReplicaSets).list(namespace)).items;
    expect(
      sets.map(set => [set.metadata?.annotations?.['deployment.kubernetes.io/revision'], set.spec?.replicas]).sort(),
    ).toEqual([
      ['1', 0],
      ['2', 3],
    ]);
    const messages = await eventually(async () => {
      const found = (await client.resource(CoreEvents).list(namespace)).items
        .filter(e => e.reason === 'ScalingReplicaSet')
        .map(e => e.message);
      return found.length >= 3 && found;
    }, WAIT);
    expect(messages).toContain(
      `Scaled up replica set ${sets.find(s => s.metadata?.annotations?.['deployment.kubernetes.io/revision'] === '1')!.metadata!.name} from 0 to 3`,
    );
  });

  test('deleting a Deployment collects its sets and pods; orphaning leaves them', async () => {
    const namespace = await newNamespace();
    await client.resource(Deployments).create(deployment(namespace, 2));
    await settled(namespace, async () => (await client.resource(Pods).list(namespace)).items.length === 2);
    await client.resource(Deployments).delete(namespace, 'web', { propagationPolicy: 'Orphan' });
    await eventually(() => gone(client.resource(Deployments), namespace, 'web'), WAIT);
    const [set] = (await client.resource(ReplicaSets).list(namespace)).items;
    expect(set?.metadata?.ownerReferences ?? []).toEqual([]);
    await client.resource(ReplicaSets).delete(namespace, set!.metadata!.name!, { propagationPolicy: 'Foreground' });
    await eventually(() => gone(client.resource(ReplicaSets), namespace, set!.metadata!.name!), WAIT);
    await eventually(async () => {
      const left = (await client.resource(Pods).list(namespace)).items.filter(pod => !pod.metadata?.deletionTimestamp);
      return left.length === 0;
    }, WAIT);
  });

  test('a Service gets Endpoints and EndpointSlices that follow the pods', async () => {
    const namespace = await newNamespace();
    const service = {
      metadata: { namespace, name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    };
    await client.resource(Services).create(service as corev1.Service);
    await client.resource(Deployments).create(deployment(namespace, 2));
    await settled(namespace, async () => {
      const subsets = (await client.resource(Endpoints).get(namespace, 'web')).subsets ?? [];
      return subsets.length === 1 && subsets[0]!.addresses?.length === 2 && subsets[0]!.ports?.[0]?.port === 8080;
    });
    await eventually(async () => {
      const slices = (
        await client.resource(EndpointSlices).list(namespace, { labelSelector: 'kubernetes.io/service-name=web' })
      ).items;
      return slices.length === 1 && slices[0]!.endpoints.filter(endpoint => endpoint.conditions?.ready).length === 2;
    }, WAIT);
    await client.resource(Deployments).patch(namespace, 'web', { type: 'merge', body: { spec: { replicas: 0 } } });
    await eventually(async () => !(await client.resource(Endpoints).get(namespace, 'web')).subsets?.length, WAIT);
    await client.resource(Services).delete(namespace, 'web');
    await eventually(() => gone(client.resource(Endpoints), namespace, 'web'), WAIT);
    await eventually(async () => !(await client.resource(EndpointSlices).list(namespace)).items.length, WAIT);
  });

  test('Endpoints that a user writes for a Service without a selector are mirrored into an EndpointSlice', async () => {
    const namespace = await newNamespace();
    const ports = [{ name: 'http', port: 80 }];
    const addresses = (ip: string) => [{ addresses: [{ ip }], ports }];
    const mirrored = async () => {
      const { items } = await client.resource(EndpointSlices).list(namespace);
      return items.flatMap(slice => slice.endpoints.flatMap(endpoint => endpoint.addresses)).join();
    };
    await client.resource(Endpoints).create({ metadata: { namespace, name: 'web' }, subsets: addresses('10.9.9.1') });
    await client.resource(Services).create({ metadata: { namespace, name: 'web' }, spec: { ports } });
    await eventually(async () => (await mirrored()) === '10.9.9.1', WAIT);
    await client
      .resource(Endpoints)
      .patch(namespace, 'web', { type: 'merge', body: { subsets: addresses('10.9.9.2') } });
    await eventually(async () => (await mirrored()) === '10.9.9.2', WAIT);
    await client.resource(Services).delete(namespace, 'web');
    await eventually(async () => (await mirrored()) === '', WAIT);
  });

  test('a deleted namespace goes with all that is in it', async () => {
    const namespace = await newNamespace();
    await client.resource(Deployments).create(deployment(namespace, 2));
    await client.resource(ConfigMaps).create({ metadata: { namespace, name: 'x', finalizers: ['test/hold'] } });
    await settled(namespace, async () => (await client.resource(Pods).list(namespace)).items.length === 2);
    await client.resource(Namespaces).delete('', namespace);
    const held = await eventually(async () => {
      const now = await client.resource(Namespaces).get('', namespace);
      return (
        now.status?.conditions?.some(c => c.type === 'NamespaceFinalizersRemaining' && c.status === 'True') === true &&
        now
      );
    }, WAIT);
    expect(held && held.status?.phase).toBe('Terminating');
    await client
      .resource(ConfigMaps)
      .patch(namespace, 'x', { type: 'merge', body: { metadata: { finalizers: null } } });
    await eventually(() => gone(client.resource(Namespaces), '', namespace), { timeoutMs: 40_000 });
  });

  test('a DaemonSet puts a pod on each node that fits, and rolls over to a new template', async () => {
    const namespace = await newNamespace();
    for (const name of ['d1', 'd2'])
      await client.resource(Nodes).create({ metadata: { name, labels: { role: 'daemon' } } });
    const sets = client.resource(DaemonSets);
    const of = template('agent:1');
    const spec = {
      selector: { matchLabels: { app: 'web' } },
      template: { ...of, spec: { ...of.spec!, nodeSelector: { role: 'daemon' } } },
    };
    await sets.create({ metadata: { namespace, name: 'agent' }, spec });
    const images = async () =>
      (await client.resource(Pods).list(namespace)).items
        .filter(p => !p.metadata?.deletionTimestamp)
        .map(p => p.spec?.containers[0]?.image);
    await settled(namespace, async () => (await sets.get(namespace, 'agent')).status?.numberAvailable === 2);
    await sets.patch(namespace, 'agent', {
      type: 'strategic',
      body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'agent:2' }] } } } },
    });
    await settled(namespace, async () => {
      const { status } = await sets.get(namespace, 'agent');
      return (
        status?.updatedNumberScheduled === 2 &&
        status.numberAvailable === 2 &&
        (await images()).every(image => image === 'agent:2')
      );
    });
    expect(
      (await client.resource(ControllerRevisions).list(namespace)).items.map(revision => revision.revision).sort(),
    ).toEqual([1, 2]);
    await sets.delete(namespace, 'agent');
    await eventually(async () => !(await images()).length, WAIT);
    for (const name of ['d1', 'd2']) await client.resource(Nodes).delete('', name);
  });

  test('a Job runs its pods, counts each once and completes; after its time to live it goes', async () => {
    const namespace = await newNamespace();
    const jobs = client.resource(Jobs);
    const spec = {
      completions: 3,
      parallelism: 2,
      ttlSecondsAfterFinished: 1,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
    };
    await jobs.create({ metadata: { namespace, name: 'sum' }, spec } as batchv1.Job);
    const done = await eventually(async () => {
      for (const pod of (await client.resource(Pods).list(namespace)).items) {
        if (pod.status?.phase !== 'Succeeded')
          await client
            .resource(Pods)
            .updateStatus({ ...pod, status: { phase: 'Succeeded' } })
            .catch(() => undefined);
      }
      const now = await jobs.get(namespace, 'sum');
      return now.status?.conditions?.some(c => c.type === 'Complete') === true && now;
    }, WAIT);
    expect(done && done.status).toMatchObject({ succeeded: 3, completionTime: expect.any(String) });
    await eventually(() => gone(jobs, namespace, 'sum'), WAIT);
    await eventually(async () => !(await client.resource(Pods).list(namespace)).items.length, WAIT);
  });

  test('a Job takes back a pod that lost it, and holds none that it lost', async () => {
    const namespace = await newNamespace();
    const pods = client.resource(Pods);
    const spec = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } };
    const { metadata } = await client
      .resource(Jobs)
      .create({ metadata: { namespace, name: 'one' }, spec } as batchv1.Job);
    const first = async () => (await pods.list(namespace)).items[0]?.metadata;
    const held = (pod: corev1.Pod['metadata']) =>
      pod?.ownerReferences?.[0]?.uid === metadata?.uid && pod?.finalizers?.length === 1;
    const name = (await eventually(async () => held(await first()) && (await first())?.name, WAIT)) || '';
    await pods.patch(namespace, name, {
      type: 'merge',
      body: { metadata: { ownerReferences: null, finalizers: null } },
    });
    await eventually(async () => held((await pods.get(namespace, name)).metadata), WAIT);
    await pods.patch(namespace, name, { type: 'merge', body: { metadata: { labels: null } } });
    await eventually(async () => {
      const { ownerReferences, finalizers } = (await pods.get(namespace, name)).metadata ?? {};
      return !ownerReferences?.length && !finalizers?.length;
    }, WAIT);
    await pods.patch(namespace, name, {
      type: 'merge',
      body: { metadata: { finalizers: ['batch.kubernetes.io/job-tracking'] } },
    });
    await pods.delete(namespace, name, { gracePeriodSeconds: 0 });
    await eventually(() => gone(pods, namespace, name), WAIT);
  });

  test('an aggregated ClusterRole takes over the rules of those that it selects', async () => {
    const roles = client.resource(ClusterRoles);
    await roles.create({
      metadata: { name: 'sum' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'to-sum': 'true' } }] },
    });
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }];
    await roles.create({ metadata: { name: 'part', labels: { 'to-sum': 'true' } }, rules });
    await eventually(async () => (await roles.get('', 'sum')).rules?.length === 1, WAIT);
    expect((await roles.get('', 'sum')).rules).toEqual(rules);
    await roles.delete('', 'part');
    await eventually(async () => !(await roles.get('', 'sum')).rules?.length, WAIT);
  });

  test('the status of an admission policy tells what its expressions get wrong', async () => {
    const policies = client.resource(ValidatingAdmissionPolicies);
    await policies.create({
      metadata: { name: 'typed' },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] },
          ],
        },
        validations: [{ expression: 'object.replicas > 1' }],
      },
    });
    const status = await eventually(async () => {
      const found = (await policies.get('', 'typed')).status;
      return found?.observedGeneration !== undefined && found;
    }, WAIT);
    expect(status).toEqual({
      observedGeneration: 1,
      typeChecking: {
        expressionWarnings: [
          {
            fieldRef: 'spec.validations[0].expression',
            warning:
              "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
          },
        ],
      },
    });
    await policies.delete('', 'typed');
  });

  test('a node gets a pod range; when it is silent it is tainted, and its pods are told to go', async () => {
    const nodes = client.resource(Nodes);
    const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
    await nodes.create({ metadata: { name: 'n1' } });
    const node = await eventually(async () => {
      const found = await nodes.get('', 'n1');
      return found.spec?.podCIDR !== undefined && found;
    }, WAIT);
    expect(node && node.spec?.podCIDRs).toEqual([expect.stringMatching(/^10\.244\.\d+\.0\/24$/)]);
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      lastHeartbeatTime: now(),
      lastTransitionTime: now(),
    };
    await nodes.patch(
      '',
      'n1',
      { type: 'strategic', body: { status: { conditions: [ready] } } },
      { subresource: 'status' },
    );
    const namespace = await newNamespace();
    const tolerations = [
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 },
    ];
    await client.resource(Pods).create({
      metadata: { namespace, name: 'p' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], tolerations },
    } as corev1.Pod);
    await eventually(async () => {
      const { spec, status } = await nodes.get('', 'n1');
      const unknown = status?.conditions?.find(c => c.type === 'Ready')?.reason === 'NodeStatusUnknown';
      return (
        unknown &&
        spec?.taints?.some(t => t.key === 'node.kubernetes.io/unreachable' && t.effect === 'NoExecute') === true
      );
    }, WAIT);
    await eventually(
      async () => (await client.resource(Pods).get(namespace, 'p')).metadata?.deletionTimestamp !== undefined,
      WAIT,
    );
  });

  test('a deleted namespace takes custom objects along, also those of a kind that came after it', async () => {
    const namespace = await newNamespace();
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } as never;
    await client.resource(CustomResourceDefinitions).create({
      metadata: { name: 'crumbs.test.example.com' },
      spec: {
        ...{ group: 'test.example.com', scope: 'Namespaced', names: { plural: 'crumbs', kind: 'Crumb' } },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    const crumbs = client.resource(resource('test.example.com/v1', 'crumbs', 'Crumb', true));
    await eventually(() => crumbs.create({ metadata: { namespace, name: 'free' } }), WAIT);
    await crumbs.create({ metadata: { namespace, name: 'held', finalizers: ['test.example.com/hold'] } });
    await client.resource(Namespaces).delete('', namespace);
    await eventually(() => gone(crumbs, namespace, 'free'), WAIT);
    const held = await eventually(async () => {
      const { status } = await client.resource(Namespaces).get('', namespace);
      return status?.conditions?.find(c => c.type === 'NamespaceFinalizersRemaining' && c.status === 'True') ?? false;
    }, WAIT);
    expect(held && held.message).toContain('test.example.com/hold in 1 resource instances');
    await crumbs.patch(namespace, 'held', { type: 'merge', body: { metadata: { finalizers: null } } });
    await eventually(() => gone(client.resource(Namespaces), '', namespace), { timeoutMs: 40_000 });
    await client.resource(CustomResourceDefinitions).delete('', 'crumbs.test.example.com');
  });
});
