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
