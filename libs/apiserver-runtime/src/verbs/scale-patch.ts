import { emptyObject, typeSchema } from '@navarch/api';
import { applyPatch, type AnyObject } from '@navarch/apimachinery';
import { typed } from '../encoding/decode-body';
import type { DecodeContext, Target } from '../encoding/target';
import { checkAppliedKind } from './apply';
import { patchObject } from './patch';
import { parseApplyBody, parsePatch, tellRepeated, type PatchType } from './patch-body';
import type { WriteContext } from './write-context';

/** OWNED_SINCE is the first release in which whoever scales an object owns its replicas. */
export const OWNED_SINCE = 22;

/** patchScale makes what a patch of any type makes of a Scale. */
export function patchScale(
  context: WriteContext,
  type: PatchType,
  body: Buffer,
  scale: AnyObject,
  target: Target,
  decode: DecodeContext,
): AnyObject {
  if (type === 'apply') return applyScale(context, body, scale, target, decode);
  const { value, findings } = parsePatch(type, body, decode);
  return patchObject(target, type, value, scale, { ...decode, findings });
}

/**
 * applyScale is server-side apply. Before owners of replicas were known, all that a Scale shows was there before the first apply. Since then
 * it replaces what it names, as a Scale has one field only.
 */
function applyScale(
  { services, options, strategyContext, endpoint }: WriteContext,
  body: Buffer,
  scale: AnyObject,
  target: Target,
  decode: DecodeContext,
): AnyObject {
  const { config: applied, repeated } = parseApplyBody(body, decode);
  const { emulated } = services;
  if (emulated >= OWNED_SINCE || endpoint.custom) {
    const result = patchObject(target, 'merge', applied, scale, decode);
    tellRepeated(repeated, decode);
    return result;
  }
  const apiVersion = `${target.group}/${target.version}`;
  if (applied.apiVersion === apiVersion) checkAppliedKind(applied, { apiVersion, kind: target.kind }, services);
  const { object } = applyPatch({
    schema: typeSchema(target.schema!, emulated),
    live: scale,
    empty: () => emptyObject(target.schema!, emulated) as AnyObject,
    ...{ applied, emulated, manager: options.fieldManager, force: options.force, now: strategyContext.now },
    apiVersion,
  });
  return typed(object, [], target, decode);
}
