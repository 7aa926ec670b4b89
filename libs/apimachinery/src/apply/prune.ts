import type { AnyObject } from '../meta';
import type { Owner, Owners } from './entries';
import { FieldSet } from './field-set';
import { ownershipOf, type Ownership } from './releases';
import { removeItems, toFieldSet, withNamedFields } from './typed';
import { versioned, type Tracking, type Versioned } from './update';

const FAILURE = 'failed to prune fields';
const MERGED = 'failed to convert merged object';
const PRUNED = 'failed to convert pruned object';

/**
 * prune removes what the manager applied before, does not apply now, and nobody owns: `former` is its entry before, `owners` are
 * all entries now. Removal goes by containers first (an object whose last owned field goes, goes too), then what others own or
 * nobody ever owned comes back.
 */
export function prune(tracking: Tracking, merged: AnyObject, former: Owner | undefined, owners: Owners): AnyObject {
  if (!former || former.set.empty) return merged;
  const before = versioned(tracking, merged, former.apiVersion, `${FAILURE}: ${MERGED} to last applied version`);
  if (!before) return merged;
  const pruner = new Pruner(tracking);
  let pruned = pruner.without(before, before.object, former.set);
  pruned = pruner.withOwned(before, pruned, owners);
  const last = versioned(
    tracking,
    pruned,
    former.apiVersion,
    `${FAILURE}: failed add back dangling items: ${PRUNED} to last applied version`,
  );
  if (!last) return merged;
  const dangling = pruner.fieldsOf(before).difference(pruner.fieldsOf(last));
  const result = pruner.without(before, before.object, dangling.intersection(pruner.named(before, former.set)), true);
  return versioned(tracking, result, tracking.apiVersion, FAILURE)?.object ?? merged;
}

class Pruner {
  private readonly ownership: Ownership;
  constructor(private readonly tracking: Tracking) {
    this.ownership = ownershipOf(tracking.emulated);
  }

  /** named is a set with the containers of its members, where removing them takes those too. */
  named({ schema }: Versioned, set: FieldSet): FieldSet {
    return this.ownership.keepsNulls ? set : withNamedFields(schema, set);
  }

  fieldsOf(there: Versioned): FieldSet {
    return this.named(there, toFieldSet(there.schema, there.object, this.ownership));
  }

  without(there: Versioned, object: AnyObject, set: FieldSet, isNamed = false): AnyObject {
    const gone = isNamed ? set : this.named(there, set);
    return removeItems(there.schema, object, gone, this.ownership.keepsNulls) as AnyObject;
  }

  /** withOwned brings back what is owned, in the version of each owner. */
  withOwned(merged: Versioned, pruned: AnyObject, owners: Owners): AnyObject {
    let now = pruned;
    for (const [apiVersion, owned] of byVersion(owners)) {
      const failure = `${FAILURE}: failed add back owned items`;
      const all = versioned(this.tracking, merged.object, apiVersion, `${failure}: ${MERGED} at version ${apiVersion}`);
      const left = versioned(this.tracking, now, apiVersion, `${failure}: ${PRUNED} at version ${apiVersion}`);
      if (!all || !left) continue;
      const keep = this.fieldsOf(left).union(this.named(all, owned));
      now = this.without(all, all.object, this.fieldsOf(all).difference(keep), true);
    }
    return now;
  }
}

function byVersion(owners: Owners): Map<string, FieldSet> {
  const result = new Map<string, FieldSet>();
  for (const { apiVersion, set } of owners.values())
    result.set(apiVersion, (result.get(apiVersion) ?? new FieldSet()).union(set));
  return result;
}
