// Four facts under the verdict, chosen by how the incident ended. A fact that is not known says why.
import type { Analysis, Incident, Outcome, Threshold } from "../../model/analysis.ts";
import { exactBytes, iec, iecRate } from "../format/bytes.ts";
import { grouped, listed, plural } from "../format/number.ts";
import { duration, plusMinus } from "../format/time.ts";
import { evictedNames, incidentScope, SCOPE_WORDS } from "./names.ts";
import { evictionCount, kernelKills, killCount, least, leastAvailable, stalled } from "./capture-facts.ts";
import { fact, type KeyFact, type Maker, unknown } from "./key-fact.ts";
import { deaths, interval, limit, podLimit, usage } from "./limit-facts.ts";
import { hardThreshold, incidentNumber, isShared, type Story, sourceWord, whyUnknown } from "./story.ts";

const margin: Maker = (story, incident) => {
  if (incident.marginMs === null) return noMargin(story, incident);
  const first =
    incident.outcome === "undetermined" ? "Apart by" : incident.marginMs >= 0 ? "Kernel first by" : "Kubelet first by";
  const error = incident.marginUncertaintyMs === null ? "" : plusMinus(incident.marginUncertaintyMs);
  const many = story.a.incidents.length > 1 ? `incident ${incidentNumber(story.a, incident)}` : "";
  const others = story.a.incidents.filter(
    (i) => i !== incident && isShared(i) && i.oomKillIds.length > 0 && i.evictionIds.length === 0,
  );
  const never =
    others.length === 0
      ? ""
      : ` In ${listed(others.map((i) => `incident ${incidentNumber(story.a, i)}`))} no eviction came`;
  const late = incident.marginMs < 0 ? "its eviction had not freed memory when the kernel killed" : "";
  const note = [error, many, late].filter((s) => s !== "").join(", ");
  return fact(
    first,
    duration(Math.abs(incident.marginMs)),
    note + (never === "" ? "" : `.${never}`),
    `${grouped(incident.marginMs)} ms`,
  );
};

function noMargin(story: Story, incident: Incident): KeyFact {
  const label = "Margin between kernel and kubelet";
  if (incident.oomKillIds.length > 0 && incident.evictionIds.length === 0 && incident.outcome !== "undetermined") {
    return fact("The kubelet's answer", "none", "no eviction followed the kill in this incident");
  }
  const bothActed = incident.oomKillIds.length > 0 && incident.evictionIds.length > 0;
  const why = bothActed
    ? "the clocks do not decide which came first"
    : "what the kubelet did then is not in the capture";
  return unknown(label, whyUnknown(story.a, ["kubeletLog", "kernelLog"], why));
}

/** Proven only where every sample, and the reading at the kill, lies above the highest threshold for memory. */
function neverCrossed(story: Story, incident: Incident): boolean {
  if (incident.milestones.some((m) => m.kind === "threshold-crossed")) return false;
  const { eviction } = story.a.node;
  const thresholds = [...(eviction?.hard ?? []), ...(eviction?.soft ?? [])]
    .filter((t) => t.signal === "memory.available" || t.signal === "allocatableMemory.available")
    .map((t) => t.bytes);
  const floorBytes = incident.race?.floorBytes ?? null;
  const sampled = story.series.get("node.memory.available.kubelet")?.values.filter((v) => v !== null) ?? [];
  if (floorBytes === null || thresholds.length === 0 || sampled.length === 0) return false;
  const lowest = sampled.reduce((low, v) => Math.min(low, v), floorBytes);
  return thresholds.every((t) => t !== null && lowest > t);
}

const fall: Maker = (story, incident) => {
  const label = "Fall of memory.available";
  const rate = incident.race?.fallRateBytesPerSec ?? null;
  if (rate === null && neverCrossed(story, incident))
    return unknown(label, "no threshold was crossed to measure it at");
  if (rate === null)
    return unknown(label, whyUnknown(story.a, ["meminfo", "cgroup"], "no sample stands close enough to the crossing"));
  const threshold = incident.race?.thresholdBytes ?? null;
  const left = incident.race?.timeToExhaustionMs ?? null;
  const at = threshold === null ? "at the crossing" : `at the threshold of ${iec(threshold)}`;
  return fact(
    label,
    iecRate(Math.abs(rate)),
    left === null ? at : `${at}: ${duration(left)} to exhaustion`,
    `${exactBytes(Math.abs(rate))} per second`,
  );
};

