// The hypervisor took memory. The kubelet keeps the capacity of its start, so memory.available overstates by what was taken.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Track } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "meminfo" | "vmstat" | "pageSize">;

/** Hot-unplug and hardware poisoning move MemTotal by less. Heuristic. */
const LEAST_BYTES = 64 * 1024 * 1024;

interface Change {
  readonly from: number;
  readonly to: number;
  readonly delta: number;
}

/** From the first to the last reading of one boot, up to an instant: a machine that started anew counts from 0 again. */
const change = (track: Track | null, field: string, untilMs: number): Change | null => {
  if (track === null) return null;
  const read = Array.from({ length: track.length }, (_, i) => i).filter(
    (i) => track.ms(i) <= untilMs && track.value(i, field) !== null,
  );
  const to = read.at(-1);
  const from = read.find((i) => to !== undefined && track.boot(i) === track.boot(to));
  if (from === undefined || to === undefined || from === to) return null;
  return { from, to, delta: (track.value(to, field) ?? 0) - (track.value(from, field) ?? 0) };
};

interface Measured {
  readonly total: Change | null;
  readonly inflate: Change | null;
  /** Bytes that MemTotal fell by, and that the balloon took. */
  readonly shrunk: number;
  readonly taken: number;
}

const measure = ({ meminfo, vmstat, pageSize }: Needs, untilMs: number): Measured => {
  const total = change(meminfo, "MemTotal", untilMs);
  const inflate = change(vmstat, "balloon_inflate", untilMs);
  const deflate = change(vmstat, "balloon_deflate", untilMs);
  return {
    total,
    inflate,
    shrunk: total === null ? 0 : -total.delta,
    taken: inflate === null ? 0 : (inflate.delta - (deflate?.delta ?? 0)) * pageSize,
  };
};

const totalWords = ({ total, shrunk }: Measured): string => {
  if (total === null) return "MemTotal was read once";
  if (shrunk === 0) return "MemTotal stayed as it was";
  return shrunk > 0 ? `MemTotal fell by ${size(shrunk)} only` : `MemTotal rose by ${size(-shrunk)}`;
};

const balloonWords = ({ inflate, taken }: Measured): string => {
  if (inflate === null) return "no balloon counter was read";
  return taken > 0 ? `the balloon took ${size(taken)} only` : "the balloon took nothing";
};

/** Asked only where something was lost. */
const untouched = ({ meminfo, vmstat }: Needs, lost: Case, measured: Measured): Answer | null => {
  if (meminfo === null) return null;
  const { total, inflate, shrunk, taken } = measured;
  if (total === null && inflate === null)
    return unknown({
      incidentId: lost.id,
      explanation: "MemTotal was read once and no balloon counter at all: whether the hypervisor took memory is open.",
      facts: [fact("MemTotal", "one reading", meminfo.ref(0, "MemTotal"))],
      wouldDecide: wanted("/proc/meminfo and /proc/vmstat from before the fall on", "baseline", "node-memory"),
    });
  const moved = shrunk !== 0 || taken > 0 ? "moved by little" : "unchanged";
  const refs = [
    meminfo.ref(total === null ? 0 : total.to, "MemTotal"),
    inflate === null || vmstat === null ? null : vmstat.ref(inflate.to, "balloon_inflate"),
  ];
  return refuted({
    incidentId: lost.id,
    confidence: total === null || inflate === null ? "medium" : "high",
    explanation: `The machine kept its memory: ${totalWords(measured)}, ${balloonWords(measured)}. A hypervisor that leaves MemTotal alone (VMware) or swaps the guest out does not show here.`,
    facts: [fact("MemTotal and balloon", moved, ...refs)],
  });
};

/** Of one loss, up to it; without any, of the whole capture. */
const evaluate = (inputs: Needs, lost: Case | null): Answer | null => {
  const { meminfo, vmstat } = inputs;
  const measured = measure(inputs, lost?.endMs ?? Infinity);
  const { total, inflate, shrunk, taken } = measured;
  const bytes = Math.max(taken, shrunk);
  if (bytes < LEAST_BYTES) return lost === null ? null : untouched(inputs, lost, measured);
  const facts = [
    ...(shrunk > 0 && meminfo !== null && total !== null
      ? [fact("MemTotal fell", size(shrunk), meminfo.ref(total.from, "MemTotal"), meminfo.ref(total.to, "MemTotal"))]
      : []),
    ...(taken > 0 && vmstat !== null && inflate !== null
      ? [
          fact(
            "Pages taken by the balloon",
            size(taken),
            vmstat.ref(inflate.from, "balloon_inflate"),
            vmstat.ref(inflate.to, "balloon_inflate"),
          ),
        ]
      : []),
  ];
  const [head, ...tail] = facts;
  if (head === undefined) return null;
  return holds({
    incidentId: lost?.id ?? null,
    explains: "memory",
    share: 0.5,
    role: "cause",
    explanation: `The hypervisor took ${size(bytes)} from this machine ${lost === null ? "during the capture" : "before the event"}. The kubelet keeps the capacity of its start, so its memory.available overstates what is there by as much.`,
    facts: [head, ...tail],
    remedies: [
      remedy(
        `Reserve the machine's memory on the hypervisor: ${size(bytes)} were taken`,
        `A full memory reservation of the virtual machine (no ballooning), and a restart of the kubelet so that it reads the capacity anew. Cost: density of the host. Check: MemTotal constant, balloon counters still.`,
        "balloon-shrunk",
      ),
    ],
  });
};

export const balloonShrunk = defineRule({
  id: "balloon-shrunk",
  group: "blind-spots",
  title: "The hypervisor took memory from the node",
  needs: ["incidents", "meminfo", "vmstat", "pageSize"],
  evaluate: (inputs) => {
    const lost = contestedWithLoss(inputs.incidents);
    return lost.length === 0 ? evaluate(inputs, null) : lost.map((incident) => evaluate(inputs, incident));
  },
});
