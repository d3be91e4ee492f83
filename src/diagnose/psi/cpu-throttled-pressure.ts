// Memory pressure inflated by lack of CPU: time that a task spends without CPU inside a memory stall counts as stalled (psi.c).
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { type CgroupView, nameOf } from "../inputs/cgroup.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { deltaOfSum, readingAt, stallShare } from "../inputs/track.ts";
import { defineRule } from "../rule.ts";
import { number, percent } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "cgroups">;

const THROTTLED = 0.2;
const STALLED = 0.1;
const QUIET_PER_SEC = 100;
const WINDOW_MS = 20_000;

const evaluate = (incident: Case, view: CgroupView): Answer | null => {
  const toMs = incident.killMs ?? incident.span?.toMs ?? null;
  if (toMs === null) return null;
  const fromMs = toMs - WINDOW_MS;
  const some = stallShare(view.pressure, "some", fromMs, toMs);
  // Without a stall the question does not arise.
  if (some === null || some < STALLED || view.pressure === null) return null;
  const name = nameOf(view.pod) ?? view.cgroup;
  const stalled = fact(
    "Stalled for memory",
    `${name}: ${percent(some)} of the time`,
    view.pressure.ref(Math.max(0, readingAt(view.pressure, toMs)), "some.total"),
  );
  const throttled = deltaOfSum(view.cpuStat, ["throttled_usec"], fromMs, toMs);
  const work = deltaOfSum(view.stat, ["pgscan", "workingset_refault_file", "workingset_refault_anon"], fromMs, toMs);
  if (throttled === null || work === null || view.cpuStat === null)
    return unknown({
      incidentId: incident.id,
      explanation: `${name} stood still for memory ${percent(some)} of the time; whether it was for lack of CPU its cpu.stat and memory.stat would say.`,
      facts: [stalled],
      wouldDecide: wanted("cpu.stat and memory.stat of its cgroup through the stall", "cgroups"),
    });
  const share = throttled.delta / 1e6 / throttled.seconds;
  const perSec = work.delta / work.seconds;
  if (share <= THROTTLED || perSec >= QUIET_PER_SEC)
    return refuted({
      incidentId: incident.id,
      explanation:
        share <= THROTTLED
          ? `The stall of ${name} is memory's: its CPU limit held it back ${percent(share)} of the time.`
          : `The stall of ${name} is memory's: ${number(perSec)} pages a second were reclaimed or read back.`,
      facts: [
        stalled,
        fact(
          "Throttled",
          `${percent(share)} of the time`,
          view.cpuStat.ref(Math.max(0, readingAt(view.cpuStat, toMs)), "throttled_usec"),
        ),
      ],
    });
  return holds({
    incidentId: incident.id,
    explains: "time",
    share: some,
    role: "contributes",
    explanation: `The memory stall of ${name} (${percent(some)} of the time) is mostly lack of CPU: it was throttled ${percent(share)} of the time while hardly any page was reclaimed or read back (${number(perSec)} a second).`,
    facts: [
      fact(
        "Throttled",
        `${percent(share)} of the time`,
        view.cpuStat.ref(Math.max(0, readingAt(view.cpuStat, toMs)), "throttled_usec"),
      ),
      stalled,
    ],
    remedies: [
      remedy(
        `Raise the CPU limit of ${name} first`,
        `It was throttled ${percent(share)} of the time: a memory stall lasts as long as the task waits for CPU in it. Check: nr_throttled of cpu.stat stands still; then look at memory again.`,
        "cpu-throttled-pressure",
      ),
    ],
  });
};

export const cpuThrottledPressure = defineRule({
  id: "cpu-throttled-pressure",
  group: "psi",
  title: "Memory pressure inflated by lack of CPU",
  needs: ["incidents", "cgroups"],
  evaluate: ({ incidents, cgroups }: Needs) =>
    incidents.flatMap((incident) => {
      const answers = cgroups
        .filter((c) => c.level === "pod")
        .map((view) => evaluate(incident, view))
        .filter((answer) => answer !== null);
      const held = answers.filter((answer) => answer.verdict === "holds");
      // Of many stalled pods one is enough to say that it was not the CPU.
      return held.length > 0 ? held : answers.slice(0, 1);
    }),
});