const silence: Maker = (story, incident) => {
  const label = "Kubelet noticed, then silent for";
  const ms = incident.race?.kubeletSilentMs ?? null;
  if (ms !== null) return fact(label, duration(ms), "its loop should come round every 10 s", `${grouped(ms)} ms`);
  if (neverCrossed(story, incident)) {
    return fact("Threshold crossed", "never", "memory.available stayed above it, so eviction had no reason to begin");
  }
  const noticed = incident.milestones.some((m) => m.kind === "kubelet-noticed");
  if (!noticed && incident.evictionIds.length > 0) return reaction(story, incident);
  return unknown(label, whyUnknown(story.a, ["kubeletLog"], "the kubelet's log does not show when it noticed"));
};

const floor: Maker = (story, incident) => {
  const label = "memory.available at the kill";
  const floors = story.a.incidents
    .filter((i) => isShared(i) && i.oomKillIds.length > 0)
    .map((i) => i.race?.floorBytes ?? null)
    .filter((b) => b !== null);
  const own = incident.race?.floorBytes ?? null;
  if (own === null || floors.length === 0) {
    return unknown(
      label,
      whyUnknown(story.a, ["meminfo", "cgroup"], "no reading is proven to be from just before the kill"),
    );
  }
  const shown = floors.length <= 3 ? floors : [own];
  const lowest = Math.min(...shown);
  const highest = Math.max(...shown);
  return fact(
    shown.length > 1 ? `${label}s` : label,
    shown.length > 2 ? together([iec(lowest), iec(highest)]).replace(", ", "–") : together(shown.map(iec)),
    floorNote(hardThreshold(story.a), lowest),
    shown.map(exactBytes).join(", "),
  );
};

/** "159, 158 MiB": one unit is said once. */
function together(all: readonly string[]): string {
  const quantities = [...new Set(all)];
  const units = new Set(quantities.map((q) => q.split(" ")[1]));
  if (units.size !== 1) return quantities.join(", ");
  return quantities.map((q, i) => (i < quantities.length - 1 ? (q.split(" ")[0] ?? q) : q)).join(", ");
}

function floorNote(hard: Threshold | null, lowest: number): string {
  if (hard?.bytes == null) return "no hard threshold for memory is known";
  const text = `the hard threshold of ${iec(hard.bytes)}`;
  return hard.bytes < lowest ? `${text} lies below: it could not fire` : `${text} lies above it`;
}

const threshold: Maker = (story, incident) => {
  const label = "Threshold";
  const eviction = story.evictionsOf(incident)[0];
  const inForce = hardThreshold(story.a)?.bytes ?? null;
  const bytes = eviction?.thresholdBytes ?? incident.race?.thresholdBytes ?? inForce;
  if (bytes === null)
    return unknown(label, whyUnknown(story.a, ["kubeletConfig", "kubeletLog"], "no source states it"));
  const fromConfig = eviction === undefined && bytes === inForce;
  const kind = fromConfig ? "hard, " : eviction?.kind == null ? "" : `${eviction.kind}, `;
  return fact(label, iec(bytes), `${kind}${eviction?.signal ?? "memory.available"}`, exactBytes(bytes));
};

const observed: Maker = (story, incident) => {
  const label = "What the kubelet acted on";
  const eviction = story.evictionsOf(incident).find((e) => e.observedBytes !== null);
  if (eviction?.observedBytes == null) return unknown(label, "no Evicted message of the kubelet is in the capture");
  const bytes = eviction.observedBytes;
  return fact(label, iec(bytes), `available, as the message of ${evictedNames(eviction)} has it`, exactBytes(bytes));
};

const reaction: Maker = (story, incident) => {
  const label = "From the crossing to its reaction";
  const ms = incident.race?.kubeletReactionMs ?? null;
  if (ms === null)
    return unknown(
      label,
      whyUnknown(story.a, ["meminfo", "cgroup", "kubeletLog"], "the crossing itself was not sampled"),
    );
  return fact(label, duration(ms), "the loop alone takes 0 to 10 s and the length of a pass", `${grouped(ms)} ms`);
};

