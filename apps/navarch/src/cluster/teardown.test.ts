import { expect, test } from '@jest/globals';
import { withoutNodeRules } from './teardown';

test('withoutNodeRules takes out the chains of the node and every rule that leads there, and nothing else', () => {
  const saved = `*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
:KUBE-SERVICES - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:NAVARCH-MASQ-NAVCNI0 - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A PREROUTING -j CNI-HOSTPORT-DNAT
-A POSTROUTING -s 10.244.0.0/24 -j NAVARCH-MASQ-NAVCNI0
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -j KUBE-SVC-NPX46M4PTMTKRN6Y
-A DOCKER -i docker0 -j RETURN
COMMIT
`;
  expect(withoutNodeRules(saved)).toBe(`*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
COMMIT
`);
});
