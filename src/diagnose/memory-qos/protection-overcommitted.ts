// Too much is protected: Σ memory.min near the whole of RAM leaves reclaim nothing, which itself causes OOM kills.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import type { CgroupView } from "../inputs/cgroup.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { contestedWithLoss } from "../inputs/incident.ts";
import { defineRule } from "../rule.ts";
import { percent, size } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups" | "node">;

const MOST_SHARE = 0.8;

/** Little or nothing protected is the rule: worth a line only where something was lost. */
const little = (inputs: Needs, top: readonly CgroupView[], sum: number, total: number): Answer | null => {
  const lost = contestedWithLoss(inputs.incidents)[0];
  if (lost === undefined) return null;
  const refs = top.slice(0, 4).map((c) => (c.min === null ? null : c.min.ref(c.min.length - 1, "")));
  const view = inputs.cgroups.find((c) => /^\/[^/]{1,255}$/.test(c.cgroup) && c.version === 2 && c.current !== null);
  if (top.length === 0)
    return view?.current == null
      ? null
      : unknown({
          incidentId: lost.id,
          explanation: "How much memory is protected from reclaim was not read.",
          facts: [
            fact(
              `memory.current of ${view.cgroup}`,
              "read without memory.min",
              view.current.ref(view.current.length - 1, ""),
            ),
          ],
          wouldDecide: wanted("memory.min of the top-level cgroups", "cgroups"),
        });
  return refuted({
    incidentId: lost.id,
    explanation: `${sum === 0 ? "Nothing" : `${size(sum)}, ${percent(sum / total)} of the node,`} was protected from reclaim by memory.min: no reason to kill sooner.`,
    facts: [fact("Σ memory.min of the top-level cgroups", size(sum), ...refs)],
  });
};

const evaluate = (inputs: Needs): Answer | null => {
  const total = inputs.node.memTotalBytes;
  if (total === null) return null;
  // Of the top level only: what protects a child is bounded by its parent.
  const top = inputs.cgroups.filter((c) => /^\/[^/]{1,255}$/.test(c.cgroup) && c.min !== null);
  const held = top.flatMap((c) => {
    const value = c.min?.value(c.min.length - 1, "") ?? null;
    return value === null || !Number.isFinite(value) || value === 0 ? [] : [{ c, value }];
  });
  const sum = held.reduce((n, h) => n + h.value, 0);
  if (sum <= MOST_SHARE * total) return little(inputs, top, sum, total);
  const [head, ...tail] = held
    .toSorted((a, b) => b.value - a.value)
    .slice(0, 4)
    .map(({ c, value }) => fact(`memory.min of ${c.cgroup}`, size(value), c.min?.ref(c.min.length - 1, "")));
  if (head === undefined) return null;
  return holds({
    incidentId: contestedWithLoss(inputs.incidents)[0]?.id ?? null,
    explains: "frame",
    share: sum / total,
    role: "contributes",
    explanation: `${percent(sum / total)} of the node's memory is protected by memory.min: reclaim may take nothing of it, so the kernel kills sooner.`,
    facts: [head, ...tail],
    remedies: [
      remedy(
        `Lower Σ memory.min from ${size(sum)} to under ${size(MOST_SHARE * total)}`,
        `80 % of ${size(total)}. With the kubelet's MemoryQoS it follows the requests; memoryReservationPolicy: None sets none. Cost: pods lose protection. Check: Σ memory.min of the top-level cgroups.`,
        "protection-overcommitted",
      ),
    ],
  });
};

export const protectionOvercommitted = defineRule({
  id: "protection-overcommitted",
  group: "memory-qos",
  title: "More memory is protected than reclaim can spare",
  needs: ["incidents", "cgroups", "node"],
  evaluate,
});
