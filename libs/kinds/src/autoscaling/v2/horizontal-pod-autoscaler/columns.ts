import type { autoscalingv2 } from '@navarch/api';
import { defineColumns, type CellContext } from '../../../shared/columns';
import { ageColumn, nameColumn, text } from '../../../shared/printer';

type Autoscaler = autoscalingv2.HorizontalPodAutoscaler;
type Current = autoscalingv2.MetricValueStatus | undefined;

const UNKNOWN = '<unknown>';
const SHOWN = 2;
/** NAMED is the first release that says which resource a target is about. */
const NAMED = 31;

/** autoscalerColumns are the columns of `kubectl get hpa`. */
export const autoscalerColumns = defineColumns<Autoscaler>([
  nameColumn,
  text('Reference', ({ spec }) => `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`),
  text('Targets', targets),
  text('MinPods', ({ spec }) => (spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas))),
  text('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0),
  text('Replicas', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
]);

function targets({ spec, status }: Autoscaler, { emulated }: CellContext): string {
  const metrics = spec?.metrics ?? [];
  if (!metrics.length) return '<none>';
  const shown = metrics
    .slice(0, SHOWN)
    .map((metric, i) => target(metric, status?.currentMetrics?.[i], emulated >= NAMED));
  const more = metrics.length - SHOWN;
  return more > 0 ? `${shown.join(', ')} + ${more} more...` : shown.join(', ');
}

function target(
  metric: autoscalingv2.MetricSpec,
  status: autoscalingv2.MetricStatus | undefined,
  named: boolean,
): string {
  const amount = (current: string | undefined, wanted: string | undefined, suffix = '') =>
    `${current ?? UNKNOWN}/${wanted ?? UNKNOWN}${suffix}`;
  const either = (wanted: autoscalingv2.MetricTarget, current: Current) =>
    wanted.averageValue !== undefined
      ? amount(current?.averageValue, wanted.averageValue, ' (avg)')
      : amount(current?.value, wanted.value);
  switch (metric.type) {
    case 'External':
      return either(metric.external!.target, status?.external?.current);
    case 'Object':
      return either(metric.object!.target, status?.object?.current);
    case 'Pods':
      return amount(status?.pods?.current?.averageValue, metric.pods!.target.averageValue);
    case 'Resource':
    case 'ContainerResource': {
      const source = metric.resource ?? metric.containerResource!;
      const current: Current = (status?.resource ?? status?.containerResource)?.current;
      const prefix = named ? `${source.name}: ` : '';
      if (source.target.averageValue !== undefined)
        return prefix + amount(current?.averageValue, source.target.averageValue);
      const percent = (value: number | undefined) => (value === undefined ? undefined : `${value}%`);
      return prefix + amount(percent(current?.averageUtilization), percent(source.target.averageUtilization));
    }
    default:
      return '<unknown type>';
  }
}
