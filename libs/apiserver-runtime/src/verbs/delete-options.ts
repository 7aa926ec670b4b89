import { badRequest, isRecord, type StatusCause } from '@navarch/apimachinery';
import { checkDryRun, integer, throwInvalidOptions } from './option-causes';

/** DeleteOptions are metav1.DeleteOptions, checked. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly orphanDependents?: boolean;
  readonly propagationPolicy?: string;
  readonly dryRun: boolean;
}

const policies = ['Foreground', 'Background', 'Orphan'];

/** deleteOptionsOfQuery reads them from the query, for a request without body. */
export function deleteOptionsOfQuery(query: URLSearchParams): DeleteOptions {
  const grace = query.get('gracePeriodSeconds');
  const orphan = query.get('orphanDependents');
  const policy = query.get('propagationPolicy');
  return checked({
    ...(grace !== null && { gracePeriodSeconds: integer(grace) }),
    ...(orphan !== null && { orphanDependents: orphan !== 'false' && orphan !== '0' }),
    ...(policy && { propagationPolicy: policy }),
    dryRun: query.getAll('dryRun'),
  });
}

/** deleteOptionsOfBody reads them from a decoded body; 400 for fields of a wrong type. */
export function deleteOptionsOfBody(body: unknown): DeleteOptions {
  if (!isRecord(body)) throw badRequest('DeleteOptions must be an object');
  const { gracePeriodSeconds, orphanDependents, propagationPolicy, preconditions, dryRun } = body;
  const conditions = isRecord(preconditions) ? preconditions : {};
  return checked({
    ...(gracePeriodSeconds != null && {
      gracePeriodSeconds: typed<number>(gracePeriodSeconds, 'number', 'gracePeriodSeconds'),
    }),
    ...(orphanDependents != null && {
      orphanDependents: typed<boolean>(orphanDependents, 'boolean', 'orphanDependents'),
    }),
    ...(propagationPolicy != null && {
      propagationPolicy: typed<string>(propagationPolicy, 'string', 'propagationPolicy'),
    }),
    ...(preconditions != null && {
      preconditions: {
        ...(conditions['uid'] != null && { uid: typed<string>(conditions['uid'], 'string', 'preconditions.uid') }),
        ...(conditions['resourceVersion'] != null && {
          resourceVersion: typed<string>(conditions['resourceVersion'], 'string', 'preconditions.resourceVersion'),
        }),
      },
    }),
    dryRun: Array.isArray(dryRun) ? dryRun.map(String) : [],
  });
}

function typed<T>(value: unknown, type: 'number' | 'boolean' | 'string', field: string): T {
  if (typeof value !== type)
    throw badRequest(`json: cannot unmarshal ${typeof value} into Go struct field DeleteOptions.${field}`);
  return value as T;
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
