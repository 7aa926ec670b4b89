import { Endpoints, Pods, ResourceQuotas, Services, ValidatingAdmissionPolicies } from '@navarch/api';
import type { AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isNotFound } from '@navarch/apimachinery';
import { readPluginConfigurations } from '../admission/configuration';
import type { ImagePolicySettings } from '../admission/image-policy';
import { makePlugins } from '../admission/plugins';
import { ParamPermission } from '../admission/validating-policy/param-permission';
import type { CallerOptions } from '../outbound/webhook-caller';
import { WebhookMetrics } from '../admission/webhooks/webhook-metrics';
import { SERVER_STATUS } from '../field-managers';
import { EscalationCheck } from '../authz/rbac/escalation-check';
import { readReviewEndpoint, ReviewClient } from '../outbound/review-client';
import { serviceResolver } from '../proxy/service-resolver';
import { ServiceDryRun } from '../services/dry-run';
import type { Access } from './access';
import type { Foundation } from './foundation';

/** webhookCaller is how webhooks are reached, and with which certificate. */
export function webhookCaller({ server, credentials }: Foundation): CallerOptions {
  return {
    resolve: serviceResolver(
      () => server().store(Services),
      () => server().store(Endpoints),
    ),
    tls: () => credentials.proxyClient.current,
  };
}

/** nothing is there where an object is not found. */
function nothing(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}

const REVIEW_TIMEOUT_MS = 30_000;

/** openAdmission makes the plugins that are on, and the checks that always run. */
export function openAdmission(foundation: Foundation, { authorizer }: Access): AdmissionPlugin[] {
  const { caches, client, emulated, clock, files, log, flags, metrics, server, services } = foundation;
  const { resolve: resolveService, tls: webhookTls } = webhookCaller(foundation);
  const resourceOf = (group: string, version: string, kind: string) => {
    const found = server().registry.kinds.find(
      one => one.resource.kind === kind && one.versions.some(v => v.group === group && v.version === version),
    );
    return found && { resource: found.resource.resource, namespaced: found.resource.namespaced };
  };
  const parts = {
    ...{ caches, client, authorizer, emulated, clock, log, resourceOf, resolveService, webhookTls },
    webhookMetrics: new WebhookMetrics(metrics),
    reviewer: ({ kubeconfig, backoffMs }: Pick<ImagePolicySettings, 'kubeconfig' | 'backoffMs'>) => {
      const endpoint = files.follow(kubeconfig, read => readReviewEndpoint(kubeconfig, read));
      return new ReviewClient(endpoint, REVIEW_TIMEOUT_MS, clock, backoffMs);
    },
    tolerationSeconds: {
      notReady: flags['default-not-ready-toleration-seconds'],
      unreachable: flags['default-unreachable-toleration-seconds'],
    },
    quotaStore: () => server().store(ResourceQuotas, SERVER_STATUS),
    kindOf: (group: string, resource: string) => server().registry.kind(group, resource),
    podStore: () => server().store(Pods),
    configurations: readPluginConfigurations(flags['admission-control-config-file']),
  };
  const policy = (name: string) => client.resource(ValidatingAdmissionPolicies).get('', name).catch(nothing);
  return [
    // Its findings are part of the validation of policies, which comes before any other.
    new ParamPermission({ authorizer, resourceOf, policy }),
    ...makePlugins(parts, flags['enable-admission-plugins'], flags['disable-admission-plugins']),
    new EscalationCheck(caches.ruleResolver, authorizer),
    new ServiceDryRun({ ...services.pools, emulated }),
  ];
}
