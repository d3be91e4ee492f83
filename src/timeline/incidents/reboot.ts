// The machine started anew after a kill: its next boot's first line, or samples of another boot.
import type { SourceRef } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import { type When, isPlaced, orderOf } from "../../model/instant.ts";
import type { SystemEvent } from "../../model/kubelet.ts";
import type { Clocks } from "../clocks/clocks.ts";
import type { Placed } from "../kubelet/merged-lines.ts";

export interface Reboot {
  readonly at: When;
  readonly evidence: readonly SourceRef[];
}

/** "Linux version …" of each boot whose beginning some log holds. */
const ofKernel = (facts: Facts, clocks: Clocks): Reboot[] =>
  facts.logs.flatMap((log) =>
    log.kernel.flatMap((event): Reboot[] =>
      event.kind === "boot" ? [{ at: clocks.place(event.stamps, event.bootId, "kernel"), evidence: event.from }] : [],
    ),
  );

const ofSystem = (system: readonly Placed<SystemEvent>[]): Reboot[] =>
  system.flatMap(({ event, at }) => (event.kind === "boot" ? [{ at, evidence: event.from }] : []));

/** Samples that name another boot than those before them; the machine was up again by the first one. */
const ofSamples = ({ samples }: Facts, clocks: Clocks): Reboot[] => {
  const found: Reboot[] = [];
  let last: string | null = null;
  samples.ticks.forEach(({ bootId, ref }, i) => {
    if (bootId === null) return;
    if (last !== null && bootId !== last) found.push({ at: clocks.tick(i), evidence: [ref] });
    last = bootId;
  });
  return found;
};

export const rebootsOf = (facts: Facts, clocks: Clocks, system: readonly Placed<SystemEvent>[]): Reboot[] => [
  ...ofKernel(facts, clocks),
  ...ofSystem(system),
  ...ofSamples(facts, clocks),
];

/** A machine that hung on memory is started anew by a watchdog or a person: minutes later. Heuristic. */
const REBOOT_MS = 900_000;

/** Without a wall clock the order of lines in one file tells. */
const followsInFile = (reboot: Reboot, after: SourceRef | null): boolean =>
  after !== null && reboot.evidence[0]?.file === after.file && reboot.evidence[0].line > after.line;

/** A boot's own beginning stands on its clock; another's is the next one's where it is not before, however late it was received. */
const isAnotherBoots = ({ at }: Reboot, first: When): boolean =>
  at.clock !== first.clock && at.best > first.best && orderOf(first, at) !== "after";

/** The first reboot after an incident that can be its end. `last`: the incident's last line of the kernel. */
export const rebootAfter = (
  reboots: readonly Reboot[],
  first: When,
  last: SourceRef | null,
  endMs: number,
  untilMs: number,
): Reboot | null => {
  const following = reboots.filter((reboot) =>
    isPlaced(first) && isPlaced(reboot.at)
      ? isAnotherBoots(reboot, first) && reboot.at.best <= Math.min(untilMs, endMs + REBOOT_MS)
      : followsInFile(reboot, last),
  );
  const key = ({ at, evidence }: Reboot): number => (isPlaced(at) ? at.best : (evidence[0]?.line ?? 0));
  return following.toSorted((a, b) => key(a) - key(b))[0] ?? null;
};
