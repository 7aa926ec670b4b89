/** Ownership is how a release keeps track of who owns what, where releases differ. */
export interface Ownership {
  /** keepsNulls: an object or list that loses all it had to an apply stays as null. */
  readonly keepsNulls: boolean;
  /** ownsEmpty: an empty object or null in a configuration is owned itself. */
  readonly ownsEmpty: boolean;
  /** ordersByConfig: where the orders of two lists disagree, the configuration's wins; else new items come last. */
  readonly ordersByConfig: boolean;
  /** needsAllKeys: an item of a list has to name all its keys that have no default. */
  readonly needsAllKeys: boolean;
  /** looksInside: what is owned as a whole, and is looked into by the schema, comes to be owned field by field. */
  readonly looksInside: boolean;
  /** timesValues: a manager's time follows the values of its fields; else only which fields it has. */
  readonly timesValues: boolean;
  /** sharesPaths: conflicts of one object's fields are told under the last one's name, where their paths share their memory. */
  readonly sharesPaths: boolean;
  /** namesNumbers: what stands in a number's place is told by its type. */
  readonly namesNumbers: boolean;
  /** bearsDuplicates: lists whose items share their keys are tracked; else nothing of such an object is. */
  readonly bearsDuplicates: boolean;
}

const byRelease = new Map<number, Ownership>();

/** ownershipOf tells how a release (20, 33) keeps track. */
export function ownershipOf(emulated = 33): Ownership {
  let ownership = byRelease.get(emulated);
  if (!ownership) byRelease.set(emulated, (ownership = make(emulated)));
  return ownership;
}

function make(emulated: number): Ownership {
  const since = (release: number) => emulated >= release;
  return {
    keepsNulls: !since(21),
    ownsEmpty: since(21),
    ordersByConfig: since(21),
    needsAllKeys: !since(21),
    sharesPaths: !since(21),
    looksInside: !since(24),
    timesValues: since(25),
    namesNumbers: since(21),
    bearsDuplicates: since(29),
  };
}
