// Hot loop: what the last look at a content found; valid until the next. One place for all, so that nothing is made anew per content.

/** The last text of its section but for some numbers that are as long as they were. */
export const EDITED = 1;
/** Another text. */
export const ANOTHER = 2;

export const found = {
  how: ANOTHER as typeof EDITED | typeof ANOTHER,
  /** Slots whose value is another than the last one, and those values. */
  count: 0,
  slots: new Uint32Array(1024),
  values: new Float64Array(1024),
  /** By item of the shape: where it ended. */
  ends: new Int32Array(1024),
  /** EDITED: where the bytes are others. */
  edits: 0,
  editFrom: new Int32Array(1024),
  editTo: new Int32Array(1024),
  /** What readNumber() read. */
  number: new Float64Array(1),
  /** Slots whose value must not be believed: negative where the kernel prints none, or over 2^53. */
  doubtful: [] as { slot: number; what: "negative-number" | "number-too-large" }[],
};

/** Before a look at a content of so many items. */
export const begin = (items: number): void => {
  if (found.doubtful.length > 0) found.doubtful = [];
  if (items <= found.slots.length) return;
  found.slots = new Uint32Array(items * 2);
  found.values = new Float64Array(items * 2);
  found.ends = new Int32Array(items * 2);
  found.editFrom = new Int32Array(items * 2);
  found.editTo = new Int32Array(items * 2);
};
