import { withoutManagedFields, type AnyObject, type GroupVersionKind, type StatusError } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import type { Strategy, StrategyContext } from '@navarch/kinds';
import { randomUUID } from 'node:crypto';
import type { Exchange } from '../chain/exchange';
import type { AdmissionAttributes, Operation } from '../interfaces';
import type { Endpoint } from '../registry/resource';
import type { SystemFields } from './before-create';
import { sendsEmpties } from './sent-empties';
import type { Services } from './services';
import { FIELD_VALIDATION_SINCE, managerOf, type WriteOptions } from './write-options';

/** OWNERLESS_UNTIL is the last release whose admission does not see who owned the fields of the object before. */
const OWNERLESS_UNTIL = 20;

/** WriteContext is one write on its way: who writes what, where, and by which rules. */
export class WriteContext {
  readonly strategyContext: StrategyContext;
  readonly manager: string;
  /** reread makes the wanted object once more, with its lists and maps that are empty. */
  reread: (() => AnyObject) | undefined;
  /** mistyped is what is wrong with the type that the wanted object says it is of: not to be told before it has been locked. */
  mistyped: StatusError | undefined;
  /** admitted is set where admission sees something else than the object. */
  admitted: Admitted | undefined;

  constructor(
    readonly services: Services,
    readonly endpoint: Endpoint,
    readonly exchange: Exchange,
    readonly options: WriteOptions,
    /** strategy of the endpoint: the kind's, or that of its status or another subresource. */
    readonly strategy: Strategy<AnyObject>,
    readonly subresource = '',
  ) {
    this.strategyContext = {
      emulated: services.emulated,
      user: exchange.user,
      apiVersion: endpoint.apiVersion,
      now: services.clock.now(),
      dryRun: options.dryRun,
      allowPrivileged: services.allowPrivileged,
      sendsEmpties: (object, field) => sendsEmpties(this, object as AnyObject, field),
    };
    this.manager = managerOf(options.fieldManager, exchange.request.headers['user-agent']);
  }

  get namespace(): string {
    return this.exchange.info.namespace;
  }
  get namespaced(): boolean {
    return this.endpoint.resource.namespaced;
  }

  /** systemFields are those of a new object. */
  systemFields(): SystemFields {
    return { uid: randomUUID(), creationTimestamp: rfc3339(this.strategyContext.now) };
  }

  /** describeOptions are the options of the request as webhooks and policies see them. */
  private describeOptions(operation: Operation): Readonly<Record<string, unknown>> {
    const { dryRun, fieldManager, force } = this.options;
    const { verb } = this.exchange.info;
    const fieldValidation = this.exchange.query.get('fieldValidation');
    return {
      kind: operation === 'CREATE' ? 'CreateOptions' : verb === 'patch' ? 'PatchOptions' : 'UpdateOptions',
      apiVersion: 'meta.k8s.io/v1',
      ...(dryRun && { dryRun: ['All'] }),
      ...(force && operation !== 'CREATE' && { force }),
      ...(fieldManager && { fieldManager }),
      ...(fieldValidation && this.services.emulated >= FIELD_VALIDATION_SINCE && { fieldValidation }),
    };
  }

  /** attributes are what admission sees. */
  attributes(
    operation: Operation,
    name: string,
    object: AnyObject | undefined,
    oldObject: AnyObject | undefined,
  ): AdmissionAttributes {
    const { admitted, services } = this;
    const old = oldObject && admitted ? admitted.old(oldObject) : oldObject;
    return attributesFor(this.endpoint, this.exchange, operation, {
      ...(admitted && { kind: admitted.kind }),
      name,
      subresource: this.subresource,
      object: admitted && object ? admitted.wanted(object) : object,
      oldObject: old && services.emulated <= OWNERLESS_UNTIL ? withoutManagedFields(old) : old,
      dryRun: this.options.dryRun,
      options: this.describeOptions(operation),
    });
  }
}

/** Admitted is how admission sees a write of a subresource in a kind of its own: the objects that it is about, and how what admission made of one is taken over. */
export interface Admitted {
  readonly kind: GroupVersionKind;
  /** wanted is what was sent, old what stands for the present object. */
  wanted(object: AnyObject): AnyObject;
  old(object: AnyObject): AnyObject;
  /** take puts into the object what admission left of what was sent; it throws if that does not hold. */
  take(object: AnyObject, left: AnyObject): void;
}

/** attributesFor makes admission's attributes of a write at an endpoint. */
export function attributesFor(
  endpoint: Endpoint,
  exchange: Exchange,
  operation: Operation,
  rest: Pick<AdmissionAttributes, 'name' | 'subresource' | 'object' | 'oldObject' | 'dryRun' | 'options'> &
    Partial<Pick<AdmissionAttributes, 'kind'>>,
): AdmissionAttributes {
  const { group, version, kind, resource } = endpoint.kind.resource;
  return {
    operation,
    kind: { group, version, kind },
    resource: { group, version, resource },
    requested: { group: endpoint.version.group, version: endpoint.version.version },
    namespace: exchange.info.namespace,
    user: exchange.user,
    warn: text => exchange.warn(text),
    annotate: (key, value) => exchange.annotate(key, value),
    ...rest,
  };
}
