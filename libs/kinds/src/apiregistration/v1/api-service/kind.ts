import { APIServices, type apiregistrationv1 } from '@navarch/api';
import {
  checkName,
  field,
  foundIn,
  inclusiveRange,
  isDNS1035Label,
  isDNS1123Subdomain,
  Path,
  type FieldError,
  type KubeObject,
} from '@navarch/apimachinery';
import { HTTPS_PORT } from '../../../admissionregistration/v1/shared/client-config';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { each, oneOf, requireText } from '../../../shared/errors';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { isolatedStatusStrategy, specStrategy } from '../../../shared/strategies';

const SPEC = Path.at('spec');
const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;

/** serviceName says what is wrong with the name of an APIService, which follows from what it serves. */
function serviceName(name: string, _prefix: boolean, service: KubeObject): string[] {
  const problems = checkName('pathSegment', name);
  const { group = '', version = '' } = (service as apiregistrationv1.APIService).spec ?? {};
  const wanted = `${version}.${group}`;
  if (problems.length || name === wanted) return problems;
  return [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`];
}

function validateService({
  spec = {} as apiregistrationv1.APIServiceSpec,
}: apiregistrationv1.APIService): FieldError[] {
  const {
    group = '',
    version = '',
    groupPriorityMinimum = 0,
    versionPriority = 0,
    service,
    caBundle,
    insecureSkipTLSVerify,
  } = spec;
  const errors: FieldError[] = [];
  if (group) errors.push(...each(SPEC.child('group'), group, isDNS1123Subdomain(group)));
  else if (version !== 'v1')
    errors.push(field.required(SPEC.child('group'), 'only v1 may have an empty group and it better be legacy kube'));
  errors.push(...each(SPEC.child('version'), version, isDNS1035Label(version)));
  const priority = (name: string, value: number, max: number) => {
    if (value <= 0 || value > max)
      errors.push(field.invalid(SPEC.child(name), value, `must be positive and less than ${max}`));
  };
  priority('groupPriorityMinimum', groupPriorityMinimum, MAX_GROUP_PRIORITY);
  priority('versionPriority', versionPriority, MAX_VERSION_PRIORITY);
  if (!service) {
    if (caBundle)
      errors.push(
        field.invalid(
          SPEC.child('caBundle'),
          `${Buffer.from(caBundle, 'base64').length} bytes`,
          'local APIServices may not have a caBundle',
        ),
      );
    if (insecureSkipTLSVerify)
      errors.push(
        field.invalid(
          SPEC.child('insecureSkipTLSVerify'),
          true,
          'local APIServices may not have insecureSkipTLSVerify',
        ),
      );
    return errors;
  }
  const at = SPEC.child('service');
  errors.push(...requireText(at.child('namespace'), service.namespace), ...requireText(at.child('name'), service.name));
  const { port = HTTPS_PORT } = service;
  if (port < 1 || port > 65535)
    errors.push(field.invalid(at.child('port'), port, `port is not valid: ${inclusiveRange(1, 65535)}`));
  if (insecureSkipTLSVerify && caBundle)
    errors.push(field.invalid(SPEC.child('insecureSkipTLSVerify'), true, 'may not be true if caBundle is present'));
  return errors;
}

function validateStatus({ status }: apiregistrationv1.APIService): FieldError[] {
  return foundIn(status?.conditions, (condition, i) =>
    oneOf(Path.at('status', 'conditions').index(i).child('status'), condition.status, ['True', 'False', 'Unknown']),
  );
}

function available({ status }: apiregistrationv1.APIService): string {
  const condition = status?.conditions?.find(c => c.type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}

/** apiService declares APIService. One without a service is this server's own and available at once. */
export const apiService = defineKind<apiregistrationv1.APIService>({
  resource: APIServices,
  versions: [
    served('apiregistration.k8s.io/v1', 'APIService', { storedSince: 22 }),
    served('apiregistration.k8s.io/v1beta1', 'APIService', {
      until: 21,
      storedSince: 0,
      deprecated: deprecatedFor('1.19', '1.22', 'apiregistration.k8s.io/v1 APIService'),
    }),
  ],
  categories: ['api-extensions'],
  storagePath: 'apiregistration.k8s.io/apiservices',
  nameRule: serviceName,
  ownedSince: 21,
  defaults({ spec }) {
    if (spec?.service) spec.service.port ??= HTTPS_PORT;
  },
  columns: defineColumns<apiregistrationv1.APIService>([
    nameColumn,
    text('Service', ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local')),
    text('Available', available),
    ageColumn,
  ]),
  anyFinalizer: true,
  strategy: specStrategy<apiregistrationv1.APIService>({
    allowUnconditionalUpdate: false,
    prepareForCreate(service, { now }) {
      service.status = {};
      if (service.spec?.service) return;
      const lastTransitionTime = `${new Date(now).toISOString().slice(0, 19)}Z`;
      const message = 'Local APIServices are always available';
      service.status.conditions = [{ type: 'Available', status: 'True', lastTransitionTime, reason: 'Local', message }];
    },
    validate: validateService,
    validateUpdate: service => validateService(service),
  }),
  subresources: {
    status: isolatedStatusStrategy<apiregistrationv1.APIService>({ validateUpdate: validateStatus }),
  },
});
