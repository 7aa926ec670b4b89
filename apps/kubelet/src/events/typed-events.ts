import type { EventRecorder } from '@navarch/client';

/** typedEvents says of pods and nodes what they are: objects out of a list do not, and events have to name it. */
export function typedEvents(recorder: EventRecorder): EventRecorder {
  return {
    event(about, type, reason, message, fieldPath) {
      const kind = about.kind ?? ('spec' in about && isPodSpec(about.spec) ? 'Pod' : 'Node');
      recorder.event({ ...about, apiVersion: about.apiVersion ?? 'v1', kind }, type, reason, message, fieldPath);
    },
  };
}

function isPodSpec(spec: unknown): boolean {
  return typeof spec === 'object' && spec !== null && 'containers' in spec;
}
