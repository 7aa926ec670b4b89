import { createHash } from 'node:crypto';

/** The chains that are always there; per-service chains hang below them. */
export const CHAINS = {
  services: 'KUBE-SERVICES',
  externalServices: 'KUBE-EXTERNAL-SERVICES',
  nodePorts: 'KUBE-NODEPORTS',
  postrouting: 'KUBE-POSTROUTING',
  markMasq: 'KUBE-MARK-MASQ',
  forward: 'KUBE-FORWARD',
  firewall: 'KUBE-PROXY-FIREWALL',
} as const;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** hash16 is the first 16 characters of a text's SHA-256 in base 32: chain names may have 28 characters at most. */
function hash16(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  let bits = 0;
  let value = 0;
  let out = '';
  for (const byte of digest) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && out.length < 16) {
      out += BASE32[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
    if (out.length === 16) break;
  }
  return out;
}

/** A service port's chains, by what they balance to: all endpoints, the local ones, or whatever comes from outside. */
export const clusterChain = (name: string, protocol: string) => `KUBE-SVC-${hash16(name + protocol.toLowerCase())}`;
export const localChain = (name: string, protocol: string) => `KUBE-SVL-${hash16(name + protocol.toLowerCase())}`;
export const externalChain = (name: string, protocol: string) => `KUBE-EXT-${hash16(name + protocol.toLowerCase())}`;
export const firewallChain = (name: string, protocol: string) => `KUBE-FW-${hash16(name + protocol.toLowerCase())}`;
export const endpointChain = (name: string, protocol: string, endpoint: string) =>
  `KUBE-SEP-${hash16(name + protocol.toLowerCase() + endpoint)}`;

/** OWNED matches the chains that belong to one service port, and go with it. */
export const OWNED = /^KUBE-(SVC|SVL|EXT|FW|SEP)-/;
