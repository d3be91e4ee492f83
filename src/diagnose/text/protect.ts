// MemoryMin for the units that run the node, with the arithmetic: what each held at its peak × 1.1, and their sum on the slice above.
import { type Remedy, remedy } from "../answer.ts";
import type { CgroupView } from "../inputs/cgroup.ts";
import { readingsIn, valueAt } from "../inputs/track.ts";
import { list, size } from "./format.ts";

/** Units without which no pod is stopped and nothing evicted. */
export const NODE_UNITS = /\/(?:kubelet|containerd|crio|docker|k3s|k3s-agent|rke2-server|rke2-agent)\.service$/;
const FACTOR = 1.1;
const MIB = 1024 * 1024;

const unitName = (view: CgroupView): string => view.cgroup.split("/").at(-1) ?? view.cgroup;

/** Null where none of their cgroups was sampled: without a number there is no remedy. `check`: what the next capture shows. */
export const protectUnits = (
  cgroups: readonly CgroupView[],
  fromMs: number,
  toMs: number,
  check: string,
  page: string,
): Remedy | null => {
  const units = cgroups
    .filter((c) => NODE_UNITS.test(c.cgroup))
    .flatMap((view) => {
      const { current } = view;
      const peak =
        current === null
          ? 0
          : readingsIn(current, fromMs, toMs).reduce((most, i) => Math.max(most, current.value(i, "") ?? 0), 0);
      return peak > 0 ? [{ view, peak, mib: Math.ceil((peak * FACTOR) / MIB), min: valueAt(view.min, "", toMs) }] : [];
    });
  if (units.length === 0) return null;
  const sum = units.reduce((n, u) => n + u.mib, 0);
  const bare = units.every((u) => u.min === 0) ? " Nothing protects them now (memory.min 0)." : "";
  return remedy(
    `Protect what runs the node: ${list(units.map((u) => `MemoryMin=${u.mib}M on ${unitName(u.view)}`))}`,
    `Drop-ins for the units, and MemoryMin=${sum}M on the slice above them, else it is void, for memory.min is the least over the ancestors. ${list(units.map((u) => `${unitName(u.view)} peaked at ${size(u.peak)}`))}; × 1.1.${bare} Cost: that memory is pinned. Check in the next capture: ${check}.`,
    page,
    { setting: "MemoryMin of the node's units", need: sum },
  );
};
