import type { certificatesv1 } from '@navarch/api';
import type { Strategy, StrategyContext } from '../../../kind';
import { keep } from '../../../shared/keep';
import { validateCertificate, validateConditions, validateKept, validateRequest } from './validation';

type CSR = certificatesv1.CertificateSigningRequest;
type Condition = certificatesv1.CertificateSigningRequestCondition;

/** requestStrategy is the main endpoint: who asks is written into the request, and a request never changes. */
export const requestStrategy: Strategy<CSR> = {
  metadataChecks: { update: ['whole', 'change'] },
  allowUnconditionalUpdate: true,
  prepareForCreate(request, { user, emulated }) {
    request.status = {};
    const spec = (request.spec ??= {} as certificatesv1.CertificateSigningRequestSpec);
    for (const name of ['username', 'uid', 'groups', 'extra'] as const) delete spec[name];
    if (emulated < 22) delete spec.expirationSeconds;
    if (!user) return;
    spec.username = user.name;
    if (user.uid) spec.uid = user.uid;
    if (user.groups.length) spec.groups = [...user.groups];
    if (user.extra)
      spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]]));
  },
  export(request) {
    request.status = {};
  },
  validate: validateRequest,
  prepareForUpdate: (request, old) => keep(request, old, 'spec', 'status'),
};

const V1BETA1 = 'certificates.k8s.io/v1beta1';

/** takeOver puts the conditions that decided before in the place of those that came; false where there are not as many of a type. */
function takeOver(conditions: Condition[], before: readonly Condition[]): boolean {
  const fits = (type: string) => {
    const old = before.filter(one => one.type === type);
    const places = conditions.flatMap((one, i) => (one.type === type ? [i] : []));
    if (places.length !== old.length) return false;
    places.forEach((place, i) => (conditions[place] = { ...old[i]! }));
    return true;
  };
  return fits('Approved') && fits('Denied');
}

/** Times of conditions that clients leave out are those of the request. */
function stamp(
  conditions: readonly Condition[] | undefined,
  old: readonly Condition[],
  { now }: StrategyContext,
): void {
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  for (const condition of conditions ?? []) {
    condition.lastUpdateTime ||= time;
    const before = old.find(c => c.type === condition.type);
    condition.lastTransitionTime ||= before?.status === condition.status ? (before?.lastTransitionTime ?? time) : time;
  }
}

/** approvalStrategy decides: of the status it takes the conditions only. */
export const approvalStrategy: Strategy<CSR> = {
  metadataChecks: { update: ['whole', 'change'] },
  allowUnconditionalUpdate: true,
  prepareForUpdate(request, old, context) {
    keep(request, old, 'spec');
    const conditions = request.status?.conditions;
    request.status = { ...old.status };
    delete request.status.conditions;
    if (conditions) request.status.conditions = conditions;
    stamp(conditions, old.status?.conditions ?? [], context);
  },
  validateUpdate: (request, old, context) => [
    ...validateConditions(request, old, context),
    ...validateKept(request, old, true),
  ],
};

/**
 * requestStatusStrategy signs: it takes the certificate, and all conditions but those that decide. Where these were added or left out v1
 * refuses, and v1beta1 keeps all conditions as they were.
 */
export const requestStatusStrategy: Strategy<CSR> = {
  metadataChecks: { update: ['whole', 'change'] },
  allowUnconditionalUpdate: true,
  prepareForUpdate(request, old, context) {
    keep(request, old, 'spec');
    const status = (request.status ??= {});
    const before = old.status?.conditions ?? [];
    if (!takeOver(status.conditions ?? [], before) && context.apiVersion === V1BETA1) {
      delete status.conditions;
      if (old.status?.conditions) status.conditions = structuredClone(before) as Condition[];
    }
    stamp(status.conditions, before, context);
  },
  validateUpdate: (request, old, context) => [
    ...validateConditions(request, old, context),
    ...validateCertificate(request, old, context),
    ...validateKept(request, old, false),
  ],
};
