import { PodTemplates, type corev1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { keepGeneration, setGeneration } from '../../../shared/keep';
import { containerColumns, formatLabels, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { defaultTemplate } from '../pod/defaults';
import { validateTemplate } from '../pod/validation';
import { podWarnings } from '../pod/warnings';

const TEMPLATE = Path.at('template');
/** COUNTS is the first release whose pod templates count their changes. */
const COUNTS: Minor = 23;

/** podTemplate declares PodTemplate. */
export const podTemplate = defineKind<corev1.PodTemplate>({
  resource: PodTemplates,
  versions: [served('v1', 'PodTemplate')],
  defaults: ({ template }, emulated) => (template ? defaultTemplate(template, emulated) : undefined),
  columns: defineColumns<corev1.PodTemplate>([
    nameColumn,
    ...containerColumns<corev1.PodTemplate>(({ template }) => template?.spec, {}),
    text('Pod Labels', ({ template }) => formatLabels(template?.metadata?.labels)),
  ]),
  podSpec: 'template.spec',
  strategy: plainStrategy<corev1.PodTemplate>(
    ({ template }, release) => validateTemplate(template ?? {}, TEMPLATE, release),
    {
      metadataChecks: { update: ['change'] },
      prepareForCreate: (object, { emulated }) => {
        if (emulated >= COUNTS) setGeneration(object);
      },
      prepareForUpdate: (object, old, { emulated }) => {
        if (emulated >= COUNTS) keepGeneration(object, old, !semanticEqual(object.template, old.template));
      },
      warnings: ({ template }, old, release) => podWarnings(template, old?.template, TEMPLATE, release),
    },
  ),
});
