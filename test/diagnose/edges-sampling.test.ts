// What rules say where the heavy files were read seldom: memory.stat and the tasks every half minute, usage each second.
import { describe, expect, it } from "vitest";
import { hasOutgrownStat, statAt } from "../../src/diagnose/inputs/cgroup.ts";
import type { Inputs } from "../../src/diagnose/inputs/inputs.ts";
import { kubepodsExhausted } from "../../src/diagnose/limits/kubepods-exhausted.ts";
import { tmpfsChargedToPod } from "../../src/diagnose/page-cache/tmpfs-charged-to-pod.ts";
import type { Rule } from "../../src/diagnose/rule.ts";
import { runRules } from "../../src/diagnose/run.ts";
import { victimNotLargest } from "../../src/diagnose/victims/victim-not-largest.ts";
import type { Finding } from "../../src/model/analysis.ts";
import type { OomTask } from "../../src/model/kernel.ts";
import { inputs, node, sampled, signal, taskView, view } from "./builders/inputs.ts";
import { incident, kill, line, memInfo, POD, POD_CGROUP, task, thresholds } from "./builders/story.ts";
import { at, MIB, ramp, single, track } from "./builders/track.ts";

const said = (rule: Rule, given: Partial<Inputs>): Finding => {
  const { findings, problems } = runRules([rule], inputs(given));
  expect(problems).toEqual([]);
  const [finding] = findings;
  if (finding === undefined) throw new Error(`${rule.id} says nothing`);
  return finding;
};

/** A pod that grows from 100 MiB at 100 s to 500 MiB at 120 s; its memory.stat was read at `statAtSec`. */
const grown = ramp(100, 100 * MIB, 120, 500 * MIB);
const podWithStat = (statAtSec: number, shmem: number) =>
  view(POD_CGROUP, {
    level: "pod",
    pod: POD,
    current: single("/pod/current", 0, 150, 1, grown),
    stat: track("/pod/stat", [
      [statAtSec, { anon: grown(statAtSec) - shmem, inactive_file: 0, active_file: 0, shmem, slab_reclaimable: 0 }],
    ]),
  });
const nodeKill = (...rows: OomTask[]) =>
  kill(120, {
    report: {
      memInfo: memInfo({ ramBytes: 616 * MIB, reservedBytes: 16 * MIB }),
      tasks: { rows, complete: true, from: line("Tasks state", 640) },
    },
  });

describe("a pod's memory.stat that was read before the pod grew", () => {
  it("says nothing of what it became, and all of what it was", () => {
    const early = podWithStat(100, 0);
    expect(hasOutgrownStat(early, at(120))).toBe(true);
    expect(statAt(early, "anon", at(120))).toBeNull();
    expect(statAt(early, "anon", at(103))).toBe(100 * MIB);
  });

  it("stands where the pod held the same ever since", () => {
    expect(hasOutgrownStat(podWithStat(70, 0), at(100))).toBe(false);
    expect(statAt(podWithStat(70, 0), "anon", at(100))).toBe(100 * MIB);
  });

  it("does not clear memory-backed files", () => {
    const { verdict, explanation } = said(tmpfsChargedToPod, {
      incidents: [incident({ kills: [nodeKill()], from: 60 })],
      cgroups: [podWithStat(100, 0)],
    });
    expect(verdict).toBe("unknown");
    expect(explanation).toMatch(
      /held 0 % of its memory in memory-backed files at .*; what it took after that, up to \d+ MiB, is not told apart/,
    );
  });

  it("charges the files that it showed, though the tasks were read in that tick only", () => {
    const { verdict, explanation } = said(tmpfsChargedToPod, {
      incidents: [incident({ kills: [nodeKill()], from: 60 })],
      cgroups: [podWithStat(112, 300 * MIB)],
      tasks: [taskView(1031, "app", `${POD_CGROUP}/x`, [[112, { rssAnon: 40 * MIB, rssShmem: 0 }]])],
    });
    expect(verdict).toBe("holds");
    expect(explanation).toContain(
      "300 MiB of its 340 MiB belonged to no process at 01:01:52 UTC, and it grew to 480 MiB after that.",
    );
  });
});

describe("memory-backed files of a pod whose tasks were not sampled", () => {
  const filled = (rssBytes: number): Finding =>
    said(tmpfsChargedToPod, {
      incidents: [incident({ kills: [nodeKill(task(1031, "app", rssBytes, 975))], from: 60 })],
      cgroups: [podWithStat(119, 400 * MIB)],
    });

  it("belong to no process where all tasks of the node together map less", () => {
    const { verdict, facts } = filled(60 * MIB);
    expect(verdict).toBe("holds");
    expect(facts.at(-1)).toMatchObject({
      label: "Mapped by all tasks of the node together, at the kill",
      value: "60.0 MiB",
    });
  });

  it("may belong to one where the tasks map as much", () => {
    expect(filled(400 * MIB).verdict).toBe("unknown");
  });
});

describe("the pods' share, used up while the node falls too", () => {
  const share = (available: readonly (readonly [number, number])[]): string =>
    said(kubepodsExhausted, {
      incidents: [incident({ kills: [nodeKill()], from: 60 })],
      thresholds: thresholds({ memoryHardBytes: 100 * MIB, allocatable: true }),
      allocatable: sampled(0, 119, ramp(100, 500 * MIB, 119, 20 * MIB), "allocatableMemory.available"),
      available: signal(available),
    }).explanation;

  it("is set beside what the node had at that moment", () => {
    expect(
      share([
        [118, 300 * MIB],
        [119, 280 * MIB],
        [120, 270 * MIB],
      ]),
    ).toContain("fell to 20.0 MiB, below 100 MiB, while the node itself still had 270 MiB");
  });

  it.each([
    ["where that was read long before", [[90, 473 * MIB]]],
    ["where it is not known whether that had fallen since", [[118, 473 * MIB]]],
    [
      "where the node was below the threshold too",
      [
        [118, 300 * MIB],
        [120, 60 * MIB],
      ],
    ],
  ] as const)("is not %s", (_name, available) => {
    expect(share(available)).toContain("fell to 20.0 MiB, below 100 MiB. The kubelet logs");
  });
});

describe("a victim that was not the largest", () => {
  const chosen = (memTotalBytes: number) =>
    said(victimNotLargest, {
      incidents: [
        incident({
          kills: [nodeKill(task(1031, "app", 2 * MIB, 975), task(128, "checkout", 42 * MIB, 893))],
          from: 60,
        }),
      ],
      node: node({ memTotalBytes }),
    }).verdict;

  it("is so by what is much on its node", () => {
    expect(chosen(600 * MIB)).toBe("holds");
    expect(chosen(16_000 * MIB)).toBe("refuted");
  });
});
