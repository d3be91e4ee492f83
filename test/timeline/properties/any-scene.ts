// Any scene: kills and reactions at any second, each told by sources of any form, or by none.
import { type Arbitrary, boolean, constantFrom, integer, option, record } from "fast-check";
import {
  config,
  evicted,
  fall,
  type Files,
  HARD_300,
  kernelJournal,
  kill,
  klogTime,
  kmsg,
  kubeletJournal,
  type Line,
  mark,
  notYet,
  POD,
  quiet,
  reclaim,
  ticks,
} from "../adversarial/scene.ts";

export interface Plan {
  readonly killAt: number | null;
  readonly atPodLimit: boolean;
  readonly reactsAt: number | null;
  readonly completesAfter: number | null;
  readonly grace: boolean;
  readonly kernel: "kmsg-marked" | "kmsg" | "journal" | "none";
  readonly kubelet: "journal" | "klog" | "none";
  readonly zoneH: number;
  readonly thresholds: "300Mi" | "disk-only" | "unknown";
  readonly film: boolean;
  readonly counted: boolean;
}

const seconds = (min: number, max: number): Arbitrary<number> =>
  integer({ min: min * 10, max: max * 10 }).map((n) => n / 10);

/** Without a memory threshold the kubelet does nothing for memory. */
const possible = (plan: Plan): Plan =>
  plan.thresholds === "disk-only" ? { ...plan, reactsAt: null, grace: false } : plan;

export const plans: Arbitrary<Plan> = record({
  killAt: option(seconds(20, 60), { freq: 5 }),
  atPodLimit: boolean(),
  reactsAt: option(seconds(15, 75), { freq: 3 }),
  completesAfter: option(seconds(1, 25), { freq: 3 }),
  grace: boolean(),
  kernel: constantFrom("kmsg-marked", "kmsg", "journal", "none"),
  kubelet: constantFrom("journal", "klog", "none"),
  zoneH: integer({ min: -12, max: 14 }),
  thresholds: constantFrom("300Mi", "disk-only", "unknown"),
  film: boolean(),
  counted: boolean(),
}).map(possible);

const killPlan = ({ killAt, atPodLimit }: Plan): Line[] =>
  killAt === null ? [] : kill(killAt, 77, atPodLimit ? POD : null);

const kernelFiles = (plan: Plan): Record<string, Files> => {
  const lines: Line[] = [[-10, "quiet"], ...killPlan(plan), [100, "quiet"]];
  if (plan.kernel === "none") return {};
  if (plan.kernel === "journal") return { kernel: { "journal-kernel.json": kernelJournal(lines) } };
  return { kernel: kmsg(plan.kernel === "kmsg" ? lines : [mark(-9), ...lines, mark(70)]) };
};

export const kubeletLines = ({ reactsAt, completesAfter, grace }: Plan): Line[] => [
  quiet(-5),
  ...(grace ? [notYet(12)] : []),
  ...(reactsAt === null ? [] : reclaim(reactsAt)),
  ...(reactsAt === null || completesAfter === null ? [] : evicted(reactsAt + completesAfter)),
  quiet(200),
];

const kubeletFiles = (plan: Plan): Record<string, Files> => {
  const lines = kubeletLines(plan).toSorted(([a], [b]) => a - b);
  if (plan.kubelet === "none") return {};
  if (plan.kubelet === "journal")
    return { kubelet: { "journal-kubelet.short-iso-precise": kubeletJournal(lines, { zoneH: plan.zoneH }) } };
  const bare = lines.map(([s, text]) => `I${klogTime(s, plan.zoneH)}     410 eviction_manager.go:381] ${text}\n`);
  return { kubelet: { "kubelet.log": bare.join("") } };
};

const CONFIGS = { "300Mi": HARD_300, "disk-only": config("evictionHard:\n  nodefs.available: 10%"), unknown: null };

/** The files of a scene by source, each of which may be taken away. */
export const sourcesOf = (plan: Plan): Record<string, Files> => {
  const thresholds = CONFIGS[plan.thresholds];
  const { killAt } = plan;
  const oomKill = (s: number): number => (killAt !== null && s > killAt ? 1 : 0);
  const film = ticks(-20, 120, fall(killAt ?? plan.reactsAt ?? 45), { oomKill: plan.counted ? oomKill : null });
  return {
    ...kernelFiles(plan),
    ...kubeletFiles(plan),
    ...(thresholds === null ? {} : { thresholds }),
    ...(plan.film ? { film } : {}),
  };
};

export const filesOf = (sources: Record<string, Files>): Files => Object.assign({}, ...Object.values(sources)) as Files;

/** Few, for each builds a whole story; the seed is fixed so that a failure is everybody's. */
export const RUNS = { numRuns: 25, seed: 20261124 } as const;
