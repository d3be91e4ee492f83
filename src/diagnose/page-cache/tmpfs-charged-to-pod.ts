// Memory-backed files fill the pod, and no process owns them: a kill frees nothing, and the pod's shmem outlives its container.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type CgroupView, limitAt, nameOf, statAt } from "../inputs/cgroup.ts";
import { type Case, isGrave } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { readingAt, refAt, valueAt } from "../inputs/track.ts";
import { type TaskView, taskReadingAt } from "../inputs/task.ts";
import { defineRule } from "../rule.ts";
import { percent, quantity, roundedUp, size } from "../text/format.ts";
import { statField } from "../inputs/cgroup.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "tasks">;

const FILLED_SHARE = 0.25;
const NONE_SHARE = 0.05;
/** A pod smaller than this does not matter to the node. Heuristic. */
const LEAST_BYTES = 64 * 1024 * 1024;

/** A task last seen longer ago is dead. */
const ALIVE_MS = 5000;

/** Memory that the pod's tasks map: null where no task of it was sampled. */
const mappedBy = (tasks: readonly TaskView[], cgroup: string, ms: number): number | null => {
  const own = tasks.filter((t) => t.cgroup !== null && (t.cgroup === cgroup || t.cgroup.startsWith(`${cgroup}/`)));
  const values = own.flatMap((t) => {
    const last = taskReadingAt(t, ms);
    const reading = last >= 0 && ms - t.ms(last) <= ALIVE_MS ? last : -1;
    const anon = reading < 0 ? null : t.value(reading, "rssAnon");
    const shmem = reading < 0 ? null : t.value(reading, "rssShmem");
    return anon === null && shmem === null ? [] : [(anon ?? 0) + (shmem ?? 0)];
  });
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
};

/** Pods that the incident is about: those killed, and the largest. */
const podsOf = (inputs: Needs, incident: Case, ms: number): readonly CgroupView[] => {
  const pods = inputs.cgroups.filter(
    (c) => c.level === "pod" && c.stat !== null && valueAt(c.current, "", ms) !== null,
  );
  const lost = new Set([
    ...incident.kills.map((k) => k.doc.pod?.uid),
    ...incident.evictions.flatMap((e) => e.doc.pods.map((p) => p.uid)),
  ]);
  const largest = pods.toSorted((a, b) => (valueAt(b.current, "", ms) ?? 0) - (valueAt(a.current, "", ms) ?? 0))[0];
  return pods
    .filter((c) => (c.pod?.uid != null && lost.has(c.pod.uid)) || c === largest)
    .filter((c) => (valueAt(c.current, "", ms) ?? 0) >= LEAST_BYTES);
};

const evaluate = (inputs: Needs, incident: Case, view: CgroupView, ms: number): Answer | null => {
  const current = valueAt(view.current, "", ms);
  const shmem = statAt(view, "shmem", ms);
  if (current === null || shmem === null || current <= 0) return null;
  const name = nameOf(view.pod) ?? view.cgroup;
  const share = shmem / current;
  const incidentId = incident.id;
  const facts = [
    fact(
      `Shared memory and tmpfs of ${name}`,
      `${size(shmem)} of ${size(current)} (${percent(share)})`,
      refAt(view.stat, statField(view, "shmem"), ms),
      refAt(view.current, "", ms),
    ),
  ] as const;
  if (share < NONE_SHARE)
    return refuted({
      incidentId,
      explanation: `${name} held ${size(shmem)} in memory-backed files: not what filled it.`,
      facts,
    });
  const mapped = mappedBy(inputs.tasks, view.cgroup, ms);
  if (share <= FILLED_SHARE)
    return unknown({
      incidentId,
      explanation: `${name} held ${percent(share)} of its memory in memory-backed files: a part, not the whole.`,
      facts,
      wouldDecide: "du of its memory-backed emptyDir volumes",
    });
  if (mapped === null)
    return unknown({
      incidentId,
      explanation: `${name} held ${size(shmem)} as shared memory; whether its processes map it is not in the samples.`,
      facts,
      wouldDecide: "RssAnon and RssShmem of its tasks (/proc/PID/status), or du of its memory-backed emptyDir volumes",
    });
  const all = [...facts, fact("Mapped by its tasks (RssAnon + RssShmem)", size(mapped))] as const;
  if (mapped >= current - shmem / 2)
    return unknown({
      incidentId,
      explanation: `${name} held ${size(shmem)} as shared memory that its processes map: live data, not files left behind.`,
      facts: all,
      wouldDecide: "du of its memory-backed emptyDir volumes",
    });
  const limit = limitAt(view.max, ms);
  const sizeLimit = roundedUp(shmem * 1.25);
  return holds({
    incidentId,
    explains: "memory",
    share,
    role:
      incident.kills.some((k) => k.doc.pod?.uid === view.pod?.uid) ||
      incident.evictions.some((e) => e.doc.pods.some((p) => p.uid === view.pod?.uid))
        ? "cause"
        : "contributes",
    explanation: `Memory-backed files fill ${name}: ${size(shmem)} of its ${size(current)} belong to no process. Killing its processes frees none of it, and it outlives a container's restart.`,
    facts: all,
    remedies: [
      remedy(
        `Set sizeLimit: ${quantity(sizeLimit)} on the memory-backed emptyDir of ${name}`,
        `Pod spec. Peak ${size(shmem)} × 1.25, rounded up to 64 MiB; the limit${limit === null ? "" : ` (${size(limit)} now)`} must then hold (memory beyond it ${size(current - shmem)}) × 1.25 + sizeLimit = ${size((current - shmem) * 1.25 + sizeLimit)}. Cost: the writer gets ENOSPC instead of a kill. Check: no OOM kill in this pod.`,
        "tmpfs-charged-to-pod",
      ),
    ],
  });
};

export const tmpfsChargedToPod = defineRule({
  id: "tmpfs-charged-to-pod",
  group: "page-cache",
  title: "Memory-backed files fill a pod",
  needs: ["incidents", "cgroups", "tasks"],
  evaluate: (inputs) =>
    inputs.incidents.filter(isGrave).flatMap((incident) => {
      const ms = incident.killMs ?? incident.window?.toMs ?? null;
      if (ms === null) return [];
      return podsOf(inputs, incident, ms - 1)
        .filter((c) => c.stat !== null && readingAt(c.stat, ms) >= 0)
        .map((view) => evaluate(inputs, incident, view, ms - 1));
    }),
});
