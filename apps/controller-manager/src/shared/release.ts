import type { KubeClient } from '@navarch/client';

/** SINCE tells in which release 1.N controllers began to do something: servers that behave as an earlier one see nothing of it. */
const SINCE = {
  /** budgetConditions: a PodDisruptionBudget has the condition DisruptionAllowed. */
  budgetConditions: 21,
  /** jobTracking: a job's pods are counted once, by a finalizer; before, those that exist are counted. */
  jobTracking: 23,
  /** describedRootCa: the published root CA says in an annotation what it is good for. */
  describedRootCa: 22,
  /** countsAfterFailure: a stateful set's status is written although a step of it failed. */
  countsAfterFailure: 25,
  /** disruptionMarks: pods are told why they are disrupted before they are deleted; earlier releases do not grant controllers the right to. */
  disruptionMarks: 25,
  /** sizesInEvents: a Deployment's events tell a set's size before and after. */
  sizesInEvents: 26,
  /** podIndexLabel: pods of stateful sets are labelled with their ordinal. */
  podIndexLabel: 28,
  /** namedReporters: events name who reported them. */
  namedReporters: 28,
  /** policyTypeChecking: admission policies are served, and their expressions are checked. */
  policyTypeChecking: 30,
  /** jobTargets: a job says how it will end before its last pod is gone. */
  jobTargets: 31,
  /** managedEndpoints: Endpoints are labelled with the controller that keeps them. */
  managedEndpoints: 33,
} as const satisfies Readonly<Record<string, number>>;

/** MINTED_UNTIL is the last release whose service accounts get a Secret with a token unasked. */
const MINTED_UNTIL = 23;

/** Feature is something that controllers do since some release. */
export type Feature = keyof typeof SINCE;

/** Release is what the server behaves as. */
export interface Release {
  readonly minor: number;
  /** has: controllers of this release do it. */
  has(feature: Feature): boolean;
}

/** releaseOf is the release 1.`minor`. */
export const releaseOf = (minor: number): Release => ({ minor, has: feature => minor >= SINCE[feature] });

/** mintsTokens: every service account gets a Secret with a token. */
export const mintsTokens = ({ minor }: Release): boolean => minor <= MINTED_UNTIL;

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
