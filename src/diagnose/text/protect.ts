// MemoryMin for the units that run the node, with the arithmetic: the 99th percentile of what each held up to the event, and their sum
// on the slice above.
import { type Remedy, remedy } from "../answer.ts";
import { type CgroupView, leafOf } from "../inputs/cgroup.ts";
import { readingsIn, settingAt } from "../inputs/track.ts";
import { agentOfUnit } from "../../timeline/node/node-agents.ts";
import { list, size } from "./format.ts";

const QUANTILE = 0.99;
const MIB = 1024 * 1024;

/** Null where none of their cgroups was sampled: without a number there is no remedy; nor on cgroup v1, which has no memory.min. `check`: what the next capture shows. */
export const protectUnits = (
  cgroups: readonly CgroupView[],
  toMs: number,
  check: string,
  page: string,
): Remedy | null => {
  const units = cgroups
    .filter((c) => c.version === 2 && agentOfUnit(c.cgroup) !== null)
    .flatMap((view) => {
      const { current } = view;
      const held = readingsIn(current, -Infinity, toMs)
        .map((i) => current?.value(i, "") ?? 0)
        .toSorted((a, b) => a - b);
      const most = held[Math.floor((held.length - 1) * QUANTILE)] ?? 0;
      return most > 0 ? [{ view, most, mib: Math.ceil(most / MIB), min: settingAt(view.min, "", toMs) }] : [];
    });
  if (units.length === 0) return null;
  const sum = units.reduce((n, u) => n + u.mib, 0);
  const bare = units.every((u) => u.min === 0) ? " Nothing protects them now (memory.min 0)." : "";
  return remedy(
    `Protect what runs the node: ${list(units.map((u) => `MemoryMin=${u.mib}M on ${leafOf(u.view)}`))}`,
    `Drop-ins for the units, and MemoryMin=${sum}M on the slice above them, else it is void, for memory.min is the least over the ancestors. ${list(units.map((u) => `${leafOf(u.view)} held ${size(u.most)}`))} (99th percentile of memory.current up to the event).${bare} Cost: that memory is pinned. Check in the next capture: ${check}.`,
    page,
    { setting: "MemoryMin of the node's units", need: sum },
  );
};
