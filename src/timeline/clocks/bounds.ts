// An unknown constant (one clock minus another) caught between bounds, each with the reason for it.

export interface Bound {
  readonly low: number;
  readonly high: number;
  /** What bounds it from below and above, in words for the report. */
  readonly lowFrom: string | null;
  readonly highFrom: string | null;
}

export const UNBOUND: Bound = {
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  lowFrom: null,
  highFrom: null,
};

export const atLeast = (low: number, from: string): Bound => ({ ...UNBOUND, low, lowFrom: from });
export const atMost = (high: number, from: string): Bound => ({ ...UNBOUND, high, highFrom: from });
export const between = (low: number, high: number, from: string): Bound => ({
  low,
  high,
  lowFrom: from,
  highFrom: from,
});

/** The values that both allow; `low > high` where they contradict each other. */
export const intersect = (a: Bound, b: Bound): Bound => {
  const low = b.low > a.low ? b : a;
  const high = b.high < a.high ? b : a;
  return { low: low.low, lowFrom: low.lowFrom, high: high.high, highFrom: high.highFrom };
};

export const isEmpty = (b: Bound): boolean => b.low > b.high;
export const middle = (b: Bound): number => (b.low + b.high) / 2;

/** "journald's stamps from above, the kubelet's TimeOfDeath from below" */
export const anchorOf = (b: Bound): string | null => {
  if (b.lowFrom !== null && b.lowFrom === b.highFrom) return b.lowFrom;
  const parts = [
    b.highFrom === null ? null : `${b.highFrom} from above`,
    b.lowFrom === null ? null : `${b.lowFrom} from below`,
  ];
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? null : said.join(", ");
};
