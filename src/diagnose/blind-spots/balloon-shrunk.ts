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

const change = (
  track: Track | null,
  field: string,
): { readonly from: number; readonly to: number; readonly delta: number } | null => {
  if (track === null || track.length < 2) return null;
  const from = Array.from({ length: track.length }, (_, i) => i).find((i) => track.value(i, field) !== null);
  const to = Array.from({ length: track.length }, (_, i) => track.length - 1 - i).find(
    (i) => track.value(i, field) !== null,
  );
  if (from === undefined || to === undefined || from === to) return null;
  return { from, to, delta: (track.value(to, field) ?? 0) - (track.value(from, field) ?? 0) };
};

/** Asked only where something was lost. */
const untouched = (
  { meminfo, vmstat }: Needs,
  lost: Case,
  total: ReturnType<typeof change>,
  inflate: ReturnType<typeof change>,
): Answer | null => {
  if (meminfo === null) return null;
  const read = total === null ? 0 : total.to;
  const refs = [
    meminfo.ref(read, "MemTotal"),
    inflate === null || vmstat === null ? null : vmstat.ref(inflate.to, "balloon_inflate"),
  ];
  if (total === null && inflate === null)
    return unknown({
      incidentId: lost.id,
      explanation: "MemTotal was read once and no balloon counter at all: whether the hypervisor took memory is open.",
      facts: [fact("MemTotal", "one reading", meminfo.ref(0, "MemTotal"))],
      wouldDecide: wanted("/proc/meminfo and /proc/vmstat from before the fall on", "baseline", "node-memory"),
    });
  const counters = inflate === null ? "no balloon counter was read" : "the balloon took nothing";
  return refuted({
    incidentId: lost.id,
    confidence: total === null || inflate === null ? "medium" : "high",
    explanation: `The machine kept its memory: ${total === null ? "MemTotal was read once" : "MemTotal stayed as it was"}, ${counters}. A hypervisor that leaves MemTotal alone (VMware) or swaps the guest out does not show here.`,
    facts: [fact("MemTotal and balloon", "unchanged", ...refs)],
  });
};

const evaluate = (inputs: Needs): Answer | null => {
  const { meminfo, vmstat, pageSize } = inputs;
  const total = change(meminfo, "MemTotal");
  const inflate = change(vmstat, "balloon_inflate");
  const deflate = change(vmstat, "balloon_deflate");
  const taken = inflate === null ? 0 : (inflate.delta - (deflate?.delta ?? 0)) * pageSize;
  const shrunk = total === null ? 0 : -total.delta;
  const lost = contestedWithLoss(inputs.incidents)[0];
  if (Math.max(taken, shrunk) < LEAST_BYTES) return lost === undefined ? null : untouched(inputs, lost, total, inflate);
  const bytes = Math.max(taken, shrunk);
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
    explanation: `The hypervisor took ${size(bytes)} from this machine during the capture. The kubelet keeps the capacity of its start, so its memory.available overstates what is there by as much.`,
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
  evaluate,
});
