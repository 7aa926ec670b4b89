import type { KubeClient } from '@navarch/client';

/** serverMinor answers which release 1.N the server behaves as. It is asked once; a failure is asked again. */
export function serverMinor(client: KubeClient): () => Promise<number> {
  let known: Promise<number> | undefined;
  const ask = async () => {
    const { body } = await client.transport.send({ method: 'GET', path: '/version' });
    const { minor = '' } = JSON.parse(body.toString('utf8')) as { minor?: string };
    const number = Number.parseInt(minor, 10);
    if (!Number.isInteger(number)) throw new Error(`the server's release is not a number: ${minor}`);
    return number;
  };
  return () =>
    (known ??= ask().catch((error: unknown) => {
      known = undefined;
      throw error;
    }));
}

const DISRUPTIONS_MARKED_SINCE = 25;

/** marksDisruptions: pods are told why they are disrupted before they are deleted; earlier releases do not grant controllers the right to. */
export function marksDisruptions(client: KubeClient): () => Promise<boolean> {
  const minor = serverMinor(client);
  return async () => (await minor()) >= DISRUPTIONS_MARKED_SINCE;
}
