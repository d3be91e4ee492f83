// Kills known from the kernel's counters alone: oom_kill rose between two samples and no line of those kills survived (ring
// overwritten, journal rate-limited, log not captured). A counter tells how many at least and when, never whom.
import type { PodRef, QosClass } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { SampledFile, Samples } from "../../model/samples.ts";
import type { StoryKill } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import type { PodIndex } from "../pods/pod-index.ts";
import { bootOf, countedOf, countersOf, type Rise, riseSpan, risesOf, type Where, whereOf } from "./counter-rises.ts";

/** A kernel line's stamp is bound to the samples this well at the least; what others tell comes late. Heuristic. */
const LINE_SLACK_MS = 3000;
const TOLD_SLACK_MS = 60_000;

const slackOf = ({ doc }: StoryKill): number =>
  doc.knownFrom === "report" || doc.knownFrom === "kill-line" || doc.knownFrom === "reaper"
    ? LINE_SLACK_MS
    : TOLD_SLACK_MS;

const canExplain = (kill: StoryKill, at: When): boolean =>
  !isPlaced(kill.at) ||
  (kill.at.latest >= at.earliest - slackOf(kill) && kill.at.earliest <= at.latest + slackOf(kill));

/** Counts that a known kill has made: its processes, and its chosen victim again where its group was killed. */
const countsOf = ({ doc, report }: StoryKill): number =>
  Math.max(1, doc.count) + (report?.groupKillOf === null ? 0 : 1);

const lastOf = (rises: readonly { readonly at: When }[]): number => rises.at(-1)?.at.latest ?? Number.POSITIVE_INFINITY;

interface Unexplained {
  readonly rise: Rise;
  readonly at: When;
  readonly left: number;
}

/** Each known kill is set against the rises in which it can lie; what stays over was told by no line. */
const unexplained = (file: SampledFile, rises: readonly Rise[], kills: readonly StoryKill[], tickAt: TickAt) => {
  const placed = rises.flatMap((rise) => {
    const at = riseSpan(file, rise, tickAt);
    return at === null ? [] : [{ rise, at, left: rise.by }];
  });
  // The one whose time is over first takes the earliest rise that is left: so as many as can be are explained.
  const choices = kills
    .map((kill) => ({ kill, at: placed.filter(({ at }) => canExplain(kill, at)) }))
    .toSorted((a, b) => lastOf(a.at) - lastOf(b.at));
  for (const { kill, at } of choices) {
    let counts = countsOf(kill);
    for (const rise of at) {
      const taken = Math.min(counts, rise.left);
      rise.left -= taken;
      counts -= taken;
    }
  }
  return placed.filter((rise): rise is Unexplained => rise.left > 0);
};

/** Half of the counts may be chosen victims counted twice, unless the group counter tells how many were. */
const processesOf = (left: number, groupKills: number | null): number =>
  groupKills === null ? Math.ceil(left / 2) : Math.max(1, left - groupKills);

const counterKill = (
  id: string,
  at: When,
  count: number,
  where: Where,
  owner: { readonly pod: PodRef | null; readonly qosClass: QosClass | null },
  refs: readonly SourceRef[],
): StoryKill => ({
  at,
  invokedAt: null,
  reapedAt: null,
  report: null,
  doc: {
    id,
    at: toInstant(at),
    constraint: where.scope === null ? null : where.scope === "node" ? "none" : "memcg",
    scope: where.scope,
    trigger: { comm: null, pid: null, gfpMask: null, order: null, oomScoreAdj: null },
    victims: [],
    limitedCgroup: where.limitedCgroup,
    victimCgroup: where.victimCgroup,
    usageBytes: null,
    limitBytes: null,
    pod: owner.pod,
    qosClass: owner.qosClass,
    badness: null,
    knownFrom: "counter",
    count,
    complete: false,
    evidence: [...refs, ...where.refs].map(toEvidence),
  },
});

/** `known`: every kill that something else tells of. */
export const counterKills = (
  samples: Samples,
  tickAt: TickAt,
  known: readonly StoryKill[],
  index: PodIndex,
): StoryKill[] => {
  const counted = countedOf(samples);
  const kills: StoryKill[] = [];
  for (const file of countersOf(samples, counted)) {
    const rises = risesOf(samples, file, "oom_kill").filter(
      (rise) => bootOf(samples, file, rise.before) === bootOf(samples, file, rise.after),
    );
    for (const { rise, at, left } of unexplained(file, rises, known, tickAt)) {
      const where = whereOf({ samples, tickAt }, counted, at);
      const owned = where.victimCgroup === null ? null : index.ofCgroup(where.victimCgroup);
      const count = processesOf(left, where.groupKills);
      const refs = [file.ref(rise.before, "oom_kill"), file.ref(rise.after, "oom_kill")];
      const owner = { pod: owned?.pod ?? null, qosClass: owned?.qosClass ?? null };
      kills.push(counterKill(`kill-${known.length + kills.length + 1}`, at, count, where, owner, refs));
    }
  }
  return kills;
};
