// No swap left for anonymous pages: the kernel then does not scan them at all (mm/vmscan.c get_scan_count()).
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { refAt, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { percent, quantity, roundedUp, size } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "meminfo" | "node">;

const FULL_SHARE = 0.01;
const IDLE_FACTOR = 1.2;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const total = inputs.node.swapTotalBytes;
  const { endMs: ms } = incident;
  // Without swap its being full is no question.
  if (total === null || total === 0) return null;
  const [kill] = incident.kills;
  const info = kill?.report?.memInfo ?? null;
  const free = info?.freeSwapBytes ?? (ms === null ? null : valueAt(inputs.meminfo, "SwapFree", ms - 1));
  const incidentId = incident.id;
  if (free === null)
    return kill === undefined
      ? null
      : unknown({
          incidentId,
          explanation: `The node has ${size(total)} of swap; how much of it was free is not in the input.`,
          facts: [fact("The kill", "at node scope", killRef(kill))],
          wouldDecide: wanted(
            "SwapFree of /proc/meminfo, or the kernel's whole report",
            "node-memory",
            "kernel-report",
          ),
        });
  const facts = [
    fact(
      "Free swap",
      `${size(free)} of ${size(total)} (${percent(free / total)})`,
      info?.from,
      ms === null ? null : refAt(inputs.meminfo, "SwapFree", ms - 1),
    ),
  ] as const;
  if (free / total >= FULL_SHARE)
    return refuted({ incidentId, explanation: `Swap was not full: ${size(free)} of it was free.`, facts });
  const anon = ms === null ? null : valueAt(inputs.meminfo, "Inactive(anon)", ms - 1);
  return holds({
    incidentId,
    explains: "memory",
    share: 0.4,
    role: "contributes",
    explanation: `Swap was full (${size(free)} of ${size(total)} free): anonymous memory is then not reclaimed at all.`,
    facts,
    remedies:
      anon === null
        ? []
        : [
            remedy(
              `Raise swap from ${size(total)} by ${quantity(roundedUp(anon * IDLE_FACTOR))}`,
              `Idle anonymous memory ${size(anon)} × 1.2, rounded up to 64 MiB; pods use it only with swapBehavior: LimitedSwap. Cost: latency of swapped pages. Check: SwapFree stays above 1 %.`,
              "swap-full",
            ),
          ],
  });
};

export const swapFull = defineRule({
  id: "swap-full",
  group: "reclaim",
  title: "Swap was full, so anonymous memory could not be reclaimed",
  needs: ["incidents", "meminfo", "node"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
