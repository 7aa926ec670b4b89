import { Deployments, type appsv1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { keep, keepGeneration } from '../../../shared/keep';
import { semanticEqual } from '../../../shared/equal';
import { validateCollisions, validateReplicaCounts } from '../../../shared/replica-counts';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { deploymentColumns } from './columns';
import { defaultAppsBeta1, defaultExtensions, dropRollback } from './conversion';
import { defaultDeployment } from './defaults';
import { validateDeployment, validateDeploymentUpdate } from './validation';
import { nameWarnings, podWarnings } from '../../../core/v1/pod/warnings';

const TEMPLATE = Path.at('spec', 'template');
const legacy = {
  until: 15,
  deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 Deployment'),
  toHub: dropRollback,
} as const;

/** deployment declares Deployment. Its generation counts changes of annotations too. */
export const deployment = defineKind<appsv1.Deployment>({
  resource: Deployments,
  versions: [
    served('apps/v1', 'Deployment'),
    served('apps/v1beta2', 'Deployment', legacy),
    served('apps/v1beta1', 'Deployment', { ...legacy, defaults: defaultAppsBeta1 }),
    served('extensions/v1beta1', 'Deployment', { ...legacy, categories: [], defaults: defaultExtensions }),
  ],
  shortNames: ['deploy'],
  categories: ['all'],
  dormant: { 'status.terminatingReplicas': 35 },
  defaults: defaultDeployment,
  columns: deploymentColumns,
  podSpec: 'spec.template.spec',
  strategy: {
    ...specStrategy<appsv1.Deployment>({
      metadataChecks: { update: ['change'] },
      warnings: (object, old, release) => [
        ...nameWarnings(object, old, release),
        ...podWarnings(object.spec?.template, old?.spec?.template, TEMPLATE, release),
      ],
      generation: true,
      validate: validateDeployment,
      validateUpdate: validateDeploymentUpdate,
    }),
    prepareForUpdate(deployment, old) {
      keep(deployment, old, 'status');
      const same =
        semanticEqual(deployment.spec, old.spec) &&
        semanticEqual(deployment.metadata?.annotations, old.metadata?.annotations, 'annotations');
      keepGeneration(deployment, old, !same);
    },
  },
  subresources: {
    status: statusStrategy<appsv1.Deployment>({
      resets: ['spec', 'metadata.labels'],
      prepareForUpdate(deployment, old) {
        deployment.metadata ??= {};
        if (old.metadata?.labels) deployment.metadata.labels = old.metadata.labels;
        else delete deployment.metadata.labels;
      },
      validateUpdate: ({ status }, old) => [
        ...validateReplicaCounts(
          status,
          [
            'observedGeneration',
            'replicas',
            'updatedReplicas',
            'readyReplicas',
            'availableReplicas',
            'unavailableReplicas',
            'collisionCount',
          ],
          ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
        ),
        ...validateCollisions(status, old.status),
      ],
    }),
    scale: { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  },
});
