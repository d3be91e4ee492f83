// Who won one incident: only `orderOf` decides an order; missing evidence makes it undetermined and says what would decide.
import type { Confidence, Outcome, Scope } from "../../model/analysis.ts";
import { type When, differenceMs, orderOf } from "../../model/instant.ts";
import type { StoryEviction, StoryKill, StoryUserspaceKill, ThresholdsInForce } from "../../model/timeline.ts";

export interface Contest {
  readonly scope: Scope;
  readonly kills: readonly StoryKill[];
  readonly evictions: readonly StoryEviction[];
  readonly userspaceKills: readonly StoryUserspaceKill[];
  readonly thresholds: ThresholdsInForce;
  /** What of the kubelet reaches past the first kill (without one: over the incident), so that its silence is silence; null: nothing. */
  readonly kubeletCovers: "log" | "events" | null;
  /** memory.available, or the allocatable one, was under a threshold in force. */
  readonly underThreshold: boolean;
  /** Kernel log without a gap through the incident, or oom_kill counters that did not move. */
  readonly kernelSilenceProven: boolean;
  /** Names of the nodes whose lines stand in the input, where they are several. */
  readonly severalNodes: readonly string[];
  /** The pod that stalled longest, by name, and for how long: what pressure alone is about. */
  readonly stalled: { readonly pod: string; readonly ms: number } | null;
}

export interface Result {
  readonly outcome: Outcome;
  readonly confidence: Confidence;
  readonly marginMs: number | null;
  readonly marginUncertaintyMs: number | null;
  /** Why this confidence; what would decide, where it is undetermined. */
  readonly reason: string;
}

const firstOf = <T extends { readonly at: When }>(events: readonly T[]): T | null => {
  let first: T | null = null;
  for (const event of events) {
    if (first === null) first = event;
    else {
      const order = orderOf(event.at, first.at);
      if (order === "before" || (order === "undecided" && event.at.best < first.at.best)) first = event;
    }
  }
  return first;
};

export const firstKill = (kills: readonly StoryKill[]): StoryKill | null => firstOf(kills);
export const firstEviction = (evictions: readonly StoryEviction[]): StoryEviction | null => firstOf(evictions);

const result = (
  outcome: Outcome,
  confidence: Confidence,
  reason: string,
  margin: { ms: number; uncertaintyMs: number } | null = null,
): Result => ({
  outcome,
  confidence,
  reason,
  marginMs: margin === null ? null : Math.round(margin.ms * 1000) / 1000,
  marginUncertaintyMs: margin === null ? null : Math.max(0.001, Math.ceil(margin.uncertaintyMs * 1000) / 1000),
});

const seconds = (n: number): string =>
  n < 0.0095 ? `${(n * 1000).toFixed(n < 0.001 ? 3 : 1)} ms` : `${n.toFixed(n < 1 ? 2 : 1)} s`;

/** An order far beyond the clocks' uncertainty is sure; one that barely holds is not. */
const confidenceOf = (margin: { ms: number; uncertaintyMs: number }): Confidence =>
  Math.abs(margin.ms) >= 3 * margin.uncertaintyMs ? "high" : "medium";

const boundBy = (kill: StoryKill): string => {
  const half = (kill.at.latest - kill.at.earliest) / 2;
  return Number.isFinite(half)
    ? `The kernel's stamp is bound to the wall clock within ± ${seconds(half / 1000)}${kill.at.anchor === null ? "" : ` (${kill.at.anchor})`}.`
    : kill.doc.knownFrom === "event"
      ? "The kill is known from the kubelet's event alone; its age counts from the moment of the listing, which nothing binds to the wall clock."
      : "Nothing binds the kernel's stamps to the wall clock.";
};

const withoutReaction = (contest: Contest, kill: StoryKill): Result => {
  const { thresholds } = contest;
  if (thresholds.known && thresholds.memoryHardBytes === null && thresholds.memorySoftBytes === null)
    return result(
      "unopposed",
      "high",
      "The kubelet's configuration names no memory threshold, so nothing could have been evicted for memory.",
    );
  if (contest.kubeletCovers === null)
    return result(
      "undetermined",
      "low",
      "No kubelet log or event reaches past the kill. The kubelet's journal of that time would decide.",
    );
  if (!thresholds.known)
    return result(
      "undetermined",
      "low",
      "Whether a memory threshold was in force is not known. The kubelet's configuration (configz) would decide.",
    );
  return result(
    "kernel-won",
    "high",
    `${boundBy(kill)} ${contest.kubeletCovers === "log" ? "The kubelet's log covers the kill and shows" : "Events of the API from before and after the kill show"} no reaction to this pressure.`,
  );
};

const bothActed = (contest: Contest, kill: StoryKill, eviction: StoryEviction): Result => {
  const margin = differenceMs(kill.at, eviction.at);
  const order = orderOf(kill.at, eviction.at);
  if (order === "undecided" || margin === null) {
    const why =
      margin === null
        ? "Nothing binds the kernel's clock to the kubelet's. The collector's marks in the kernel log, or journald's JSON, would decide."
        : `The kill and the kubelet's reaction lie ${seconds(Math.abs(margin.ms) / 1000)} apart, the clocks leave ± ${seconds(margin.uncertaintyMs / 1000)}. The collector's marks in the kernel log would decide.`;
    return result("undetermined", "low", why, margin);
  }
  const confidence = confidenceOf(margin);
  const sure = `${boundBy(kill)} The two lie ${seconds(Math.abs(margin.ms) / 1000)} apart.`;
  if (order === "before") return result("kernel-won", confidence, sure, margin);
  const freed = contest.evictions.some((e) => e.completedAt !== null && orderOf(e.completedAt, kill.at) === "before");
  return result(freed ? "eviction-insufficient" : "kernel-won-mid-eviction", confidence, sure, margin);
};

