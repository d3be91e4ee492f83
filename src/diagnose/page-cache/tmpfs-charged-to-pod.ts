// Memory-backed files fill the pod, and no process owns them: a kill frees nothing, and the pod's shmem outlives its container.
import { type Answer, type FindingFact, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type CgroupView, hasOutgrownStat, limitAt, nameOf, statAt, statField } from "../inputs/cgroup.ts";
import { endOfFall } from "../inputs/end-of-fall.ts";
import { type Case, isGrave, lostUids } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { readingAt, refAt, valueAt } from "../inputs/track.ts";
import { type TaskView, taskReadingAt } from "../inputs/task.ts";
import { defineRule } from "../rule.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { clock, percent, quantity, roundedUp, size } from "../text/format.ts";
import { bearable } from "../text/remedies.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "tasks" | "available" | "allocatable" | "floors" | "thresholds">;

const FILLED_SHARE = 0.25;
const NONE_SHARE = 0.05;
/** A pod smaller than this does not matter to the node. Heuristic. */
const LEAST_BYTES = 64 * 1024 * 1024;

/** A task last seen longer before the pod's memory.stat was read is dead. */
const ALIVE_MS = 5000;

interface Mapped {
  readonly label: string;
  readonly bytes: number;
  readonly refs: readonly SourceRef[];
}

/** Memory that the pod's tasks map: null where no task of it was sampled. */
const mappedBy = (tasks: readonly TaskView[], cgroup: string, ms: number): Mapped | null => {
  const own = tasks.filter((t) => t.cgroup !== null && (t.cgroup === cgroup || t.cgroup.startsWith(`${cgroup}/`)));
  const mapped = own.flatMap((t) => {
    const last = taskReadingAt(t, ms);
    const reading = last >= 0 && ms - t.ms(last) <= ALIVE_MS ? last : -1;
    const anon = reading < 0 ? null : t.value(reading, "rssAnon");
    const shmem = reading < 0 ? null : t.value(reading, "rssShmem");
    return anon === null && shmem === null ? [] : [{ bytes: (anon ?? 0) + (shmem ?? 0), ref: t.ref(reading) }];
  });
  if (mapped.length === 0) return null;
  const bytes = mapped.reduce((n, m) => n + m.bytes, 0);
  return { label: "Mapped by its tasks (RssAnon + RssShmem)", bytes, refs: mapped.map((m) => m.ref) };
};

/** No more than all tasks of the node: what the kernel's table of them says at the kill. */
const mappedByAll = ({ kills }: Case): Mapped | null => {
  const rows = kills.find(({ doc, report }) => doc.scope === "node" && report?.tasks)?.report?.tasks?.rows ?? [];
  const [first] = rows;
  if (first === undefined) return null;
  const bytes = rows.reduce(
    (n, { rssAnonBytes: anon, rssShmemBytes: shmem, rssBytes }) =>
      n + (anon === null || shmem === null ? rssBytes : anon + shmem),
    0,
  );
  return { label: "Mapped by all tasks of the node together, at the kill", bytes, refs: [first.from] };
};

/** Pods that the incident is about: those killed, and the largest. */
const podsOf = (inputs: Needs, incident: Case, ms: number): readonly CgroupView[] => {
  const pods = inputs.cgroups.filter(
    (c) => c.level === "pod" && c.stat !== null && valueAt(c.current, "", ms) !== null,
  );
  const lost = lostUids(incident);
  const largest = pods.toSorted((a, b) => (valueAt(b.current, "", ms) ?? 0) - (valueAt(a.current, "", ms) ?? 0))[0];
  return pods
    .filter((c) => (c.pod?.uid != null && lost.has(c.pod.uid)) || c === largest)
    .filter((c) => (valueAt(c.current, "", ms) ?? 0) >= LEAST_BYTES);
};

interface Filled {
  readonly view: CgroupView;
  readonly name: string;
  readonly current: number;
  readonly shmem: number;
  /** When the pod's memory.stat was read last. */
  readonly ms: number;
  /** What the pod held in the end, where it has outgrown that. */
  readonly grownTo: number | null;
}

/** At a limit: room for what was seen. On a node that ran out: no more than the node could have borne beside the rest of the pod. */
const sizeLimitOf = (inputs: Needs, incident: Case, { view, name, current, shmem, ms }: Filled) => {
  const page = "tmpfs-charged-to-pod";
  const setting = { setting: `sizeLimit of ${name}` };
  const rest = current - shmem;
  const end = incident.contested ? endOfFall(inputs, incident) : null;
  if (end !== null) {
    const found = bearable(end, (at) => statAt(view, "shmem", at));
    if (found === null) return [];
    return [
      remedy(
        `Set sizeLimit: ${quantity(found.bytes)} on the memory-backed emptyDir of ${name}`,
        `Pod spec: the most of its files in memory that this node could bear. ${found.why}. A medium: Memory volume without sizeLimit may take the pod's limit, or all that pods may use. Cost: the writer gets ENOSPC. Check: shmem of this pod's memory.stat stays below ${quantity(found.bytes)}.`,
        page,
        setting,
      ),
    ];
  }
  const limit = limitAt(view.max, ms);
  const sizeLimit = roundedUp(shmem * 1.25);
  const now = limit === null ? "" : ` (${size(limit)} now)`;
  return [
    remedy(
      `Set sizeLimit: ${quantity(sizeLimit)} on the memory-backed emptyDir of ${name}, and its limit to ${quantity(roundedUp(rest * 1.25 + sizeLimit))}`,
      `Pod spec. Files ${size(shmem)} × 1.25, rounded up to 64 MiB; the limit${now} must hold (the pod's other memory ${size(rest)}) × 1.25 + sizeLimit = ${size(rest * 1.25 + sizeLimit)}. Cost: the writer gets ENOSPC instead of a kill. Check: no OOM kill in this pod.`,
      page,
      setting,
    ),
  ];
};

