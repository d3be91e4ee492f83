// Stretches of time on the wall clock (ms), joined where the pause between them is no recovery.

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** verdict.md: an incident ends after 30 s without pressure. */
export const RECOVERY_MS = 30_000;
/**
 * Without samples nothing shows a recovery, but a kill or an eviction is one: what follows later than two slow passes of the eviction
 * manager (43 s in a measured capture) and a wait for clean-up (30 s) is taken for another run of pressure. Heuristic.
 */
export const RECOVERY_WITHOUT_SAMPLES_MS = 120_000;
/** verdict.md: kills of one cgroup less than 10 minutes apart are one incident. */
export const SAME_CGROUP_MS = 600_000;

export interface Joined<T extends Span> {
  readonly from: number;
  readonly to: number;
  readonly members: readonly T[];
}

/** Joins spans whose gap is at most `gapOf(previousEnd, nextStart)` ms. */
export const joinSpans = <T extends Span>(
  spans: readonly T[],
  gapOf: (end: number, start: number) => number,
): Joined<T>[] => {
  const joined: { from: number; to: number; members: T[] }[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = joined.at(-1);
    if (last && span.from - last.to <= gapOf(last.to, span.from)) {
      last.to = Math.max(last.to, span.to);
      last.members.push(span);
    } else {
      joined.push({ from: span.from, to: span.to, members: [span] });
    }
  }
  return joined;
};
