import { PersistentVolumeClaims, PersistentVolumes, StorageClasses, type corev1 } from '@navarch/api';
import { keyString, objectKey } from '@navarch/apimachinery';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { classOf } from './plan';
import { Binder } from './reconciler';

/** startPersistentVolumeBinder binds PersistentVolumeClaims to PersistentVolumes. Making and deleting volumes is the provisioners' work. */
export function startPersistentVolumeBinder(context: ControllerContext): Runnable[] {
  const claims = context.informers.informer(PersistentVolumeClaims);
  const volumes = context.informers.informer(PersistentVolumes);
  const classes = context.informers.informer(StorageClasses);
  const binder = new Binder(context, claims, volumes, classes, key => claiming.queue.add(keyString(key)));
  const waitFor = [claims, volumes, classes];
  const claiming = new Controller({
    ...standard(context),
    name: 'claims',
    concurrency: 1,
    waitFor,
    reconcile: key => binder.reconcileClaim(key),
  });
  const keeping = new Controller({
    ...standard(context),
    name: 'volumes',
    concurrency: 1,
    waitFor,
    reconcile: key => binder.reconcileVolume(key),
  });
  const enqueueClass = (name: string) => {
    for (const claim of claims.list())
      if (claim.status?.phase !== 'Bound' && classOf(claim) === name) claiming.queue.add(keyString(objectKey(claim)));
  };
  const onVolume = (volume: corev1.PersistentVolume) => {
    keeping.queue.add(keyString(objectKey(volume)));
    const { namespace = '', name = '' } = volume.spec?.claimRef ?? {};
    if (name) claiming.queue.add(keyString({ namespace, name }));
    else if (volume.status?.phase === 'Available') enqueueClass(classOf(volume));
  };
  claims.addHandler(enqueueObject(claiming.queue));
  const onClaim = ({ spec }: corev1.PersistentVolumeClaim) => {
    if (spec?.volumeName) keeping.queue.add(spec.volumeName);
  };
  claims.addHandler({ added: onClaim, updated: (_old, claim) => onClaim(claim), deleted: onClaim });
  volumes.addHandler({ added: onVolume, updated: (_old, volume) => onVolume(volume), deleted: onVolume });
  classes.addHandler({ added: ({ metadata }) => enqueueClass(metadata?.name ?? '') });
  return [
    { name: 'claims', run: signal => claiming.run(signal) },
    { name: 'volumes', run: signal => keeping.run(signal) },
  ];
}
