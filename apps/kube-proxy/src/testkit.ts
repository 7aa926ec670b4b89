import { execFileSync } from 'node:child_process';
import type { Endpoint, ServicePort } from './services/service-port';

/** endpoint is a ready backend; `overrides` change what a test is about. */
export function endpoint(ip: string, overrides: Partial<Endpoint> = {}): Endpoint {
  return { ip, port: 8080, local: false, ready: true, serving: true, terminating: false, ...overrides };
}

/** servicePort is a plain TCP cluster IP service port. */
export function servicePort(overrides: Partial<ServicePort> = {}): ServicePort {
  return {
    name: 'default/web:http',
    protocol: 'TCP',
    clusterIP: '10.96.0.7',
    port: 80,
    nodePort: 0,
    externalIPs: [],
    loadBalancerIPs: [],
    loadBalancerSourceRanges: [],
    affinitySeconds: 0,
    internalLocal: false,
    externalLocal: false,
    healthCheckNodePort: 0,
    endpoints: [],
    ...overrides,
  };
}

/** hasProgram: the machine has it. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`]);
    return true;
  } catch {
    return false;
  }
}
