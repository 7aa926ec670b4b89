import { FlowSchemas, type flowcontrolv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import type { Release } from '../../../shared/errors';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { isolatedStatusStrategy, specStrategy } from '../../../shared/strategies';
import { validateMandatorySchema } from '../shared/mandatory';
import { validateConditions } from '../shared/status';
import { flowcontrolVersions } from '../shared/versions';
import { validateFlowSchema } from './validation';

const PRECEDENCE = 1000;

/** byPrecedence is the order in which schemas are tried. */
function byPrecedence(a: flowcontrolv1.FlowSchema, b: flowcontrolv1.FlowSchema): number {
  const [x, y] = [a.spec?.matchingPrecedence ?? 0, b.spec?.matchingPrecedence ?? 0];
  const [m, n] = [a.metadata?.name ?? '', b.metadata?.name ?? ''];
  return x - y || (m < n ? -1 : Number(m > n));
}

const validate = (schema: flowcontrolv1.FlowSchema, release: Release) => [
  ...validateFlowSchema(schema, release),
  ...validateMandatorySchema(schema),
];

/** flowSchema declares FlowSchema; all its versions have one and the same form. */
export const flowSchema = defineKind<flowcontrolv1.FlowSchema>({
  resource: FlowSchemas,
  versions: flowcontrolVersions('FlowSchema'),
  defaults({ spec }) {
    if (spec) spec.matchingPrecedence ||= PRECEDENCE;
  },
  columns: {
    ...defineColumns<flowcontrolv1.FlowSchema>([
      nameColumn,
      text('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration?.name ?? ''),
      text('MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence ?? 0),
      text('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? NONE),
      ageColumn,
      text('MissingPL', ({ status }) => status?.conditions?.find(c => c.type === 'Dangling')?.status ?? '?'),
    ]),
    order: byPrecedence,
  },
  strategy: specStrategy<flowcontrolv1.FlowSchema>({
    metadataChecks: { update: ['whole'] },
    generation: true,
    validate,
    validateUpdate: (schema, _old, release) => validate(schema, release),
  }),
  subresources: {
    status: isolatedStatusStrategy<flowcontrolv1.FlowSchema>(
      { metadataChecks: { update: [] }, validateUpdate: validateConditions },
      'all',
    ),
  },
});
