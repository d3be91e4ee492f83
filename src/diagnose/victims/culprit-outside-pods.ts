// The growth was in no pod: daemons and the kernel (S) took more than half of what was lost.
import { type Answer, fact, holds, refuted, remedy, unknown } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES, median } from "../inputs/loss.ts";
import { systemPoints, systemRefs, systemUnits, unitGrowth } from "../inputs/system-share.ts";
import { defineRule } from "../rule.ts";
import { percent, quantity, roundedUp, size } from "../text/format.ts";
import { valueAt } from "../inputs/track.ts";

type Needs = Pick<Inputs, "incidents" | "kills" | "loss" | "meminfo" | "kubepods" | "cgroups">;

const MAIN_SHARE = 0.5;
/** Ledgers wobble by this share of the loss while processes exit. Heuristic. */
const INNOCENT_SHARE = 0.25;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const loss = inputs.loss(incident);
  if (loss === null || loss.lostBytes < LEAST_LOSS_BYTES) return null;
  const incidentId = incident.id;
  const lossFact = fact("Lost", `${size(loss.lostBytes)} of memory.available`, ...loss.signal.refs(loss.endMs));
  const before = median(
    systemPoints(inputs, inputs.kills, loss.baseline.fromMs, loss.baseline.toMs).map((p) => p.bytes),
  );
  // The median of a few samples before the end: one tick's files do not add up.
  const late = systemPoints(inputs, inputs.kills, loss.endMs - 30_000, loss.endMs);
  const after = median(late.map((p) => p.bytes));
  if (before === null || after === null)
    return unknown({
      incidentId,
      explanation: "What daemons and the kernel held beside the pods cannot be computed.",
      facts: [lossFact],
      wouldDecide: "/proc/meminfo with memory.current and memory.stat of kubepods from a minute before the fall on",
    });
  const grown = after - before;
  const share = grown / loss.lostBytes;
  const facts = [
    fact(
      "Held beside the pods (daemons and kernel)",
      `${size(before)} before, ${size(after)} at the end: ${percent(share)} of the ${size(loss.lostBytes)} lost`,
      ...systemRefs(inputs, loss.baseline.toMs),
      ...systemRefs(inputs, loss.endMs),
    ),
    lossFact,
  ] as const;
  if (share < INNOCENT_SHARE)
    return refuted({
      incidentId,
      explanation: `The growth was in the pods: what daemons and the kernel hold grew by ${size(grown)} of the ${size(loss.lostBytes)} lost.`,
      facts,
    });
  if (share <= MAIN_SHARE)
    return unknown({
      incidentId,
      explanation: `Daemons and the kernel make ${percent(share)} of the loss: a part, not the whole.`,
      facts,
      wouldDecide: "samples of system.slice's children over the fall",
    });
  const units = systemUnits(inputs.cgroups).flatMap((view) => {
    const more = unitGrowth(view, loss.baseline.toMs, loss.endMs);
    return more === null ? [] : [{ view, more }];
  });
  const top =
    units.filter((u) => u.view.cgroup.startsWith("/system.slice/")).toSorted((a, b) => b.more - a.more)[0] ??
    units.toSorted((a, b) => b.more - a.more)[0];
  const named = top !== undefined && top.more > grown / 4 ? top : null;
  return holds({
    incidentId,
    explains: "memory",
    share,
    role: "cause",
    explanation: `The growth was in no pod: what daemons and the kernel hold grew by ${size(grown)}, ${percent(share)} of the loss${named === null ? "; no unit below system.slice grew as much, so it is kernel memory or was not sampled" : `, of it ${size(named.more)} in ${named.view.cgroup}`}.`,
    facts:
      named === null
        ? facts
        : [...facts, fact(`Growth of ${named.view.cgroup}`, size(named.more), named.view.current?.ref(0, ""))],
    remedies:
      named === null
        ? []
        : [
            remedy(
              `Limit ${named.view.cgroup.split("/").at(-1) ?? "the unit"}: MemoryMax=${quantity(roundedUp((valueAt(named.view.current, "", loss.baseline.toMs) ?? 0) * 2)).replace("i", "")}`,
              `A drop-in for the unit: twice what it held before the growth (${size(valueAt(named.view.current, "", loss.baseline.toMs) ?? 0)}), rounded up to 64 MiB; and add its real need to systemReserved. Cost: the daemon is killed instead of a pod. Check: its memory.current stays flat.`,
              "culprit-outside-pods",
            ),
          ],
  });
};

export const culpritOutsidePods = defineRule({
  id: "culprit-outside-pods",
  group: "victims",
  title: "The memory was taken outside the pods",
  needs: ["incidents", "kills", "loss", "meminfo", "kubepods", "cgroups"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
