// Re-usable cache brought the signal under its threshold: active_file counts as used in the kubelet's working set.
// Measured as growth, never as a level: a large active_file that did not grow took nothing.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type CgroupView, nameOf, statAt } from "../inputs/cgroup.ts";
import { type Case, type Window, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES, type Loss, shareOf } from "../inputs/loss.ts";
import { hardRef } from "../inputs/refs.ts";
import { pointAt } from "../inputs/signal.ts";
import { deltaOfSum, refAt, stallShare } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { percent, quantity, roundedUp, size } from "../text/format.ts";
import { allocstallFields } from "../reclaim/vmstat-fields.ts";

type Needs = Pick<
  Inputs,
  "incidents" | "loss" | "podsLoss" | "thresholds" | "memAvailable" | "vmstat" | "psiMemory" | "cgroups"
>;

const MAIN_SHARE = 0.5;
const INNOCENT_SHARE = 0.1;
const CALM_FULL = 0.01;
const STALLED_FULL = 0.1;

const level = (loss: Loss, thresholdBytes: number | null) => {
  const grown = loss.grown.activeFile ?? 0;
  return [
    fact(
      "Growth of active_file",
      `${size(grown)} of ${size(loss.lostBytes)} lost (${percent(grown / loss.lostBytes)})`,
      ...loss.refs("activeFile"),
    ),
    fact(
      loss.signal.name,
      `${size(loss.baselineBytes)} before, ${size(loss.endBytes)} at the end${thresholdBytes === null ? "" : `, threshold ${size(thresholdBytes)}`}`,
      ...loss.signal.refs(loss.endMs),
    ),
  ] as const;
};

/** A window of a second has no rates: at least 10 s before its end. */
const LEAST_WINDOW_MS = 10_000;

const windowOf = (incident: Case): Window | null =>
  incident.window === null
    ? null
    : { fromMs: Math.min(incident.window.fromMs, incident.window.toMs - LEAST_WINDOW_MS), toMs: incident.window.toMs };

const fullIn = (inputs: Needs, window: Window | null): number | null =>
  window === null ? null : stallShare(inputs.psiMemory, "full", window.fromMs, window.toMs);

const stallsIn = (inputs: Needs, window: Window | null): number | null =>
  window === null || inputs.vmstat === null
    ? null
    : (deltaOfSum(inputs.vmstat, allocstallFields(inputs.vmstat), window.fromMs, window.toMs)?.delta ?? null);

const signalFact = (loss: Loss) =>
  fact(
    loss.signal.name,
    `${size(loss.baselineBytes)} before, ${size(loss.endBytes)} at the end`,
    ...loss.signal.refs(loss.endMs),
  );

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const pods = incident.crossing?.signal === "allocatableMemory.available" || incident.scope === "allocatable";
  const loss = pods ? inputs.podsLoss(incident) : inputs.loss(incident);
  const incidentId = incident.id;
  if (loss === null) return null;
  if (loss.grown.activeFile !== null && loss.lostBytes < LEAST_LOSS_BYTES)
    return refuted({
      incidentId,
      explanation: `${loss.signal.name} ${loss.lostBytes > 0 ? `fell by ${size(loss.lostBytes)} only` : "did not fall"}: there is no loss that page cache could explain.`,
      facts: [signalFact(loss)],
    });
  const share = shareOf(loss, "activeFile");
  if (share === null || loss.grown.activeFile === null)
    return unknown({
      incidentId,
      explanation: "How active_file grew while memory was lost is not in the samples.",
      facts: [signalFact(loss)],
      wouldDecide: wanted(
        `memory.stat of the ${pods ? "kubepods" : "root"} cgroup from a minute before the fall on`,
        pods ? "kubepods" : "root-stat",
        "baseline",
      ),
    });
  const threshold = incident.crossing?.thresholdBytes ?? inputs.thresholds.memoryHardBytes;
  const facts = level(loss, threshold);
  if (share < INNOCENT_SHARE) {
    const grown = loss.grown.activeFile;
    const cache =
      grown < 0
        ? `page cache (active_file) shrank by ${size(-grown)}`
        : grown === 0
          ? "page cache (active_file) did not grow"
          : `page cache (active_file) grew by only ${size(grown)}`;
    const explanation = `While ${loss.signal.name} fell by ${size(loss.lostBytes)}, ${cache}: it is not what took the memory.`;
    return refuted({ incidentId, explanation, facts });
  }
  const full = fullIn(inputs, windowOf(incident));
  if (full !== null && full > STALLED_FULL) {
    const explanation = `Tasks stood still for memory ${percent(full)} of the time: cache that could be dropped at once does not do that.`;
    return refuted({ incidentId, explanation, facts });
  }
  if (share < MAIN_SHARE) {
    const explanation = `Page cache explains ${percent(share)} of the loss: a part, not the whole.`;
    return unknown({
      incidentId,
      explanation,
      facts,
      wouldDecide: wanted("a longer baseline before the fall", "baseline"),
    });
  }
  return decideMain(inputs, incident, { loss, share, threshold, full, facts });
};

interface Main {
  readonly loss: Loss;
  readonly share: number;
  readonly threshold: number | null;
  readonly full: number | null;
  readonly facts: ReturnType<typeof level>;
}