/** What cannot be a race, or cannot be told, whatever the order. */
const notContested = (contest: Contest, kill: StoryKill | null, eviction: StoryEviction | null): Result | null => {
  const { kills, scope, severalNodes } = contest;
  if (kill !== null && kills.every((k) => k.doc.count === 0))
    return result(
      "undetermined",
      "low",
      kills.every((k) => k.report?.noKillable === true)
        ? "The OOM killer found no process that it may kill, so the kernel killed nobody."
        : "The OOM killer was invoked and no line says whom it killed. The rest of the kernel's log would decide.",
    );
  if (kill !== null && kills.every((k) => k.doc.scope === null))
    return result(
      "undetermined",
      "low",
      "The text does not say whose limit was reached, or whether the whole node was out of memory. The kernel's full report would decide.",
    );
  if (kill !== null && scope !== "node" && scope !== "allocatable")
    return result(
      "no-race",
      "high",
      "The kernel names the cgroup whose limit was reached; the kubelet's eviction does not watch it.",
    );
  if (severalNodes.length === 0 || (kill === null && eviction === null)) return null;
  return result(
    "undetermined",
    "low",
    `The input holds lines of several nodes (${severalNodes.slice(0, 3).join(", ")}), and one node's kernel does not race another's kubelet. The logs of one node alone would decide.`,
  );
};

/** An event that names no pod ("Attempting to reclaim memory") tells of no eviction yet. */
const onlyEvicted = (contest: Contest): Result => {
  const named = contest.evictions.some(({ doc }) => doc.pods.length > 0);
  return contest.kernelSilenceProven
    ? result(
        "kubelet-won",
        "high",
        `The kubelet's ${named ? "eviction" : "reclaim"} stands in its log or events; the kernel's log or its oom_kill counters show no kill through the incident.`,
      )
    : result(
        "undetermined",
        "low",
        `The kubelet ${named ? "evicted" : "acted"}; whether the kernel killed as well is not known: neither a kernel log nor an oom_kill counter covers the incident. Either would decide.`,
      );
};

/** Who of the two would not have been heard; null where both would. */
const unheardOf = (contest: Pick<Contest, "kernelSilenceProven" | "kubeletCovers">): string | null => {
  const { kernelSilenceProven, kubeletCovers } = contest;
  const kernel = kernelSilenceProven ? null : "neither a kernel log nor an oom_kill counter covers that time";
  if (kubeletCovers !== null) return kernel;
  return kernel === null ? "no kubelet log or event covers that time" : `${kernel}, and no kubelet log or event does`;
};

const withCover = (outcome: Outcome, otherwise: Confidence, seen: string, unheard: string | null): Result =>
  unheard === null
    ? result(outcome, "high", `${seen}, and its logs cover that time.`)
    : result(outcome, otherwise, `${seen}, but ${unheard}.`);

/** That nobody acted is a claim too: it needs somebody who would have told. */
const onlyPressure = ({ underThreshold, kubeletCovers, kernelSilenceProven }: Contest): Result => {
  if (underThreshold && kubeletCovers === null)
    return result(
      "undetermined",
      "low",
      "Memory was under an eviction threshold, and no kubelet log or event covers that time, so whether anything was evicted is not known. The kubelet's journal of that time would decide.",
    );
  return withCover(
    "pressure-only",
    "medium",
    "Pressure is in the samples; no kill and no eviction is in the input",
    unheardOf({ kernelSilenceProven, kubeletCovers }),
  );
};

/** Alone in the input, the daemon was first only where the kernel and the kubelet would have told of their own acts. */
const userspaceWon = ({ kernelSilenceProven, kubeletCovers }: Contest, alone: boolean): Result => {
  if (!alone) return result("userspace-won", "medium", "The daemon's own line stands before any kill or eviction.");
  const seen = "The daemon's own line tells of its kill; no kill by the kernel and no eviction is in the input";
  return withCover("userspace-won", "low", seen, unheardOf({ kernelSilenceProven, kubeletCovers }));
};

/** Eviction competes with the kernel only at node and allocatable scope; elsewhere a kill is a limit doing its work. */
export const decide = (contest: Contest): Result => {
  const kill = firstKill(contest.kills);
  const eviction = firstEviction(contest.evictions);
  const userspace = firstOf(contest.userspaceKills);
  if (userspace !== null && contest.severalNodes.length === 0) {
    const beats = [kill, eviction].filter((x) => x !== null).every((x) => orderOf(userspace.at, x.at) === "before");
    if (beats) return userspaceWon(contest, kill === null && eviction === null);
  }
  const settled = notContested(contest, kill, eviction);
  if (settled !== null) return settled;
  if (kill !== null) return eviction === null ? withoutReaction(contest, kill) : bothActed(contest, kill, eviction);
  if (eviction !== null) return onlyEvicted(contest);
  if (userspace !== null)
    return result("undetermined", "low", "The order of the userspace killer and the others is not known.");
  return onlyPressure(contest);
};
