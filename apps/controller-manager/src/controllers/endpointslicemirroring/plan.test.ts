import { describe, expect, test } from '@jest/globals';
import type { corev1, discoveryv1 } from '@navarch/api';
import {
  isMirrored,
  MANAGED_BY,
  MAX_MIRRORED,
  mirroredMetadata as mirroredMetadataIn,
  planMirror as planMirrorIn,
} from './plan';
import { releaseOf } from '../../shared/release';

const mirroredMetadata = (of: corev1.Endpoints) => mirroredMetadataIn(of, releaseOf(33));
const planMirror = (of: corev1.Endpoints, existing: readonly discoveryv1.EndpointSlice[]) =>
  planMirrorIn(of, existing, releaseOf(33));

const HTTP = { name: 'http', port: 80, protocol: 'TCP' };
const DNS = { name: 'dns', port: 53, protocol: 'UDP' };
const endpoints = (
  subsets: corev1.EndpointSubset[],
  metadata: corev1.Endpoints['metadata'] = {},
): corev1.Endpoints => ({ metadata: { name: 'web', namespace: 'n', labels: { tier: 'x' }, ...metadata }, subsets });
const at = (...ips: string[]) => ips.map(ip => ({ ip }));

/** written is what the slices of a plan look like once they are there. */
const written = (of: corev1.Endpoints): discoveryv1.EndpointSlice[] =>
  planMirror(of, []).create.map((slice, n) => ({ ...slice, metadata: { name: `web-${n}`, ...mirroredMetadata(of) } }));

describe('isMirrored', () => {
  test.each([
    ['plain', {}, true],
    ['a label says no', { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, false],
    ['a lock', { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }, false],
  ])('%s', (_name, metadata, wanted) => expect(isMirrored(endpoints([], metadata))).toBe(wanted));
});

describe('mirroredMetadata', () => {
  test('labels of both, annotations but for the bookkeeping ones', () => {
    const annotations = {
      note: 'x',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'endpoints.kubernetes.io/last-change-trigger-time': 't',
    };
    expect(mirroredMetadata(endpoints([], { annotations }))).toEqual({
      labels: {
        tier: 'x',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': MANAGED_BY,
      },
      annotations: { note: 'x' },
    });
  });
});

describe('planMirror', () => {
  test('shows addresses, ready and not, with what is known of them', () => {
    const targetRef = { kind: 'Pod', name: 'p' };
    const addresses = [{ ip: '10.0.0.1', hostname: 'h', nodeName: 'node', targetRef }];
    const plan = planMirror(endpoints([{ addresses, notReadyAddresses: at('10.0.0.2'), ports: [{ port: 80 }] }]), []);
    expect(plan.create).toEqual([
      {
        addressType: 'IPv4',
        ports: [{ name: '', port: 80, protocol: 'TCP' }],
        endpoints: [
          { addresses: ['10.0.0.1'], conditions: { ready: true }, hostname: 'h', nodeName: 'node', targetRef },
          { addresses: ['10.0.0.2'], conditions: { ready: false } },
        ],
      },
    ]);
  });

  test('makes a slice for each set of ports and each family', () => {
    const plan = planMirror(
      endpoints([
        { addresses: at('10.0.0.1', 'fd00::1'), ports: [HTTP, DNS] },
        { addresses: at('10.0.0.2'), ports: [DNS, HTTP] },
        { addresses: at('10.0.0.3'), ports: [DNS] },
      ]),
      [],
    );
    expect(
      plan.create.map(slice => [slice.addressType, slice.ports?.length, slice.endpoints.flatMap(e => e.addresses)]),
    ).toEqual([
      ['IPv4', 2, ['10.0.0.1', '10.0.0.2']],
      ['IPv6', 2, ['fd00::1']],
      ['IPv4', 1, ['10.0.0.3']],
    ]);
  });

  const one = endpoints([{ addresses: at('10.0.0.1'), ports: [HTTP] }]);
  test.each([
    ['nothing changed', one, [0, 0, 0]],
    ['another address', endpoints([{ addresses: at('10.0.0.2'), ports: [HTTP] }]), [0, 1, 0]],
    ['another label', endpoints(one.subsets!, { labels: {} }), [0, 1, 0]],
    ['another port: the slice is used again', endpoints([{ addresses: at('10.0.0.1'), ports: [DNS] }]), [0, 1, 0]],
    ['another family: it cannot be', endpoints([{ addresses: at('fd00::1'), ports: [HTTP] }]), [1, 0, 1]],
    ['one more set of ports', endpoints([...one.subsets!, { addresses: at('10.0.0.1'), ports: [DNS] }]), [1, 0, 0]],
    ['no subsets', endpoints([]), [0, 0, 1]],
  ])('of slices that are there: %s', (_name, next, counts) => {
    const plan = planMirror(next, written(one));
    expect([plan.create.length, plan.update.length, plan.delete.length]).toEqual(counts);
  });

  test('mirrors so many addresses and no more', () => {
    const many = Array.from({ length: MAX_MIRRORED + 5 }, (_, n) => ({ ip: `10.0.${n >> 8}.${n & 255}` }));
    const plan = planMirror(endpoints([{ addresses: many, ports: [HTTP] }]), []);
    expect([plan.create[0]!.endpoints.length, plan.skipped]).toEqual([MAX_MIRRORED, 5]);
  });
});
