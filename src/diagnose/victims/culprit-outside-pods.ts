// The growth was in no pod: daemons and the kernel (S) took more than half of what was lost.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type Case, type Window, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { LEAST_LOSS_BYTES, type Loss, median } from "../inputs/loss.ts";
import { systemPoints, systemRefs, systemUnits, unitHeld } from "../inputs/system-share.ts";
import { defineRule } from "../rule.ts";
import { moved, percent, quantity, roundedUp, size } from "../text/format.ts";
import { refAt } from "../inputs/track.ts";
import { type CgroupView, leafOf } from "../inputs/cgroup.ts";

type Needs = Pick<Inputs, "incidents" | "kills" | "loss" | "freeLoss" | "meminfo" | "kubepods" | "cgroups">;

const MAIN_SHARE = 0.5;
/** Ledgers wobble by this share of the loss while processes exit. Heuristic. */
const INNOCENT_SHARE = 0.25;

interface Measured {
  readonly loss: Loss;
  readonly before: number;
  readonly after: number;
  readonly lateIn: Window;
  readonly grown: number;
  readonly share: number;
}

/** The median of the last samples: one tick's files do not add up, and a longer stretch lies too far up the slope. */
const LATE_MS = 30_000;
const LATE_POINTS = 7;

const measure = (inputs: Needs, loss: Loss): Measured | null => {
  const pointsIn = (fromMs: number, toMs: number) => systemPoints(inputs, inputs.kills, fromMs, toMs);
  const late = pointsIn(loss.endMs - LATE_MS, loss.endMs).slice(-LATE_POINTS);
  const before = median(pointsIn(loss.baseline.fromMs, loss.baseline.toMs).map((p) => p.bytes));
  const after = median(late.map((p) => p.bytes));
  const [first, last] = [late[0], late.at(-1)];
  if (before === null || after === null || first === undefined || last === undefined) return null;
  const lateIn = { fromMs: first.ms, toMs: last.ms };
  return { loss, before, after, lateIn, grown: after - before, share: (after - before) / loss.lostBytes };
};

const lossFact = (loss: Loss) =>
  fact("Lost", `${size(loss.lostBytes)} of ${loss.signal.name}`, ...loss.signal.refs(loss.endMs));

const factsOf = (inputs: Needs, { loss, before, after, share }: Measured) => {
  const value = `${size(before)} before, ${size(after)} at the end: ${percent(share)} of the ${size(loss.lostBytes)} lost`;
  const refs = [...systemRefs(inputs, loss.baseline.toMs), ...systemRefs(inputs, loss.endMs)];
  return [fact("Held beside the pods (daemons and kernel)", value, ...refs), lossFact(loss)] as const;
};

type Grown = { readonly view: CgroupView; readonly more: number; readonly before: number };

/** The unit that grew most, where it is a fair part; a service below system.slice before the slice itself. */
const unitOf = (inputs: Needs, { loss, grown, lateIn }: Measured): Grown | null => {
  const units = systemUnits(inputs.cgroups).flatMap((view): Grown[] => {
    const before = unitHeld(view, loss.baseline);
    const after = unitHeld(view, lateIn);
    return before === null || after === null ? [] : [{ view, more: after - before, before }];
  });
  const worst = (list: readonly Grown[]) =>
    list.filter((u) => u.more > grown / 4).toSorted((a, b) => b.more - a.more)[0];
  return worst(units.filter((u) => u.view.cgroup.split("/").length > 2)) ?? worst(units) ?? null;
};

const limitUnit = ({ view, before }: Grown) => {
  const value = quantity(roundedUp(before * 2)).replace("i", "");
  return remedy(
    `Limit ${leafOf(view)}: MemoryMax=${value}`,
    `A drop-in for the unit: twice what it held before the growth (${size(before)}), rounded up to 64 MiB; and add its real need to systemReserved. Cost: the daemon is killed instead of a pod. Check: its memory.current stays flat.`,
    "culprit-outside-pods",
  );
};

const holding = (inputs: Needs, incident: Case, measured: Measured): Answer => {
  const { grown, share, loss } = measured;
  const named = unitOf(inputs, measured);
  const where =
    named === null
      ? "; no unit grew as much, so it is kernel memory or was not sampled"
      : `; ${named.view.cgroup} alone grew by ${size(named.more)}`;
  const [head, ...tail] = factsOf(inputs, measured);
  const growth =
    named === null
      ? []
      : [
          fact(
            `Growth of ${named.view.cgroup}`,
            size(named.more),
            refAt(named.view.current, "", loss.baseline.fromMs),
            refAt(named.view.current, "", loss.endMs),
          ),
        ];
  return holds({
    incidentId: incident.id,
    explains: "memory",
    share,
    role: "cause",
    explanation: `The growth was in no pod: what daemons and the kernel hold grew by ${size(grown)}, ${percent(share)} of the loss${where}.`,
    facts: [head, ...tail, ...growth],
    remedies: named === null ? [] : [limitUnit(named)],
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  // what the kernel holds for itself is no part of memory.available's loss
  const loss = inputs.freeLoss(incident) ?? inputs.loss(incident);
  if (loss === null || loss.lostBytes < LEAST_LOSS_BYTES) return null;
  const measured = measure(inputs, loss);
  const incidentId = incident.id;
  if (measured === null) {
    const explanation = "What daemons and the kernel held beside the pods cannot be computed.";
    const wouldDecide = wanted(
      "/proc/meminfo with memory.current and memory.stat of kubepods from a minute before the fall on",
      "baseline",
      "node-memory",
      "kubepods",
    );
    return unknown({ incidentId, explanation, facts: [lossFact(loss)], wouldDecide });
  }
  const { grown, share } = measured;
  if (share > MAIN_SHARE) return holding(inputs, incident, measured);
  const facts = factsOf(inputs, measured);
  if (share < INNOCENT_SHARE) {
    const explanation = `The growth was in the pods: what daemons and the kernel hold ${moved(grown)} while ${size(loss.lostBytes)} was lost.`;
    return refuted({ incidentId, explanation, facts });
  }
  const explanation = `Daemons and the kernel make ${percent(share)} of the loss: a part, not the whole.`;
  return unknown({
    incidentId,
    explanation,
    facts,
    wouldDecide: wanted("samples of system.slice's children over the fall", "system-units"),
  });
};

export const culpritOutsidePods = defineRule({
  id: "culprit-outside-pods",
  group: "victims",
  title: "The memory was taken outside the pods",
  needs: ["incidents", "kills", "loss", "freeLoss", "meminfo", "kubepods", "cgroups"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
