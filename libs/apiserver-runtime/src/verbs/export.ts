import { badRequest, type AnyObject } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { LooseEntry } from '../encoding/loose-entry';
import type { Endpoint } from '../registry/resource';
import { isTrue } from '../request-info';
import type { Services } from './services';
import { storedForm } from './stored-form';
import { WriteContext } from './write-context';

/** EXPORT_UNTIL is the last release that exports. */
const EXPORT_UNTIL: Minor = 20;

const NO_OPTIONS = { dryRun: false, fieldManager: '', force: false, fieldValidation: 'Ignore' } as const;

/** RBAC: who looks after escalation has never exported. */
const RBAC = 'rbac.authorization.k8s.io';

/** canExport tells whether a release exports the objects of an endpoint, or what a subresource shows of them. Pure. */
export function canExport({ resource, kind }: Endpoint, subresource: string | undefined, emulated: Minor): boolean {
  return emulated <= EXPORT_UNTIL && !subresource && !resource.isVirtual && kind.resource.group !== RBAC;
}

/** wantsExport tells whether a read asks for what is to be made elsewhere, not for what is here; 400 where there is no such thing. */
export function wantsExport(endpoint: Endpoint, { query, info }: Exchange, emulated: Minor): boolean {
  if (emulated > EXPORT_UNTIL || !isTrue(query.get('export'))) return false;
  if (canExport(endpoint, info.subresource, emulated)) return true;
  throw badRequest(`export of ${JSON.stringify(endpoint.target.resource)} is not supported`);
}

/** exported is an object without what only this cluster can know of it; `exact` in the query keeps its namespace and its generated name. */
export async function exported(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
  entry: Entry,
): Promise<Entry> {
  const { strategy } = endpoint.kind;
  const exact = isTrue(exchange.query.get('exact'));
  const object = endpoint.resource.hubOf(entry);
  dropIdentity((object.metadata ??= {}), exact);
  const { strategyContext } = new WriteContext(services, endpoint, exchange, NO_OPTIONS, strategy);
  strategy.prepareForCreate?.(object, strategyContext);
  if (!exact) strategy.export?.(object);
  return new LooseEntry(endpoint.resource, await storedForm(endpoint, object));
}

function dropIdentity(metadata: NonNullable<AnyObject['metadata']>, exact: boolean): void {
  delete metadata.uid;
  delete metadata.creationTimestamp;
  delete metadata.deletionTimestamp;
  delete metadata.resourceVersion;
  delete metadata.selfLink;
  if (exact) return;
  delete metadata.namespace;
  if (metadata.generateName) delete metadata.name;
}
