import { badRequest, groupResourceName, internalError, StatusError, type GroupResource } from '@navarch/apimachinery';

/** Backend is what is read of a kubelet's answer. */
interface Backend extends AsyncIterable<Buffer> {
  readonly statusCode?: number | undefined;
}

/** MAX_TEXT bounds what is read of a refusal. */
const MAX_TEXT = 50_000;

/** kubeletFailure reads a kubelet's refusal and answers the error that tells the client of it. Rejects when the connection breaks. */
export async function kubeletFailure(response: Backend, target: GroupResource, name: string): Promise<StatusError> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    if ((size += chunk.length) >= MAX_TEXT) break;
  }
  const text = Buffer.concat(chunks).subarray(0, MAX_TEXT).toString().trimEnd();
  return failureOf(response.statusCode ?? 502, text, target, name);
}

/** failureOf words a backend's refusal as the API does. Pure. */
export function failureOf(status: number, text: string, target: GroupResource, name: string): StatusError {
  switch (status) {
    case 400:
      return badRequest(text);
    case 404: {
      const message = `the server could not find the requested resource ( ${groupResourceName(target)} ${name})`;
      return new StatusError(404, 'NotFound', message, { name, kind: target.resource });
    }
    case 500:
      return internalError(new Error(text));
    default:
      return new StatusError(status, '', text || `the kubelet answered ${status}`, { name, kind: target.resource });
  }
}
