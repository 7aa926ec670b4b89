import type { KubeClient } from '@navarch/client';

/** FEATURES tells in which releases 1.N controllers do something: `since` is the first of them, `until` the last. */
const FEATURES = {
  /** budgetConditions: a PodDisruptionBudget has the condition DisruptionAllowed. */
  budgetConditions: { since: 21 },
  /** cronQueue: cron jobs wait for their own time each, and jobs are named by the minute; before, all were looked at in turns. */
  cronQueue: { since: 21 },
  /** versionedTargets: an endpoint's reference to its pod names the pod's version. */
  versionedTargets: { until: 21 },
  /** restartsInEndpoints: a pod that ended stays in endpoints if its restart policy lets it run again. */
  restartsInEndpoints: { until: 21 },
  /** mirroredReadiness: mirrored slices tell which addresses are not ready. */
  mirroredReadiness: { since: 21 },
  /** mirroredAnnotations: mirrored slices have the annotations of their Endpoints. */
  mirroredAnnotations: { since: 21 },
  /** unmanagedInBudgets: a budget counts as far as it can when pods have no controller. */
  unmanagedInBudgets: { since: 22 },
  /** timedPlaceholders: a slice without endpoints keeps the time of the change that made it. */
  timedPlaceholders: { since: 22 },
  /** describedRootCa: the published root CA says in an annotation what it is good for. */
  describedRootCa: { since: 22 },
  /** terminatingEndpoints: slices show pods that are being deleted. */
  terminatingEndpoints: { since: 22 },
  /** boundedEndpoints: an Endpoints object holds no more addresses than its capacity. */
  boundedEndpoints: { since: 22 },
  /** jobTracking: a job's pods are counted once, by a finalizer; before, those that exist are counted. */
  jobTracking: { since: 23 },
  /** mintedTokens: every service account gets a Secret with a token unasked. */
  mintedTokens: { until: 23 },
  /** unreadyByAnnotation: a service may ask by an annotation for endpoints that are not ready. */
  unreadyByAnnotation: { until: 23 },
  /** stableProvisioner: a claim names its provisioner in the stable annotation too. */
  stableProvisioner: { since: 23 },
  /** countsAfterFailure: a stateful set's status is written although a step of it failed. */
  countsAfterFailure: { since: 25 },
  /** disruptionMarks: pods are told why they are disrupted before they are deleted; earlier releases do not grant controllers the right to. */
  disruptionMarks: { since: 25 },
  /** sizesInEvents: a Deployment's events tell a set's size before and after. */
  sizesInEvents: { since: 26 },
  /** provisionerHints: who waits for a provisioner is told what to look at. */
  provisionerHints: { since: 28 },
  /** parallelBursts: a stateful set that starts its pods in parallel starts several at once, not one after the other. */
  parallelBursts: { since: 27 },
  /** podIndexLabel: pods of stateful sets are labelled with their ordinal. */
  podIndexLabel: { since: 28 },
  /** cronTimestamps: a cron job's job says for when it was scheduled. */
  cronTimestamps: { since: 28 },
  /** namedReporters: events name who reported them. */
  namedReporters: { since: 28 },
  /** policyTypeChecking: admission policies are served, and their expressions are checked. */
  policyTypeChecking: { since: 30 },
  /** jobTargets: a job says how it will end before its last pod is gone. */
  jobTargets: { since: 31 },
  /** serviceCidrs: the ranges of service addresses are objects. */
  serviceCidrs: { since: 33 },
  /** managedEndpoints: Endpoints are labelled with the controller that keeps them. */
  managedEndpoints: { since: 33 },
} as const satisfies Readonly<Record<string, { readonly since?: number; readonly until?: number }>>;

/** Feature is something that controllers do in some releases. */
export type Feature = keyof typeof FEATURES;

/** Release is what the server behaves as. */
export interface Release {
  readonly minor: number;
  /** has: controllers of this release do it. */
  has(feature: Feature): boolean;
}

/** releaseOf is the release 1.`minor`. */
export function releaseOf(minor: number): Release {
  return {
    minor,
    has(feature) {
      const { since = 0, until = Number.POSITIVE_INFINITY }: { since?: number; until?: number } = FEATURES[feature];
      return minor >= since && minor <= until;
    },
  };
}

/** serverRelease answers which release the server behaves as. It is asked once; a failure is asked again. */
export function serverRelease(client: KubeClient): () => Promise<Release> {
  let known: Promise<Release> | undefined;
  const ask = async () => {
    const { body } = await client.transport.send({ method: 'GET', path: '/version' });
    const { minor = '' } = JSON.parse(body.toString('utf8')) as { minor?: string };
    const number = Number.parseInt(minor, 10);
    if (!Number.isInteger(number)) throw new Error(`the server's release is not a number: ${minor}`);
    return releaseOf(number);
  };
  return () =>
    (known ??= ask().catch((error: unknown) => {
      known = undefined;
      throw error;
    }));
}
