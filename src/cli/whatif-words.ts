// What a replay says, in sentences: each true of what was played, with what it rests on.
import type { Evidence, Outcome } from "../model/analysis.ts";
import type { ThresholdsInForce } from "../model/timeline.ts";
import { iec } from "../report/format/bytes.ts";
import { plural } from "../report/format/number.ts";
import { duration } from "../report/format/time.ts";
import { toEvidence } from "../timeline/document/instant.ts";
import { QUIET_PASS_MS } from "../timeline/race/contender.ts";
import type { Judged, Range } from "../timeline/race/judge.ts";
import type { NotReplayed, Replayed } from "../timeline/race/what-if.ts";
import type { WhatIfSettings } from "../timeline/race/settings.ts";

export interface Ground {
  readonly text: string;
  readonly evidence: readonly Evidence[];
}

/** Margins are reaction minus kill: below 0 the kubelet is first. */
export const marginText = ({ least, greatest }: Range): string => {
  const one = (ms: number): string => `${duration(Math.abs(ms))} ${ms < 0 ? "before" : "after"}`;
  if (least < 0 !== greatest < 0) return `from ${one(least)} to ${one(greatest)}`;
  const [near, far] = [Math.min(Math.abs(least), Math.abs(greatest)), Math.max(Math.abs(least), Math.abs(greatest))];
  const [low, high] = [duration(near), duration(far)];
  return `${low === high ? low : `${low} to ${high}`} ${least < 0 ? "before" : "after"}`;
};

const END: Readonly<Partial<Record<Outcome, string>>> = {
  "kubelet-won": "the kubelet frees memory first",
  "kernel-won": "the kernel kills first",
  "kernel-won-mid-eviction": "the kernel kills during the eviction",
  "userspace-won": "the userspace killer is first",
  "eviction-insufficient": "an eviction ends and the kernel kills all the same",
  undetermined: "it stays open",
};

const rivalName = ({ atLimit }: Judged, outcome: Outcome): string => {
  if (atLimit) return "kubepods is at its smaller limit, where the kernel kills inside of it";
  return outcome === "userspace-won" ? "the userspace killer's kill" : "the kernel's kill";
};

const openSentence = (judged: Judged, total: number, rival: string): string => {
  if (judged.rival === null)
    return "Cannot be told: nothing was killed in what was captured, and here the kubelet acts later than the eviction that really freed memory, or not at all. What would have come then is not in the capture.";
  const acts =
    judged.marginMs === null ? "" : ` Where the kubelet acts, it is ${marginText(judged.marginMs)} ${rival}.`;
  if (judged.timeToFree.how === "not-before-the-kill" && judged.neverActs === 0 && (judged.marginMs?.greatest ?? 0) < 0)
    return `The kubelet would have acted first, ${judged.marginMs === null ? "" : `${marginText(judged.marginMs)} ${rival}`}; whether memory had been free in time cannot be told, for the eviction that really was had not freed it when the kernel killed.`;
  const ends = Object.entries(judged.courses).map(([outcome, n]) => `${END[outcome as Outcome] ?? outcome} in ${n}`);
  return `Cannot be told: of ${plural(total, "course")} of the kubelet's loop, ${ends.join(", ")}.${acts}`;
};

export const sentenceOf = (replayed: Replayed): string => {
  const { judged, contender } = replayed;
  const total = contender.courses.length;
  const all = total === 1 ? "" : ` in all ${total} courses of its loop`;
  const rival = rivalName(judged, contender.outcome);
  const margin = judged.marginMs === null ? null : `${marginText(judged.marginMs)} ${rival}`;
  switch (judged.outcome) {
    case "kubelet-won":
      return margin === null
        ? `The kubelet would have evicted first, no later than it really did${all}.`
        : `The kubelet would have evicted first: it acts ${margin}, and memory is free before that${all}.`;
    case "kernel-won":
    case "userspace-won": {
      const who = judged.outcome === "kernel-won" ? "The kernel" : "The userspace killer";
      return margin === null
        ? `${who} would have been first: the kubelet does not act in time${all === "" ? "" : ` in any of ${total} courses of its loop`}.`
        : `${who} would have been first: where the kubelet acts, it is ${margin}.`;
    }
    case "kernel-won-mid-eviction":
      return `The kubelet would have acted first, ${margin ?? "before the kill"}, and the kernel would have killed during the eviction all the same.`;
    case "eviction-insufficient":
      return `The kubelet would have acted first, ${margin ?? "before the kill"}, and the kernel would have killed all the same after the eviction.`;
    case "unopposed":
      return "Nothing would have opposed the kernel: no memory threshold is set.";
    default:
      return openSentence(judged, total, rival);
  }
};

