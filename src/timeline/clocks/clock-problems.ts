// What the clocks leave open, said once: steps, several boots, stamps without year or zone, a kernel's clock that nothing binds.
import type { Problem } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import { isPlaced, type Stamp } from "../../model/instant.ts";
import type { Clocks } from "./clocks.ts";

const problem = (severity: Problem["severity"], code: string, message: string, costs: string): Problem => ({
  severity,
  code,
  file: null,
  line: null,
  message,
  costs,
});

const hasStamp = (stamps: readonly Stamp[], clocks: readonly Stamp["clock"][]): boolean =>
  stamps.some((s) => clocks.includes(s.clock));

/** True where kills or kubelet lines are known by local stamps alone: a capture may hold the same log in a form with a better clock. */
const hangsOnLocal = (facts: Facts): boolean => {
  const kernel = facts.logs.flatMap((log) => log.kernel.filter((event) => event.kind === "oom-report"));
  const kubelet = facts.logs.flatMap((log) => log.kubelet);
  const byLocal = (
    events: readonly { readonly stamps: readonly Stamp[] }[],
    better: readonly Stamp["clock"][],
  ): boolean =>
    events.some((e) => hasStamp(e.stamps, ["klog", "rfc3164"])) && !events.some((e) => hasStamp(e.stamps, better));
  return byLocal(kernel, ["printk", "realtime"]) || byLocal(kubelet, ["realtime"]);
};

const localProblems = (facts: Facts, { local, zoneUnknown }: Clocks): Problem[] => {
  if (!hangsOnLocal(facts)) return [];
  if (local.nearMs === null)
    return [
      problem(
        "warning",
        "year-unknown",
        "the log's stamps name no year and nothing else in the input does",
        "its lines cannot be put on the wall clock; their order and distances hold",
      ),
    ];
  if (local.zoneMs !== null) return [];
  return [
    problem(
      "info",
      "zone-assumed",
      "the log's stamps name no time zone and nothing binds them to a clock that does: they were read as UTC",
      zoneUnknown
        ? "order against other sources is undecided; a journal in short-iso-precise or JSON form would decide"
        : "times are the node's own local time",
    ),
  ];
};

const printkProblems = (facts: Facts, { wallMinusPrintk }: Clocks): Problem[] => {
  const onlyPrintk = facts.logs.some((log) =>
    log.kernel.some(
      (e) => e.kind === "oom-report" && e.stamps.length > 0 && e.stamps.every((s) => s.clock === "printk"),
    ),
  );
  const bound = [...wallMinusPrintk.values()].some((b) => Number.isFinite(b.low) && Number.isFinite(b.high));
  if (!onlyPrintk || bound) return [];
  return [
    problem(
      "warning",
      "printk-unbound",
      "nothing in the input binds the kernel's clock to the wall clock",
      "kills are known in seconds after boot only and cannot be ordered against the kubelet; collector marks, journald's JSON or /proc/uptime beside a wall clock would bind it",
    ),
  ];
};

const stepProblems = ({ wallMinusBoot }: Clocks): Problem[] =>
  (wallMinusBoot?.steps ?? [])
    .filter(({ drift }) => !drift)
    .map(({ byMs, atBootMs }) =>
      problem(
        "warning",
        "clock-step",
        `the wall clock was stepped by ${(byMs / 1000).toFixed(3)} s, ${(atBootMs / 1000).toFixed(1)} s after boot`,
        "wall times before and after the step differ by it; the order of kernel lines does not depend on it",
      ),
    );

const sleepProblems = ({ sleeps }: Clocks): Problem[] =>
  sleeps.map(({ from, to, byMs, sure }) => {
    const where = `between ${(Math.max(0, from) / 1000).toFixed(0)} and ${(to / 1000).toFixed(0)} s of the kernel's clock`;
    const seconds = `${(byMs / 1000).toFixed(1)} s`;
    return sure
      ? problem(
          "warning",
          "clock-suspend",
          `the machine slept ${where}: its boot clock went on for ${seconds}, the kernel's stood still`,
          "each stretch of the kernel's clock is placed by its own readings; what lies between is not known",
        )
      : problem(
          "warning",
          "clock-jump",
          `the wall clock jumped by ${seconds} against the monotonic one ${where}: it was stepped, or the machine slept`,
          "each stretch of the kernel's clock is placed by its own readings; order across the jump holds by the kernel's clock alone",
        );
  });

/** Each stretch moved on by at least what parts its bounds from the next one's. */
const driftProblems = ({ wallMinusBoot }: Clocks): Problem[] => {
  const drifts = (wallMinusBoot?.steps ?? []).filter(({ drift }) => drift);
  const last = drifts.at(-1);
  if (last === undefined) return [];
  const byMs = drifts.reduce((sum, step) => sum + step.byMs, 0);
  return [
    problem(
      "info",
      "clock-drift",
      `the wall clock drifted against the boot clock by ${byMs.toFixed(0)} ms at the least, up to ${(last.atBootMs / 1000).toFixed(1)} s after boot`,
      "each stretch is placed by its own readings",
    ),
  ];
};

/** The kubelet's boot time is that of its start: between two of its lives it may differ by a second, within one it does not. */
const SECOND_MS = 1000;

/** By how much the kubelet's TimeOfDeath lies before the kernel's own stamp, for every kill that both tell of. */
const earlyBy = (facts: Facts, clocks: Clocks): number[] => {
  const kills = facts.logs.flatMap((log) =>
    log.kernel.flatMap((event) =>
      event.kind === "oom-report" ? event.kills.map((kill) => ({ kill, bootId: event.bootId })) : [],
    ),
  );
  const told = facts.logs.flatMap((log) => log.kubelet.filter((event) => event.kind === "sys-oom"));
  return told.flatMap(({ victimPid, timeOfDeath }) => {
    if (timeOfDeath === null) return [];
    const printk = kills.flatMap(({ kill, bootId }) => {
      const stamp =
        kill.pid === victimPid && kill.lineSeen ? kill.stamps.find(({ clock }) => clock === "printk") : undefined;
      const at = stamp === undefined ? null : clocks.place([stamp], bootId, "kernel");
      return at === null || !isPlaced(at) ? [] : [{ ms: stamp?.ms ?? 0, gap: Math.abs(at.best - timeOfDeath.ms) }];
    });
    const [nearest] = printk.toSorted((a, b) => a.gap - b.gap);
    return nearest === undefined || nearest.gap > 5 * SECOND_MS ? [] : [timeOfDeath.ms - nearest.ms];
  });
};

const lifeProblems = (facts: Facts, clocks: Clocks): Problem[] => {
  const constants = earlyBy(facts, clocks);
  const spread = Math.max(...constants) - Math.min(...constants);
  if (constants.length < 2 || spread < 2) return [];
  return [
    problem(
      "info",
      "time-of-death-varies",
      `the kubelet's TimeOfDeath less the kernel's stamp is no constant: it varies by ${spread.toFixed(0)} ms, as between two lives of the kubelet or over a step of the clock`,
      "each of them still lies 0 to 1 s before its kill",
    ),
  ];
};

export const clockProblems = (facts: Facts, clocks: Clocks): Problem[] => [
  ...stepProblems(clocks),
  ...driftProblems(clocks),
  ...sleepProblems(clocks),
  ...lifeProblems(facts, clocks),
  ...localProblems(facts, clocks),
  ...printkProblems(facts, clocks),
];
