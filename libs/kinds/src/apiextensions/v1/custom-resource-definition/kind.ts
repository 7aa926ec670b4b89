import { CustomResourceDefinitions, type apiextensionsv1 } from '@navarch/api';
import { HTTPS_PORT } from '../../../admissionregistration/v1/shared/client-config';
import { rfc3339 } from '@navarch/base';
import { deepEqual } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { semanticEqual } from '../../../shared/equal';
import { deprecatedFor, served } from '../../../shared/served';
import { isolatedStatusStrategy, specStrategy } from '../../../shared/strategies';
import { defaultBeta, fromDefinitionV1, toDefinitionV1 } from './conversion';
import { forgetUnusedRules } from './unused-rules';
import { definitionName, validateDefinition, validateDefinitionUpdate, validateStatusUpdate } from './validation';

/** CLEANUP_FINALIZER stands for the objects of a definition: it goes when they are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

type Definition = apiextensionsv1.CustomResourceDefinition;

function defaultDefinition(definition: Definition): void {
  const { spec } = definition;
  if (!spec) return;
  const names = (spec.names ??= {} as apiextensionsv1.CustomResourceDefinitionNames);
  if (names.kind) names.singular ||= names.kind.toLowerCase();
  if (names.kind) names.listKind ||= `${names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service) service.port ??= HTTPS_PORT;
  if (!definition.status?.storedVersions?.length) storeVersion(definition);
}

/** storeVersion notes which versions objects may be stored in: once a version has been the storage version, it stays in the list. */
function storeVersion(definition: Definition): void {
  const status = (definition.status ??= {} as apiextensionsv1.CustomResourceDefinitionStatus);
  const now = (definition.spec.versions ?? []).find(v => v.storage)?.name;
  status.storedVersions = [...new Set([...(status.storedVersions ?? []), ...(now === undefined ? [] : [now])])];
}

/** subresourcesOf are the endpoints that versions declare: one that says nothing more is one all the same. */
const subresourcesOf = (spec: unknown) => ((spec as Definition['spec'])?.versions ?? []).map(v => v.subresources);

/** markTerminating keeps a definition that is deleted until its objects are gone. */
function markTerminating(definition: Definition, now: number): void {
  const metadata = (definition.metadata ??= {});
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(CLEANUP_FINALIZER)) metadata.finalizers = [...finalizers, CLEANUP_FINALIZER];
  const status = (definition.status ??= {} as apiextensionsv1.CustomResourceDefinitionStatus);
  status.conditions = [
    ...(status.conditions ?? []).filter(({ type }) => type !== 'Terminating'),
    {
      type: 'Terminating',
      status: 'True',
      lastTransitionTime: rfc3339(now),
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    },
  ];
}

/** customResourceDefinition declares CustomResourceDefinition. Conditions and accepted names are the API server's to say. */
export const customResourceDefinition = defineKind<Definition>({
  resource: CustomResourceDefinitions,
  versions: [
    served('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { storedSince: 22 }),
    served('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', {
      until: 21,
      storedSince: 0,
      defaults: defaultBeta,
      toHub: toDefinitionV1,
      fromHub: fromDefinitionV1,
      deprecated: deprecatedFor('1.16', '1.22', 'apiextensions.k8s.io/v1 CustomResourceDefinition'),
    }),
  ],
  storagePath: 'apiextensions.k8s.io/customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  nameRule: definitionName,
  anyFinalizer: true,
  dormant: { 'spec.versions.selectableFields': 31 },
  defaults: defaultDefinition,
  markDeleted: markTerminating,
  strategy: specStrategy<Definition>({
    metadataChecks: { update: ['change'] },
    allowUnconditionalUpdate: false,
    generation: true,
    sameSpec: (spec, old) => semanticEqual(spec, old) && deepEqual(subresourcesOf(spec), subresourcesOf(old)),
    prepareForCreate(definition, { emulated }) {
      forgetUnusedRules(definition, undefined, emulated);
      storeVersion(definition);
    },
    validate: validateDefinition,
    prepareForUpdate(definition, old, { emulated }) {
      forgetUnusedRules(definition, old, emulated);
      if (definition.status) definition.status = { ...definition.status };
      storeVersion(definition);
    },
    validateUpdate: validateDefinitionUpdate,
  }),
  subresources: {
    status: isolatedStatusStrategy<Definition>({ validateUpdate: validateStatusUpdate }),
  },
});
