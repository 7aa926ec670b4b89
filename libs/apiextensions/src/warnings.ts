import { isQualifiedName, type AnyObject } from '@navarch/apimachinery';

/** FINALIZERS_SINCE is the first release that warns of finalizers without a domain; PATHS_SINCE the first that says that they need a path. */
const FINALIZERS_SINCE = 29;
const PATHS_SINCE = 31;

/** STANDARD are the finalizers of Kubernetes itself. */
const STANDARD = ['orphan', 'foregroundDeletion', 'kubernetes'];

/** finalizerWarnings are about finalizers that a write adds and that somebody else could call the same. */
export function finalizerWarnings(object: AnyObject, old: AnyObject | undefined, emulated: number): string[] {
  if (emulated < FINALIZERS_SINCE || !object.metadata?.finalizers?.length) return [];
  const before = new Set(old?.metadata?.finalizers);
  const added = [...new Set(object.metadata.finalizers)].filter(finalizer => !before.has(finalizer)).sort();
  const path = emulated < PATHS_SINCE ? '' : ' including a path (/)';
  const plain = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
  return added.flatMap(finalizer => {
    const isPlain = !finalizer.includes('/') && !STANDARD.includes(finalizer);
    const texts = [...isQualifiedName(finalizer), ...(isPlain ? [plain] : [])];
    return texts.map(text => `metadata.finalizers: ${JSON.stringify(finalizer)}: ${text}`);
  });
}
