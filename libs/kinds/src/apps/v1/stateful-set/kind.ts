import { StatefulSets, type appsv1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { defaultClaim } from '../../../core/v1/persistent-volume-claim/defaults';
import { defaultTemplate } from '../../../core/v1/pod/defaults';
import { claimWarnings } from '../../../core/v1/persistent-volume-claim/warnings';
import { defineKind, type KindDefinition, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import type { Release } from '../../../shared/errors';
import { ageColumn, containerColumns, nameColumn, text } from '../../../shared/printer';
import { validateCollisions, validateReplicaCounts } from '../../../shared/replica-counts';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { inheritLabels } from '../shared/legacy';
import { validateStatefulSet, validateStatefulSetUpdate } from './validation';
import { podWarnings } from '../../../core/v1/pod/warnings';

const TEMPLATE = Path.at('spec', 'template');
/** AVAILABLE is the first release whose sets count the pods that have been ready for long enough. */
const AVAILABLE: Minor = 22;
const legacy = { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 StatefulSet') } as const;

function defaultStatefulSet({ spec }: appsv1.StatefulSet, emulated: Minor): void {
  if (!spec) return;
  if (spec.template) defaultTemplate(spec.template, emulated);
  spec.podManagementPolicy ||= 'OrderedReady';
  const strategy = (spec.updateStrategy ??= {});
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) strategy.rollingUpdate.partition ??= 0;
  if (emulated >= 27) {
    const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
    retention.whenDeleted ||= 'Retain';
    retention.whenScaled ||= 'Retain';
  }
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
    defaultClaim(claim, emulated);
  }
}

/** defaultBeta1: apps/v1beta1 took over the template's labels and replaced pods only when they were deleted. */
function defaultBeta1(object: Record<string, unknown>): void {
  inheritLabels(object);
  const spec = (object['spec'] ??= {}) as Record<string, unknown>;
  const strategy = (spec['updateStrategy'] ??= {}) as Record<string, unknown>;
  strategy['type'] ||= 'OnDelete';
}

/** NAMED_AS_HOSTS is the first release whose sets are called as their pods' hosts can be. */
const NAMED_AS_HOSTS: Minor = 27;
/** KEEPS_ALL is the first release that warns of sets which keep all revisions. */
const KEEPS_ALL = 33;

function setWarnings({ spec }: appsv1.StatefulSet, old: appsv1.StatefulSet | undefined, release: Release): string[] {
  const keepsAll = release.emulated >= KEEPS_ALL && (spec?.revisionHistoryLimit ?? 0) < 0;
  return [
    ...podWarnings(spec?.template, old?.spec?.template, TEMPLATE, release),
    ...(spec?.volumeClaimTemplates ?? []).flatMap((claim, i) =>
      claimWarnings(claim.spec, Path.at('spec', 'volumeClaimTemplates').index(i), release),
    ),
    ...(keepsAll
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ];
}

/** statefulSet declares StatefulSet. */
export const statefulSet = (emulated: Minor): KindDefinition<appsv1.StatefulSet> =>
  defineKind<appsv1.StatefulSet>({
    nameRule: emulated >= NAMED_AS_HOSTS ? 'label' : 'subdomain',
    resource: StatefulSets,
    versions: [
      served('apps/v1', 'StatefulSet'),
      served('apps/v1beta2', 'StatefulSet', legacy),
      served('apps/v1beta1', 'StatefulSet', { ...legacy, defaults: defaultBeta1 }),
    ],
    shortNames: ['sts'],
    categories: ['all'],
    dormant: {
      'spec.minReadySeconds': 23,
      'spec.ordinals': 27,
      'spec.persistentVolumeClaimRetentionPolicy': 27,
      'spec.updateStrategy.rollingUpdate.maxUnavailable': 35,
    },
    defaults: defaultStatefulSet,
    columns: defineColumns<appsv1.StatefulSet>([
      nameColumn,
      text('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
      ageColumn,
      ...containerColumns<appsv1.StatefulSet>(({ spec }) => spec?.template?.spec),
    ]),
    podSpec: 'spec.template.spec',
    strategy: specStrategy<appsv1.StatefulSet>({
      // A set that was called otherwise may go on changing.
      metadataChecks: { update: emulated >= NAMED_AS_HOSTS ? ['change'] : ['whole', 'change'] },
      warnings: setWarnings,
      generation: true,
      validate: validateStatefulSet,
      validateUpdate: validateStatefulSetUpdate,
    }),
    subresources: {
      status: statusStrategy<appsv1.StatefulSet>({
        prepareForUpdate({ status }, _old, { emulated }) {
          if (emulated < AVAILABLE) delete status?.availableReplicas;
        },
        validateUpdate: ({ status }, old, { emulated }) => {
          const counts = [
            'readyReplicas',
            'currentReplicas',
            'updatedReplicas',
            ...(emulated < AVAILABLE ? [] : (['availableReplicas'] as const)),
          ] as const;
          return [
            ...validateReplicaCounts(status, ['replicas', ...counts, 'observedGeneration', 'collisionCount'], counts),
            ...validateCollisions(status, old.status),
          ];
        },
      }),
      scale: { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
    },
  });
