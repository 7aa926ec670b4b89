type Fields = Record<string, unknown>;

/** EXACT are the members of a request for one sort of device; v1beta1 has them in the request itself. */
const EXACT = ['deviceClassName', 'selectors', 'allocationMode', 'count', 'adminAccess', 'tolerations', 'capacity'];

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** requestsOf are the device requests of a claim's spec. */
export function requestsOf(spec: unknown): Fields[] {
  const devices = isRecord(spec) ? spec['devices'] : undefined;
  const requests = isRecord(devices) ? devices['requests'] : undefined;
  return Array.isArray(requests) ? requests.filter(isRecord) : [];
}

/** toExactly brings the requests of v1beta1 into the form of v1beta2, in place. */
export function toExactly(spec: unknown): void {
  for (const request of requestsOf(spec)) {
    const members = EXACT.filter(name => request[name] !== undefined);
    if (!members.length || (request['firstAvailable'] !== undefined && !request['deviceClassName'])) continue;
    request['exactly'] = Object.fromEntries(members.map(name => [name, request[name]]));
    for (const name of members) delete request[name];
  }
}

/** fromExactly is the way back. */
export function fromExactly(spec: unknown): void {
  for (const request of requestsOf(spec)) {
    if (!isRecord(request['exactly'])) continue;
    Object.assign(request, request['exactly']);
    delete request['exactly'];
  }
}

/** defaultRequests: a request without a mode is for a number of devices, one unless given. In place. */
export function defaultRequests(spec: unknown): void {
  const exact = requestsOf(spec)
    .map(request => request['exactly'])
    .filter(isRecord);
  const alternatives = requestsOf(spec).flatMap(request =>
    Array.isArray(request['firstAvailable']) ? request['firstAvailable'].filter(isRecord) : [],
  );
  for (const request of [...exact, ...alternatives]) {
    request['allocationMode'] ||= 'ExactCount';
    if (request['allocationMode'] === 'ExactCount') request['count'] ||= 1;
  }
}
