import { DaemonSets, type appsv1 } from '@navarch/api';
import { Path, type KubeObject } from '@navarch/apimachinery';
import { defaultTemplate } from '../../../core/v1/pod/defaults';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import {
  ageColumn,
  containerColumns,
  formatLabels,
  formatSelector,
  integer,
  nameColumn,
  text,
  wide,
} from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { asNew, specStrategy, statusStrategy } from '../../../shared/strategies';
import { inheritLabels } from '../shared/legacy';
import { validateDaemonSet, validateDaemonSetStatus, validateDaemonSetUpdate } from './validation';
import { podWarnings } from '../../../core/v1/pod/warnings';

const TEMPLATE = Path.at('spec', 'template');
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const legacy = { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 DaemonSet') } as const;

function defaultDaemonSet(set: appsv1.DaemonSet, emulated: Minor): void {
  if (!set.metadata?.annotations?.[TEMPLATE_GENERATION]) setTemplateGeneration(set, 0n);
  const { spec } = set;
  if (!spec) return;
  if (spec.template) defaultTemplate(spec.template, emulated);
  const strategy = (spec.updateStrategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= 1;
    if (emulated >= 22) strategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
}

/** defaultExtensions: extensions/v1beta1 took over the template's labels and replaced pods only when they were deleted. */
function defaultExtensions(object: Record<string, unknown>): void {
  inheritLabels(object);
  const spec = (object['spec'] ??= {}) as Record<string, unknown>;
  const strategy = (spec['updateStrategy'] ??= {}) as Record<string, unknown>;
  strategy['type'] ||= 'OnDelete';
}

/** The template's generation was a field of the spec once; it lives on as an annotation. */
function setTemplateGeneration(set: appsv1.DaemonSet, generation: bigint): void {
  const metadata = (set.metadata ??= {});
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

const INTEGER = /^[+-]?\d+$/;
const toInteger = (text: string) => BigInt(text.replace('+', ''));

function templateGeneration({ metadata }: appsv1.DaemonSet): bigint {
  const text = metadata?.annotations?.[TEMPLATE_GENERATION] ?? '';
  return INTEGER.test(text) ? toInteger(text) : 0n;
}

const MAX_INT64 = 2n ** 63n - 1n;

function generationProblem({ metadata }: KubeObject): string | undefined {
  const text = metadata?.annotations?.[TEMPLATE_GENERATION];
  if (text === undefined) return undefined;
  const problem = (why: string) => `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`;
  if (!INTEGER.test(text)) return problem('invalid syntax');
  const value = toInteger(text);
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? problem('value out of range') : undefined;
}

function dropTemplateGeneration(object: Record<string, unknown>): void {
  const spec = object['spec'] as Record<string, unknown> | undefined;
  delete spec?.['templateGeneration'];
}

/** daemonSet declares DaemonSet. */
export const daemonSet = defineKind<appsv1.DaemonSet>({
  resource: DaemonSets,
  versions: [
    served('apps/v1', 'DaemonSet', { conversionProblem: generationProblem }),
    served('apps/v1beta2', 'DaemonSet', { ...legacy, conversionProblem: generationProblem }),
    served('extensions/v1beta1', 'DaemonSet', {
      ...legacy,
      categories: [],
      defaults: defaultExtensions,
      toHub: dropTemplateGeneration,
    }),
  ],
  shortNames: ['ds'],
  categories: ['all'],
  versionAnnotations: [TEMPLATE_GENERATION],
  dormant: { 'spec.updateStrategy.rollingUpdate.maxSurge': 22 },
  defaults: defaultDaemonSet,
  columns: defineColumns<appsv1.DaemonSet>([
    nameColumn,
    integer('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0),
    integer('Current', ({ status }) => status?.currentNumberScheduled ?? 0),
    integer('Ready', ({ status }) => status?.numberReady ?? 0),
    integer('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0),
    integer('Available', ({ status }) => status?.numberAvailable ?? 0),
    text('Node Selector', ({ spec }) => formatLabels(spec?.template?.spec?.nodeSelector)),
    ageColumn,
    ...containerColumns<appsv1.DaemonSet>(({ spec }) => spec?.template?.spec),
    wide('Selector', ({ spec }) => formatSelector(spec?.selector)),
  ]),
  podSpec: 'spec.template.spec',
  strategy: specStrategy<appsv1.DaemonSet>({
    metadataChecks: { update: ['whole', asNew(validateDaemonSet), 'change'] },
    warnings: ({ spec }, old, release) => podWarnings(spec?.template, old?.spec?.template, TEMPLATE, release),
    generation: true,
    prepareForCreate(set) {
      const given = templateGeneration(set);
      setTemplateGeneration(set, given < 1n ? 1n : given);
    },
    validate: validateDaemonSet,
    prepareForUpdate(set, old) {
      const before = templateGeneration(old);
      const same = semanticEqual(set.spec?.template, old.spec?.template);
      setTemplateGeneration(set, same ? before : before + 1n);
    },
    validateUpdate: validateDaemonSetUpdate,
  }),
  subresources: {
    status: statusStrategy<appsv1.DaemonSet>({
      prepareForUpdate: (set, old) => setTemplateGeneration(set, templateGeneration(old)),
      validateUpdate: validateDaemonSetStatus,
    }),
  },
});