const completed: Maker = (story, incident) => {
  const label = "From its reaction to cleaned up";
  const eviction = story.evictionsOf(incident).find((e) => e.completedAt !== null);
  const from = eviction?.at.unixMs ?? null;
  const to = eviction?.completedAt?.unixMs ?? null;
  if (eviction === undefined || from === null || to === null)
    return unknown(label, "the log does not say when the pod was gone");
  return fact(
    label,
    duration(to - from),
    `${evictedNames(eviction)} ${eviction.pods.length > 1 ? "were" : "was"} gone then`,
    `${grouped(to - from)} ms`,
  );
};

const noThreshold: Maker = (story) => {
  const eviction = story.a.node.eviction;
  if (eviction === null)
    return unknown(
      "Memory threshold",
      whyUnknown(story.a, ["kubeletConfig"], "no source states the kubelet's thresholds"),
    );
  const others = plural(eviction.hard.length + eviction.soft.length, "other threshold");
  const hard = hardThreshold(story.a);
  return fact(
    "Memory threshold",
    hard === null ? "none" : iec(hard.bytes ?? 0),
    `${others} in force, read from: ${eviction.source}`,
  );
};

const userspace: Maker = (story, incident) => {
  const kill = story.userspaceOf(incident)[0];
  if (kill === undefined) return unknown("Killed by", "no line of a userspace daemon is in the capture");
  return fact("Killed by", kill.daemon, kill.target);
};

const scopeFact: Maker = (story, incident) => {
  const label = "Short of memory";
  const scope = incidentScope(incident, story.killsOf(incident));
  return scope === null
    ? unknown(label, "no line says whose limit was reached")
    : fact(label, SCOPE_WORDS[scope], `scope: ${scope}`);
};

const missing: Maker = (story) => {
  const absent = ["kernelLog", "kubeletLog", "meminfo", "cgroup", "events"].filter(
    (s) => (story.a.coverage.sources[s] ?? "absent") === "absent",
  );
  const label = "The capture lacks";
  if (absent.length === 0) return fact(label, "no whole source", "what does not reach the event is named above");
  return fact(label, plural(absent.length, "source"), listed(absent.map(sourceWord)));
};

/** Under pressure of one pod its limit is what matters, else the node's threshold. */
const limitOrThreshold: Maker = (story, incident) => (isShared(incident) ? threshold : podLimit)(story, incident);

const MAKERS: Readonly<Record<Exclude<Outcome, "none">, readonly Maker[]>> = {
  "kernel-won": [margin, fall, silence, floor],
  "kernel-won-mid-eviction": [margin, fall, silence, floor],
  "eviction-insufficient": [margin, fall, completed, floor],
  "kubelet-won": [threshold, observed, reaction, completed],
  "userspace-won": [userspace, margin, fall, reaction],
  unopposed: [deaths, noThreshold, fall, floor],
  "no-race": [deaths, limit, usage, interval],
  "pressure-only": [stalled, least, limitOrThreshold, kernelKills],
  undetermined: [deaths, scopeFact, margin, missing],
};

export function keyFacts(story: Story): KeyFact[] {
  const { a, main } = story;
  if (main === null || main.outcome === "none") {
    const span = spanFact(a);
    return [
      span,
      killCount(a),
      evictionCount(a),
      a.verdict.outcome === "undetermined" ? missingFact(a) : leastAvailable(a),
    ];
  }
  return MAKERS[main.outcome].map((make) => make(story, main));
}

const missingFact = (a: Analysis): KeyFact => {
  const absent = Object.entries(a.coverage.sources)
    .filter(([, state]) => state === "absent")
    .map(([s]) => sourceWord(s));
  return absent.length === 0
    ? leastAvailable(a)
    : fact("The capture lacks", plural(absent.length, "source"), listed(absent));
};

function spanFact(a: Analysis): KeyFact {
  const from = a.coverage.from?.unixMs ?? null;
  const to = a.coverage.to?.unixMs ?? null;
  if (from === null || to === null) return unknown("Captured", "nothing in it says when it was captured");
  return fact(
    "Captured",
    duration(to - from),
    a.coverage.ticks === 0 ? "logs only, no samples" : plural(a.coverage.ticks, "sample"),
  );
}