const decideMain = (inputs: Needs, incident: Case, { loss, share, threshold, full, facts }: Main): Answer => {
  const incidentId = incident.id;
  const available = pointAt(inputs.memAvailable, loss.endMs);
  const stalls = stallsIn(inputs, windowOf(incident));
  if (threshold === null || available === null || stalls === null || full === null) {
    const explanation = `Page cache explains ${percent(share)} of the loss; whether it could be dropped at once is not known.`;
    const wouldDecide = wanted(
      "MemAvailable, allocstall of /proc/vmstat and /proc/pressure/memory through the incident, and the threshold in force",
      "node-memory",
      "pressure",
      "kubelet-config",
    );
    return unknown({ incidentId, explanation, facts, wouldDecide });
  }
  const more = [
    ...facts,
    fact(
      "MemAvailable then",
      `${size(available.value)}, threshold ${size(threshold)}`,
      ...(inputs.memAvailable?.refs(available.ms) ?? []),
      hardRef(inputs.thresholds),
    ),
    fact(
      "Stalls meanwhile",
      `${stalls} allocations that had to reclaim, ${percent(full)} of the time at a full stop`,
      refAt(inputs.psiMemory, "full.total", loss.endMs),
    ),
  ] as const;
  const cacheFree = loss.endBytes + (loss.grown.activeFile ?? 0);
  if (cacheFree < threshold) {
    const explanation = `Even with that cache counted as free, ${loss.signal.name} would have been ${size(cacheFree)}, below ${size(threshold)}.`;
    return refuted({ incidentId, explanation, facts: more });
  }
  if (available.value < 2 * threshold || stalls > 0 || full >= CALM_FULL) {
    const explanation = `Page cache makes ${percent(share)} of the loss, but the node was not at ease (MemAvailable ${size(available.value)}, ${stalls} allocations that had to reclaim).`;
    return unknown({
      incidentId,
      explanation,
      facts: more,
      wouldDecide: wanted(
        "a capture in which MemAvailable and the stalls are seen through the whole fall",
        "baseline",
        "pressure",
      ),
    });
  }
  return holds({
    incidentId,
    explains: "memory",
    share,
    role: "cause",
    explanation: `Page cache brought the signal under its threshold: active_file makes ${percent(share)} of the loss, the kernel still had ${size(available.value)} to give (MemAvailable) and nobody waited for memory. The kubelet counts active_file as used.`,
    facts: more,
    remedies: cacheRemedies(inputs, incident, loss, threshold),
  });
};

/** A lower threshold, where the replay of this fall bears it, and a limit on the pod whose cache grew. */
const cacheRemedies = (inputs: Needs, incident: Case, loss: Loss, threshold: number) => {
  const required = incident.race?.requiredThresholdBytes ?? null;
  const lower =
    required !== null && roundedUp(required) < threshold
      ? [
          remedy(
            `Lower evictionHard memory.available from ${quantity(threshold)} to ${quantity(roundedUp(required))}`,
            `Kubelet configuration. The replay frees memory in time from ${size(required)} on. Cost: less distance for other causes. Check: no eviction while MemAvailable stands at twice the threshold.`,
            "page-cache-counted-as-used",
          ),
        ]
      : [];
  const reader = readerOf(inputs.cgroups, loss);
  if (reader === null) return lower;
  const { name, anon, cache } = reader;
  // What its cache may be for the signal to keep 64 MiB above the threshold: what it grew by, less what the signal lacked.
  const room = Math.floor((cache - Math.max(0, threshold - loss.endBytes)) / MARGIN_BYTES - 1) * MARGIN_BYTES;
  if (room < MARGIN_BYTES) return lower;
  const limit = Math.floor((anon * ANON_FACTOR + room) / MARGIN_BYTES) * MARGIN_BYTES;
  return [
    ...lower,
    remedy(
      `Limit the memory of ${name} to ${quantity(limit)}: its page cache grew by ${size(reader.grown)}`,
      `Pod spec, resources.limits.memory: the kernel then drops this pod's old cache instead of letting it grow. Anonymous memory at its peak ${size(anon)} × 1.2 + cache of ${size(room)}, rounded down to 64 MiB; with that cache ${loss.signal.name} keeps 64 MiB or more above ${size(threshold)}. Or let it read with O_DIRECT or posix_fadvise(POSIX_FADV_DONTNEED). Cost: files are read again. Check: active_file of this pod stays below ${size(room)}.`,
      "page-cache-counted-as-used",
      { setting: `limit of ${name}`, need: -limit },
    ),
  ];
};

const MARGIN_BYTES = 64 * 1024 * 1024;
const ANON_FACTOR = 1.2;

/** The pod whose active_file grew most over the loss, where that is most of it. */
const readerOf = (cgroups: readonly CgroupView[], loss: Loss) => {
  const [most] = cgroups
    .filter((c) => c.level === "pod")
    .flatMap((view) => {
      const before = statAt(view, "active_file", loss.baseline.toMs) ?? 0;
      const cache = statAt(view, "active_file", loss.endMs);
      const anon = statAt(view, "anon", loss.endMs);
      return cache === null || anon === null ? [] : [{ view, cache, anon, grown: cache - before }];
    })
    .toSorted((a, b) => b.grown - a.grown);
  if (most === undefined || most.grown < MAIN_SHARE * (loss.grown.activeFile ?? Infinity)) return null;
  return { ...most, name: nameOf(most.view.pod) ?? most.view.cgroup };
};

export const pageCacheCountedAsUsed = defineRule({
  id: "page-cache-counted-as-used",
  group: "page-cache",
  title: "Re-usable page cache counted as used and brought the signal under its threshold",
  needs: ["incidents", "loss", "podsLoss", "thresholds", "memAvailable", "vmstat", "psiMemory", "cgroups"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
