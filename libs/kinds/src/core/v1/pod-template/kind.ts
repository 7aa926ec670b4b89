import { PodTemplates, type corev1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { containerColumns, formatLabels, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { defaultTemplate } from '../pod/defaults';
import { validateTemplate } from '../pod/validation';

/** podTemplate declares PodTemplate. */
export const podTemplate = defineKind<corev1.PodTemplate>({
  resource: PodTemplates,
  versions: [served('v1', 'PodTemplate')],
  defaults: ({ template }) => (template ? defaultTemplate(template) : undefined),
  columns: defineColumns<corev1.PodTemplate>([
    nameColumn,
    ...containerColumns<corev1.PodTemplate>(({ template }) => template?.spec, {}),
    text('Pod Labels', ({ template }) => formatLabels(template?.metadata?.labels)),
  ]),
  podSpec: 'template.spec',
  strategy: plainStrategy<corev1.PodTemplate>(
    ({ template }, release) => validateTemplate(template ?? {}, Path.at('template'), release),
    {
      metadataChecks: { update: ['change'] },
    },
  ),
});
