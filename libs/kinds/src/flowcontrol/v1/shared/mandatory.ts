import type { flowcontrolv1 } from '@navarch/api';
import { Path, type FieldError } from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import { semanticEqual } from '../../../shared/equal';
import { invalidStruct } from '../../../shared/errors';
import { goStruct } from '../../../shared/go-struct';

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';
const everything = (...groups: string[]): flowcontrolv1.PolicyRulesWithSubjects[] => [
  {
    subjects: groups.map(name => ({ kind: 'Group', group: { name } })),
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  },
];

/** mandatoryLevels are the levels without which no request could be classified: they hold even where nobody stored them. */
export const mandatoryLevels: readonly flowcontrolv1.PriorityLevelConfiguration[] = [
  {
    apiVersion: API_VERSION,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'exempt' },
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  },
  {
    apiVersion: API_VERSION,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'catch-all' },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
    },
  },
];

/** mandatorySchemas are those of the mandatory levels: administrators are exempt, what nothing else matches is caught. */
export const mandatorySchemas: readonly flowcontrolv1.FlowSchema[] = [
  {
    apiVersion: API_VERSION,
    kind: 'FlowSchema',
    metadata: { name: 'exempt' },
    spec: {
      priorityLevelConfiguration: { name: 'exempt' },
      matchingPrecedence: 1,
      rules: everything('system:masters'),
    },
  },
  {
    apiVersion: API_VERSION,
    kind: 'FlowSchema',
    metadata: { name: 'catch-all' },
    spec: {
      priorityLevelConfiguration: { name: 'catch-all' },
      matchingPrecedence: 10_000,
      distinguisherMethod: { type: 'ByUser' },
      rules: everything('system:unauthenticated', 'system:authenticated'),
    },
  },
];

const SPEC = Path.at('spec');
const namesake = <T extends { readonly metadata?: { readonly name?: string } }>(all: readonly T[], name?: string) =>
  all.find(({ metadata }) => metadata?.name === name);

/** validateMandatorySchema: a mandatory FlowSchema is as it is. */
export function validateMandatorySchema({ metadata, spec }: flowcontrolv1.FlowSchema): FieldError[] {
  const wanted = namesake(mandatorySchemas, metadata?.name);
  if (!wanted || !spec || semanticEqual(spec, wanted.spec)) return [];
  const go = goStruct('flowcontrol.FlowSchemaSpec', spec);
  return [invalidStruct(SPEC, go, `spec of '${metadata?.name}' must equal the fixed value`)];
}

/** LENDING is the first release whose levels lend each other, EXEMPT_LENDS the first whose exempt level does so too. */
const LENDING: Minor = 26;
const EXEMPT_LENDS: Minor = 28;

/** validateMandatoryLevel: a mandatory level is as it is, but for what the exempt one lends. */
export function validateMandatoryLevel(
  { metadata, spec }: flowcontrolv1.PriorityLevelConfiguration,
  emulated: Minor,
): FieldError[] {
  const name = metadata?.name;
  const wanted = namesake(mandatoryLevels, name);
  if (!wanted || !spec || semanticEqual(fixedPart(spec, emulated), fixedPart(wanted.spec!, emulated))) return [];
  const lends = name === 'exempt' && emulated >= EXEMPT_LENDS;
  const but = lends ? " except the 'spec.exempt' field" : '';
  const go = goStruct('flowcontrol.PriorityLevelConfigurationSpec', spec, emulated);
  return [invalidStruct(SPEC, go, `spec of '${name}'${but} must equal the fixed value`)];
}

function fixedPart({ type, limited }: flowcontrolv1.PriorityLevelConfigurationSpec, emulated: Minor): object {
  const { lendablePercent, ...rest } = limited ?? {};
  return { type, ...(limited && { limited: { ...rest, ...(emulated >= LENDING && { lendablePercent }) } }) };
}