const WHY: Readonly<Record<NotReplayed, string>> = {
  "at-a-limit": "it ended at a limit that eviction does not watch: no threshold would have changed it",
  "pressure-only": "nothing was killed or evicted in it",
  "kernel-clock-unbound":
    "nothing binds the kernel's clock to the wall clock: collect with the collector's marks or a journal in JSON form",
  "no-samples":
    "no samples of memory lead up to it: only a bundle that the collector recorded through the incident can be replayed",
  "thresholds-unknown":
    "the thresholds in force are not known: give --eviction-hard, or collect the kubelet's configuration",
};

export const whyNot = (why: NotReplayed): string => WHY[why];

const passGround = ({ contender }: Replayed, settings: WhatIfSettings): Ground => {
  const { stall } = contender;
  if (settings.passMs !== undefined)
    return {
      text: `Each pass takes ${duration(settings.passMs)}, as asked, in every phase of the loop; what the log shows of its passes is left aside.`,
      evidence: [],
    };
  if (stall === null)
    return {
      text: `The log shows no long pass under this pressure: passes of up to ${duration(QUIET_PASS_MS)} are played. --pass says otherwise.`,
      evidence: [],
    };
  return {
    text: `Passes take up to ${stall.atLeast ? "at least " : ""}${duration(stall.ms)}: so long the eviction manager was silent beyond its own wait, after this line.`,
    evidence: [toEvidence(stall.from)],
  };
};

const phaseGround = ({ contender }: Replayed, settings: WhatIfSettings): Ground[] => {
  if (settings.passMs !== undefined) return [];
  const { heard, agrees, courses } = contender;
  const evidence = heard.slice(0, 3).map(({ ref }) => toEvidence(ref));
  if (agrees === "none-agrees")
    return [
      {
        text: "No course of the loop explains what the kubelet really did with the thresholds in force; all are played, and the answer is a rough one.",
        evidence,
      },
    ];
  const held =
    agrees === "log"
      ? `${plural(courses.length, "course")} of the loop ${courses.length === 1 ? "explains" : "explain"} what the kubelet really did and did not do`
      : `${plural(courses.length, "course")} of the loop`;
  return [
    { text: heard.length === 0 ? `Its phase is not known: ${held}.` : `The log tells when it ran: ${held}.`, evidence },
  ];
};

const freeGround = ({ judged }: Replayed): Ground => {
  const { how, leastMs, mostMs, from } = judged.timeToFree;
  const evidence = from.map(toEvidence);
  switch (how) {
    case "memory-freed":
      return {
        text: `Memory is free ${duration(leastMs)} to ${duration(mostMs ?? leastMs)} after the decision, as it was in this incident.`,
        evidence,
      };
    case "not-before-the-kill":
      return {
        text: `The eviction that really was had not freed memory ${duration(leastMs)} after its decision, when the kernel killed; one that is decided earlier may.`,
        evidence,
      };
    case "completed":
      return {
        text: `Memory is free at the latest ${duration(mostMs ?? 0)} after the decision, when the eviction of this incident had ended.`,
        evidence,
      };
    case "granted":
      return {
        text: `Memory is free within ${duration(mostMs ?? 0)} of the decision, the grace that the kubelet grants: the incident shows no such eviction. A stalled node takes longer.`,
        evidence,
      };
  }
};

const reclaimGround = ({ watch, judged }: Replayed): Ground[] => {
  const { typical } = judged;
  if (watch.minimumReclaimBytes === 0 || typical === null) return [];
  const until = typical.thresholdBytes + watch.minimumReclaimBytes;
  return [
    {
      text: `It evicts on until ${typical.signal} is ${iec(until)}: ${iec(until - typical.valueBytes)} more than it reads when it acts. This changes how much is freed, not who is first.`,
      evidence: [],
    },
  ];
};

export const groundsOf = (replayed: Replayed, settings: WhatIfSettings, thresholds: ThresholdsInForce): Ground[] => {
  const { judged, watch } = replayed;
  const enforced = settings.hard === undefined && thresholds.refs.length > 0;
  return [
    ...(enforced
      ? [{ text: "The hard threshold is the one in force.", evidence: thresholds.refs.slice(0, 1).map(toEvidence) }]
      : []),
    ...phaseGround(replayed, settings),
    passGround(replayed, settings),
    ...(judged.neverActs < replayed.contender.courses.length ? [freeGround(replayed)] : []),
    ...reclaimGround(replayed),
    ...(watch.allocatableShiftBytes === 0
      ? []
      : [
          {
            text: `kubepods' limit ${watch.allocatableShiftBytes < 0 ? "shrinks" : "grows"} by ${iec(Math.abs(watch.allocatableShiftBytes))}.`,
            evidence: [],
          },
        ]),
    ...(judged.alreadyUnder
      ? [
          {
            text: "Memory is under the threshold from the first sample on: such a threshold would have evicted before this incident, and perhaps without one.",
            evidence: [],
          },
        ]
      : []),
    {
      text: "Up to the kubelet's first reaction memory is taken to fall as it was captured, and the kernel to kill when it did.",
      evidence: [],
    },
  ];
};
