import { flag } from './flags';
import type { FlagSet, FlagValues } from './interfaces';

/** COMMON_FLAGS are every component's. */
export const COMMON_FLAGS = {
  config: flag.string('', 'YAML file with the same names as these flags; the command line wins'),
  v: flag.int(0, 'log verbosity: 0 notable, 2 steady state, 4 debug'),
  'logging-format': flag.string('text', 'text or json'),
  'feature-gates': flag.strings([], 'NAME=BOOL, taken and without effect: features are as the release has them'),
} satisfies FlagSet;

/** CLIENT_FLAGS say how a component reaches the API. */
export const CLIENT_FLAGS = {
  transport: flag.string('nats', 'how to reach the API: nats (the cluster bus) or https (with --kubeconfig)'),
  kubeconfig: flag.string('', 'kubeconfig file for --transport=https'),
  'nats-servers': flag.strings(['127.0.0.1:4222'], 'host:port of the NATS servers'),
  'nats-ca-file': flag.string('', "CA that signed the NATS servers' certificates"),
  'nats-cert-file': flag.string('', "client certificate; its common name is the component's identity"),
  'nats-key-file': flag.string('', "the client certificate's key"),
} satisfies FlagSet;

/** servingFlags are those of a component that serves. Plain servers are named as upstream names them: --metrics-bind-address. */
export function servingFlags(definition: { port: number; secure: boolean }) {
  return {
    'bind-address': flag.string(definition.secure ? '0.0.0.0' : '127.0.0.1', 'address to listen on'),
    [definition.secure ? 'secure-port' : 'metrics-port']: flag.int(
      definition.port,
      'port to listen on; 0 picks a free one',
    ),
    'tls-cert-file': flag.string('', 'server certificate'),
    'tls-private-key-file': flag.string('', "the server certificate's key"),
    'client-ca-file': flag.string('', 'CA whose client certificates are accepted'),
  } satisfies FlagSet;
}

export type ClientFlagValues = FlagValues<typeof CLIENT_FLAGS>;
export type CommonFlagValues = FlagValues<typeof COMMON_FLAGS>;
