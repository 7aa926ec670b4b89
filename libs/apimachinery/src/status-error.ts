import { groupResourceName, type GroupResource, type ListMeta } from './meta';

/** StatusCause is one entry of a Status' details: which field, why. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** Status is the body of every answer that is not an object (metav1.Status). */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: ListMeta;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

/** StatusError is a failure with its documented code, reason and message. Thrown where the cause is known, answered as it is. */
export class StatusError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
  ) {
    super(message);
    this.name = 'StatusError';
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason && { reason: this.reason }),
      ...(this.details && { details: this.details }),
      code: this.code,
    };
  }

  static fromStatus(status: Partial<Status>): StatusError {
    return new StatusError(status.code ?? 500, status.reason ?? '', status.message ?? '', status.details);
  }
}

const about = (resource: GroupResource, name: string): StatusDetails => ({
  ...(name && { name }),
  ...(resource.group && { group: resource.group }),
  kind: resource.resource,
});

export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${groupResourceName(resource)} ${JSON.stringify(name)} not found`,
    about(resource, name),
  );
}

export function alreadyExists(resource: GroupResource, name: string): StatusError {
  const message = `${groupResourceName(resource)} ${JSON.stringify(name)} already exists`;
  return new StatusError(409, 'AlreadyExists', message, about(resource, name));
}

export function conflict(resource: GroupResource, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${groupResourceName(resource)} ${JSON.stringify(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, about(resource, name));
}

/** MODIFIED is the documented reason of an optimistic-lock conflict. */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(resource: GroupResource, name: string, why: string): StatusError {
  const message = name
    ? `${groupResourceName(resource)} ${JSON.stringify(name)} is forbidden: ${why}`
    : `${groupResourceName(resource)} is forbidden: ${why}`;
  return new StatusError(403, 'Forbidden', message, about(resource, name));
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function gone(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function internalError(error: unknown): StatusError {
  const message = error instanceof Error ? error.message : String(error);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError(429, 'TooManyRequests', message, { retryAfterSeconds });
}

/** isStatus tells whether the error is a StatusError of one of these reasons. */
export function isStatus(error: unknown, ...reasons: string[]): error is StatusError {
  return error instanceof StatusError && reasons.includes(error.reason);
}
export const isNotFound = (error: unknown) => isStatus(error, 'NotFound');
export const isConflict = (error: unknown) => isStatus(error, 'Conflict');
export const isAlreadyExists = (error: unknown) => isStatus(error, 'AlreadyExists');
export const isExpired = (error: unknown) => error instanceof StatusError && error.code === 410;
