// A unit that the node needs lost its pages to reclaim, for nothing protects them: memory.min and memory.low are 0.
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type CgroupView, leafOf } from "../inputs/cgroup.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { deltaOf, refAt, settingAt, valueAt } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { list, number, size } from "../text/format.ts";
import { protectUnits } from "../text/protect.ts";
import { agentOfUnit } from "../../timeline/node/node-agents.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups">;

/** Pages a second that come back. Heuristic. */
const PER_SEC = 100;
const LAST_MS = 20_000;

const refaults = (view: CgroupView, fromMs: number, toMs: number): number | null =>
  deltaOf(view.stat, "workingset_refault_file", fromMs, toMs) ?? deltaOf(view.stat, "workingset_refault", fromMs, toMs);

/** The least over itself and its ancestors: that is what protects. */
const effective = (inputs: Needs, view: CgroupView, ms: number): number | null => {
  const chain = inputs.cgroups.filter(
    (c) => view.cgroup === c.cgroup || (c.cgroup !== "/" && view.cgroup.startsWith(`${c.cgroup}/`)),
  );
  const values = chain.map((c) => {
    const [min, low] = [settingAt(c.min, "", ms), settingAt(c.low, "", ms)];
    return min === null && low === null ? null : Math.max(min ?? 0, low ?? 0);
  });
  const known = values.filter((v) => v !== null);
  return known.length === 0 ? null : Math.min(...known);
};

interface Unit {
  readonly view: CgroupView;
  readonly perSec: number;
  readonly protection: number;
  readonly current: number;
}

const unitName = ({ view }: Unit): string => leafOf(view);

const unitsAt = (inputs: Needs, fromMs: number, toMs: number): readonly Unit[] =>
  inputs.cgroups
    .filter((c) => agentOfUnit(c.cgroup) !== null)
    .flatMap((view): Unit[] => {
      const came = refaults(view, fromMs, toMs);
      const protection = effective(inputs, view, toMs);
      const current = valueAt(view.current, "", toMs);
      if (came === null || protection === null || current === null) return [];
      return [{ view, perSec: (came * 1000) / LAST_MS, protection, current }];
    });

const unitFact = (unit: Unit, ms: number) => {
  const { view, perSec, protection, current } = unit;
  const field = view.stat?.has("workingset_refault_file") === true ? "workingset_refault_file" : "workingset_refault";
  const value = `${number(perSec)} pages a second came back; protected ${size(protection)} of ${size(current)}`;
  return fact(unitName(unit), value, refAt(view.stat, field, ms), refAt(view.min, "", ms));
};

/** A unit lost pages, and what protects it was not read. */
const unprotectedUnknown = (inputs: Needs, incident: Case, toMs: number): Answer | null => {
  const [worst] = inputs.cgroups
    .filter((c) => agentOfUnit(c.cgroup) !== null && effective(inputs, c, toMs) === null)
    .map((view) => ({ view, perSec: ((refaults(view, toMs - LAST_MS, toMs) ?? 0) * 1000) / LAST_MS }))
    .filter((u) => u.perSec > PER_SEC)
    .toSorted((a, b) => b.perSec - a.perSec);
  if (worst === undefined) return null;
  const name = leafOf(worst.view);
  const field =
    worst.view.stat?.has("workingset_refault_file") === true ? "workingset_refault_file" : "workingset_refault";
  return unknown({
    incidentId: incident.id,
    heuristic: true,
    explanation: `${name} had ${number(worst.perSec)} pages a second reclaimed and read back; whether anything protects it was not read.`,
    facts: [fact(name, `${number(worst.perSec)} pages a second came back`, refAt(worst.view.stat, field, toMs))],
    wouldDecide: wanted("memory.min and memory.low of the unit and of the slices above it", "system-units"),
  });
};

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { endMs: toMs } = incident;
  if (toMs === null) return null;
  const units = unitsAt(inputs, toMs - LAST_MS, toMs);
  const [head, ...tail] = units.slice(0, 3).map((unit) => unitFact(unit, toMs));
  if (head === undefined) return unprotectedUnknown(inputs, incident, toMs);
  const common = { incidentId: incident.id, heuristic: true, facts: [head, ...tail] as const };
  const bare = units.filter((u) => u.protection === 0 && u.perSec > PER_SEC).toSorted((a, b) => b.perSec - a.perSec);
  const [worst] = bare;
  if (worst === undefined) {
    const losing = units.filter((u) => u.perSec > PER_SEC);
    const explanation =
      losing.length === 0
        ? "The units that run the node lost few pages to reclaim."
        : `${list(losing.map(unitName))} had pages reclaimed and read back although memory.min or memory.low protects ${list(losing.map((u) => size(u.protection)))}: protection is not what is missing, at most its size.`;
    return refuted({ ...common, explanation });
  }
  const check = "workingset_refault of their memory.stat stands still";
  const protect = protectUnits(inputs.cgroups, toMs, check, "protection-missing");
  return holds({
    ...common,
    explains: "time",
    share: 0.4,
    role: "contributes",
    explanation: `Nothing protects what runs the node: ${list(bare.map(unitName))} had their pages reclaimed and read back (${number(worst.perSec)} a second at the worst) in the last 20 s, with memory.min and memory.low of 0.`,
    remedies: protect === null ? [] : [protect],
  });
};

export const protectionMissing = defineRule({
  id: "protection-missing",
  group: "memory-qos",
  title: "Nothing protects the memory of what runs the node",
  needs: ["incidents", "cgroups"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
