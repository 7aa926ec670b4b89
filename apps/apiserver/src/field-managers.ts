import type { FieldManager } from '@navarch/apiserver-runtime';

/** SERVER owns what the server writes by itself. */
export const SERVER: FieldManager = { manager: 'kube-apiserver' };

/** SERVER_STATUS owns what the server counts and notes in the status of objects. */
export const SERVER_STATUS: FieldManager = { ...SERVER, subresource: 'status' };

/** FLOW_PRODUCER owns the objects of flow control that the server suggests, FLOW_CONSUMER what it says about those that are there. */
export const FLOW_PRODUCER: FieldManager = { manager: 'api-priority-and-fairness-config-producer-v1' };
export const FLOW_CONSUMER = 'api-priority-and-fairness-config-consumer-v1';