const decide = (
  inputs: Needs,
  incident: Case,
  filled: Filled,
  facts: readonly [FindingFact, ...FindingFact[]],
): Answer => {
  const { view, name, current, shmem, ms, grownTo } = filled;
  const common = { incidentId: incident.id, facts };
  const du = "du of its memory-backed emptyDir volumes";
  const all = mappedByAll(incident);
  const mapped =
    mappedBy(inputs.tasks, view.cgroup, ms) ?? (all !== null && all.bytes < current - shmem / 2 ? all : null);
  if (mapped === null) {
    const explanation = `${name} held ${size(shmem)} as shared memory; whether its processes map it is not in the samples.`;
    return unknown({
      ...common,
      explanation,
      wouldDecide: wanted(`RssAnon and RssShmem of its tasks (/proc/PID/status), or ${du}`, "tasks", "volume-use"),
    });
  }
  const [head, ...tail] = facts;
  const known = [head, ...tail, fact(mapped.label, size(mapped.bytes), ...mapped.refs)] as const;
  if (mapped.bytes >= current - shmem / 2) {
    const explanation = `${name} held ${size(shmem)} as shared memory that its processes map: live data, not files left behind.`;
    return unknown({ ...common, explanation, facts: known, wouldDecide: wanted(du, "volume-use") });
  }
  const ownerless =
    grownTo === null
      ? "belong to no process"
      : `belonged to no process at ${clock(ms)}, and it grew to ${size(grownTo)} after that`;
  return holds({
    ...common,
    explains: "memory",
    share: shmem / current,
    role: view.pod?.uid != null && lostUids(incident).has(view.pod.uid) ? "cause" : "contributes",
    explanation: `Memory-backed files fill ${name}: ${size(shmem)} of its ${size(current)} ${ownerless}. Killing its processes frees none of it, and it outlives a container's restart.`,
    facts: known,
    remedies: sizeLimitOf(inputs, incident, filled),
  });
};

/** At the pod's last memory.stat by `endMs`; null where that is too old. */
const evaluate = (inputs: Needs, incident: Case, view: CgroupView, endMs: number): Answer | null => {
  const reading = view.stat === null ? -1 : readingAt(view.stat, endMs);
  if (view.stat === null || reading < 0 || valueAt(view.stat, statField(view, "shmem"), endMs) === null) return null;
  const ms = view.stat.ms(reading);
  const current = valueAt(view.current, "", ms);
  const shmem = statAt(view, "shmem", ms);
  if (current === null || shmem === null || current <= 0) return null;
  const name = nameOf(view.pod) ?? view.cgroup;
  const share = shmem / current;
  const value = `${size(shmem)} of ${size(current)} (${percent(share)}) at ${clock(ms)}`;
  const refs = [refAt(view.stat, statField(view, "shmem"), ms), refAt(view.current, "", ms)];
  const facts = [fact(`Shared memory and tmpfs of ${name}`, value, ...refs)] as const;
  const common = { incidentId: incident.id, facts };
  const grownTo = hasOutgrownStat(view, endMs) ? valueAt(view.current, "", endMs) : null;
  if (grownTo !== null && share <= FILLED_SHARE)
    return unknown({
      ...common,
      explanation: `${name} held ${percent(share)} of its memory in memory-backed files at ${clock(ms)}; what it took after that, up to ${size(grownTo)}, is not told apart in the samples.`,
      wouldDecide: wanted("memory.stat of the pod, nearer to the kill", "cgroups"),
    });
  if (share < NONE_SHARE)
    return refuted({
      ...common,
      explanation: `${name} held ${size(shmem)} in memory-backed files: not what filled it.`,
    });
  if (share > FILLED_SHARE) return decide(inputs, incident, { view, name, current, shmem, ms, grownTo }, facts);
  const explanation = `${name} held ${percent(share)} of its memory in memory-backed files: a part, not the whole.`;
  return unknown({
    ...common,
    explanation,
    wouldDecide: wanted("du of its memory-backed emptyDir volumes", "volume-use"),
  });
};

export const tmpfsChargedToPod = defineRule({
  id: "tmpfs-charged-to-pod",
  group: "page-cache",
  title: "Memory-backed files fill a pod",
  needs: ["incidents", "cgroups", "tasks", "available", "allocatable", "floors", "thresholds"],
  evaluate: (inputs) =>
    inputs.incidents.filter(isGrave).flatMap((incident) => {
      const { endMs: ms } = incident;
      if (ms === null) return [];
      return podsOf(inputs, incident, ms - 1).map((view) => evaluate(inputs, incident, view, ms - 1));
    }),
});
