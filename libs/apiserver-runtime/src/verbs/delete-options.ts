import { decodeProtobuf, decodeTyped } from '@navarch/api';
import { isRecord, type StatusCause } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { apiVersionText, bodyType, completeType, notAnObject } from '../encoding/body-type';
import { readBody } from '../encoding/decode-body';
import { kindMissing } from '../encoding/custom-body';
import { openProtobuf } from '../encoding/protobuf';
import type { Media } from '../negotiate';
import { plainFailure } from '../status-response';
import { checkDeleteKind, type DeleteScope } from './delete-kind';
import { checkDryRun, integer, throwInvalidOptions } from './option-causes';

/** DeleteOptions are metav1.DeleteOptions, checked. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly orphanDependents?: boolean;
  readonly propagationPolicy?: string;
  readonly dryRun: boolean;
}

const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
const policies = ['Foreground', 'Background', 'Orphan'];

/** deleteOptionsOfQuery reads them from the query, for a request without body. */
export function deleteOptionsOfQuery(query: URLSearchParams): DeleteOptions {
  const grace = query.get('gracePeriodSeconds');
  const orphan = query.get('orphanDependents');
  const policy = query.get('propagationPolicy');
  const uid = query.get('uid');
  const resourceVersion = query.get('resourceVersion');
  return checked({
    ...(grace !== null && { gracePeriodSeconds: integer(grace) }),
    ...(orphan !== null && { orphanDependents: orphan !== 'false' && orphan !== '0' }),
    ...(policy !== null && { propagationPolicy: policy }),
    ...((uid || resourceVersion) && {
      preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    }),
    dryRun: query.getAll('dryRun'),
  });
}

/** Sent are DeleteOptions as a body has them, decoded. */
type Sent = Omit<DeleteOptions, 'dryRun'> & { readonly dryRun?: readonly string[] };

/** deleteOptionsOfBody reads them from a body; what it cannot read is upstream's bare 500. */
export function deleteOptionsOfBody(body: Buffer, media: Media, scope: DeleteScope, emulated: Minor): DeleteOptions {
  const { gracePeriodSeconds, orphanDependents, propagationPolicy, preconditions, dryRun } = sent(() => {
    const { value, raw } = media === 'protobuf' ? readMessage(body, scope) : readText(body, media, scope, emulated);
    return decodeTyped(DELETE_OPTIONS, value, { emulated, raw, bare: true }).object;
  });
  return checked({
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(orphanDependents !== undefined && { orphanDependents }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
    ...(preconditions !== undefined && { preconditions }),
    dryRun: dryRun ?? [],
  });
}

function readText(body: Buffer, media: 'json' | 'yaml', scope: DeleteScope, emulated: Minor): SentBody {
  const { value, raw } = readBody(body, media, false);
  if (value === null) return { value: {}, raw };
  if (!isRecord(value)) throw new Error(notAnObject(value));
  const given = bodyType(value);
  const type = completeType(given, scope.assumed);
  const isAssumed = apiVersionText(type) === apiVersionText(scope.assumed);
  if (scope.needsKind && !given.kind && !isAssumed) throw new Error(kindMissing(raw, emulated));
  if (type.version === '') throw new Error(`Object 'apiVersion' is missing in '${body.toString()}'`);
  checkDeleteKind(type, scope);
  return { value, raw };
}

function readMessage(body: Buffer, scope: DeleteScope): SentBody {
  const { type, message } = openProtobuf(body);
  checkDeleteKind(completeType(type, scope.assumed), scope);
  return { value: decodeProtobuf(DELETE_OPTIONS, message), raw: body };
}

interface SentBody {
  readonly value: Record<string, unknown>;
  readonly raw: Buffer;
}

function sent(read: () => object): Sent {
  try {
    return read() as Sent;
  } catch (error) {
    throw plainFailure((error as Error).message);
  }
}

function checked(options: Omit<DeleteOptions, 'dryRun'> & { dryRun: readonly string[] }): DeleteOptions {
  const { propagationPolicy: policy, orphanDependents } = options;
  const causes: StatusCause[] = [];
  if (orphanDependents !== undefined && policy !== undefined) {
    const message = `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set`;
    causes.push({ reason: 'FieldValueInvalid', message, field: 'propagationPolicy' });
  }
  if (policy !== undefined && !policies.includes(policy)) {
    const supported = [...policies, 'nil'].map(p => JSON.stringify(p)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${supported}`;
    causes.push({ reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' });
  }
  const dryRun = checkDryRun(options.dryRun, causes);
  throwInvalidOptions('DeleteOptions', causes);
  return { ...options, dryRun };
}

/** describeOptions are the options of a deletion as webhooks and policies see them. */
export function describeOptions({ dryRun, ...options }: DeleteOptions): Readonly<Record<string, unknown>> {
  return { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', ...options, ...(dryRun && { dryRun: ['All'] }) };
}
