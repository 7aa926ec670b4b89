import { FlowSchemas, type flowcontrolv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { isolatedStatusStrategy, specStrategy } from '../../../shared/strategies';
import { validateConditions } from '../shared/status';
import { flowcontrolVersions } from '../shared/versions';
import { validateFlowSchema } from './validation';

const PRECEDENCE = 1000;

/** flowSchema declares FlowSchema; all its versions have one and the same form. */
export const flowSchema = defineKind<flowcontrolv1.FlowSchema>({
  resource: FlowSchemas,
  versions: flowcontrolVersions('FlowSchema'),
  defaults({ spec }) {
    if (spec) spec.matchingPrecedence ||= PRECEDENCE;
  },
  columns: defineColumns<flowcontrolv1.FlowSchema>([
    nameColumn,
    text('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration?.name ?? ''),
    text('MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence ?? 0),
    text('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? NONE),
    ageColumn,
    text('MissingPL', ({ status }) => status?.conditions?.find(c => c.type === 'Dangling')?.status ?? '?'),
  ]),
  strategy: specStrategy<flowcontrolv1.FlowSchema>({
    metadataChecks: { update: ['whole'] },
    generation: true,
    validate: validateFlowSchema,
    validateUpdate: (schema, _old, release) => validateFlowSchema(schema, release),
  }),
  subresources: {
    status: isolatedStatusStrategy<flowcontrolv1.FlowSchema>(
      { metadataChecks: { update: [] }, validateUpdate: validateConditions },
      'all',
    ),
  },
});
