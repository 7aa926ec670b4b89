/** CodedError is an error of Node with its code, if it has one. */
type CodedError = Error & { readonly code?: string };

/** goError words a network failure as clients of Kubernetes know it. Pure. */
export function goError(error: CodedError, { host, port }: { host: string; port: number }): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `dial tcp ${host}:${port}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `dial tcp ${host}:${port}: connect: no route to host`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${host}: no such host`;
    case 'ABORT_ERR':
    case 'ETIMEDOUT':
      return 'context deadline exceeded';
    case 'ECONNRESET':
      return error.message === 'socket hang up' ? 'EOF' : error.message;
    default:
      return error.message;
  }
}
