// What the rules of memory, victims and reclaim say where the evidence is partial: no more than it bears.
import { describe, expect, it } from "vitest";
import { balloonShrunk } from "../../src/diagnose/blind-spots/balloon-shrunk.ts";
import { unaccountedMemory } from "../../src/diagnose/blind-spots/unaccounted-memory.ts";
import { groupKill } from "../../src/diagnose/container/group-kill.ts";
import { runtimeHeapMismatch } from "../../src/diagnose/container/runtime-heap-mismatch.ts";
import { limitAt } from "../../src/diagnose/inputs/cgroup.ts";
import type { Inputs } from "../../src/diagnose/inputs/inputs.ts";
import { type Track, valueAt } from "../../src/diagnose/inputs/track.ts";
import { dyingCgroups } from "../../src/diagnose/kernel-memory/dying-cgroups.ts";
import { slabGrowth } from "../../src/diagnose/kernel-memory/slab-growth.ts";
import { protectionMissing } from "../../src/diagnose/memory-qos/protection-missing.ts";
import { dirtyPageBacklog } from "../../src/diagnose/page-cache/dirty-page-backlog.ts";
import { tmpfsChargedToPod } from "../../src/diagnose/page-cache/tmpfs-charged-to-pod.ts";
import { firstStalled } from "../../src/diagnose/psi/first-stalled.ts";
import { kswapdOutrun } from "../../src/diagnose/reclaim/kswapd-outrun.ts";
import { refaultThrash } from "../../src/diagnose/reclaim/refault-thrash.ts";
import { swapFull } from "../../src/diagnose/reclaim/swap-full.ts";
import { swapThrash } from "../../src/diagnose/reclaim/swap-thrash.ts";
import { watermarkLow } from "../../src/diagnose/reclaim/watermark-low.ts";
import type { Rule } from "../../src/diagnose/rule.ts";
import { runRules } from "../../src/diagnose/run.ts";
import { protectedPodKilled } from "../../src/diagnose/victims/protected-pod-killed.ts";
import { victimNotLargest } from "../../src/diagnose/victims/victim-not-largest.ts";
import type { Finding } from "../../src/model/analysis.ts";
import { inputs, node, view } from "./builders/inputs.ts";
import { incident, kill, line, memInfo, POD, POD_CGROUP, task } from "./builders/story.ts";
import { every, GIB, MIB, type Row, single, track } from "./builders/track.ts";
import { container as containerCases } from "./cases/container.ts";
import { memory } from "./cases/memory.ts";
import { reclaim } from "./cases/reclaim.ts";

const grave = incident({ kills: [kill(120)], from: 60 });
const maybe = (rule: Rule, given: Partial<Inputs>): Finding | undefined => {
  const { findings, problems } = runRules([rule], inputs({ incidents: [grave], ...given }));
  expect(problems).toEqual([]);
  return findings[0];
};
const said = (rule: Rule, given: Partial<Inputs>): Finding => {
  const finding = maybe(rule, given);
  if (finding === undefined) throw new Error(`${rule.id} says nothing`);
  return finding;
};
const made = (make: (() => Inputs) | undefined): Inputs => {
  if (make === undefined) throw new Error("no such case");
  return make();
};
const meminfo = (row: (s: number) => Row): Track => track("/proc/meminfo", every(0, 150, 1, row));
const vmstat = (row: (s: number) => Row): Track => track("/proc/vmstat", every(0, 150, 1, row));

describe("what the hypervisor took", () => {
  const total = meminfo(() => ({ MemTotal: 3 * GIB }));

  it("is not read across two boots, whose counters begin anew", () => {
    const balloon = vmstat((s) => ({ balloon_inflate: s < 60 ? 50_000 : 0, balloon_deflate: s < 60 ? 80_000 : 0 }));
    const booted = { ...balloon, boot: (i: number) => (balloon.ms(i) < balloon.ms(60) ? "boot-1" : "boot-2") };
    const { verdict, explanation } = said(balloonShrunk, { meminfo: total, vmstat: booted });
    expect(verdict).toBe("refuted");
    expect(explanation).toContain("MemTotal stayed as it was, the balloon took nothing");
  });

  it("is what was taken before the kill, not after it", () => {
    const late = meminfo((s) => ({ MemTotal: s < 130 ? 3 * GIB : 2 * GIB }));
    expect(said(balloonShrunk, { meminfo: late }).verdict).toBe("refuted");
  });

  it("is told where it was little", () => {
    const little = meminfo((s) => ({ MemTotal: 3 * GIB - (s < 50 ? 0 : 40 * MIB) }));
    const { explanation, facts } = said(balloonShrunk, {
      meminfo: little,
      vmstat: vmstat((s) => ({ balloon_inflate: s < 50 ? 0 : 5120, balloon_deflate: 0 })),
    });
    expect(explanation).toContain("MemTotal fell by 40.0 MiB only, the balloon took 20.0 MiB only");
    expect(facts[0]?.value).toBe("moved by little");
  });
});

describe("memory without an owner", () => {
  it("is never less than nothing", () => {
    const given = made(memory["unaccounted-memory"]?.refuted);
    const doubled = given.meminfo;
    if (doubled === null) throw new Error("no meminfo");
    const value = (i: number, field: string): number | null =>
      field === "AnonPages" ? (doubled.value(i, field) ?? 0) + 100 * MIB : doubled.value(i, field);
    const { explanation } = said(unaccountedMemory, { ...given, meminfo: { ...doubled, value } });
    expect(explanation).toMatch(
      /^All memory has a counted owner: the counters come to \d+(?:\.\d+)? MiB more than MemTotal: no hidden/,
    );
  });
});

describe("kernel caches", () => {
  const grown = made(memory["slab-growth"]?.holds);
  const withField = (change: (field: string, value: number | null) => number | null): Inputs => {
    const { meminfo: read } = grown;
    if (read === null) throw new Error("no meminfo");
    return { ...grown, meminfo: { ...read, value: (i, field) => change(field, read.value(i, field)) } };
  };

  it("are not called unreclaimable where that was not read", () => {
    const { explanation } = said(
      slabGrowth,
      withField((f, v) => (f === "SReclaimable" ? null : v)),
    );
    expect(explanation).toContain("How much of it is reclaimable was not read.");
  });

  it("are told by their share where most of them is neither", () => {
    const { explanation } = said(
      slabGrowth,
      withField((f, v) => (f === "SReclaimable" ? (v ?? 0) * 0.7 : v)),
    );
    expect(explanation).toContain("63 % of it is reclaimable.");
  });

  it("are named by what they hold, and nobody is charged for their growth, where they did not grow", () => {
    const rest = made(memory["slab-growth"]?.refuted);
    const { meminfo: read } = rest;
    if (read === null) throw new Error("no meminfo");
    const value = (i: number, field: string): number | null =>
      field === "Slab" ? 500 * MIB - i * 1024 : field === "SReclaimable" ? 450 * MIB : read.value(i, field);
    const slabinfo = track(
      "/proc/slabinfo",
      every(0, 150, 1, (s) => ({
        "dentry.num_slabs": 100_000,
        "dentry.pagesperslab": 1,
        "filp.num_slabs": 10 + s,
        "filp.pagesperslab": 1,
      })),
    );
    const charged = view(POD_CGROUP, { level: "pod", pod: POD, stat: single("/pod/stat", 0, 150, 1, () => 0) });
    const { explanation, remediation } = said(slabGrowth, {
      ...rest,
      meminfo: { ...read, value },
      slabinfo,
      cgroups: [charged],
    });
    expect(explanation).toMatch(/^Kernel caches hold \d+ MiB, most of it in dentry and filp\. /);
    expect(explanation).not.toContain("charged");
    expect(remediation).toEqual([]);
  });
});

describe("dying cgroups", () => {
  it("cost no negative Percpu", () => {
    const root = view("/", {
      level: "root",
      cgroupStat: track("/cgroup.stat", [
        [0, { nr_descendants: 200, nr_dying_descendants: 3000 }],
        [100, { nr_descendants: 200, nr_dying_descendants: 5000 }],
      ]),
    });
    const shrinking = track("/proc/meminfo", [
      [0, { Percpu: 180 * MIB }],
      [100, { Percpu: 100 * MIB }],
    ]);
    const { explanation, facts } = said(dyingCgroups, { root, meminfo: shrinking });
    expect(explanation).not.toContain("cost");
    expect(facts.map((f) => f.value)).toContain("100 MiB, shrank by 80.0 MiB");
  });
});

describe("a heap's maximum", () => {
  it("stands beside nothing where the report prints no statistics", () => {
    const given = made(containerCases["runtime-heap-mismatch"]?.holds);
    const [first] = given.incidents;
    if (first === undefined) throw new Error("no incident");
    const kills = first.kills.map((k) => ({ ...k, report: null }));
    const { explanation, facts } = said(runtimeHeapMismatch, { ...given, incidents: [{ ...first, kills }] });
    expect(explanation).toContain("may grow to 512 MiB (-Xmx): more than the limit of 256 MiB");
    expect(facts[1]?.value).toContain("anonymous memory not printed, kernel and shared memory not printed");
  });
});

describe("a group kill of which only one victim is told", () => {
  it("is open where part of the report is missing", () => {
    const alone = kill(95, {
      scope: "pod",
      limitedCgroup: POD_CGROUP,
      limitBytes: GIB,
      report: { groupKillOf: POD_CGROUP },
    });
    const cut = { ...alone, doc: { ...alone.doc, complete: false } };
    expect(said(groupKill, { incidents: [incident({ scope: "pod", kills: [alone] })] }).verdict).toBe("refuted");
    expect(said(groupKill, { incidents: [incident({ scope: "pod", kills: [cut] })] }).verdict).toBe("unknown");
  });
});

describe("units that run the node", () => {
  it("are not said to have lost few pages where they are protected and lost many", () => {
    const given = made(reclaim["protection-missing"]?.holds);
    const cgroups = given.cgroups.map((c) => ({ ...c, min: single("/k/min", 0, 150, 1, () => 32 * MIB) }));
    const { verdict, explanation } = said(protectionMissing, { ...given, cgroups });
    expect([verdict, explanation]).toEqual([
      "refuted",
      "kubelet.service had pages reclaimed and read back although memory.min or memory.low protects 32.0 MiB: protection is not what is missing, at most its size.",
    ]);
  });
});

describe("who stalled first", () => {
  const pressure = (path: string, step: number, from: number) =>
    track(
      path,
      every(0, 150, step, (s) => ({ "full.total": Math.max(0, s - from) * 300_000 })),
    );
  const pod = (step: number, from: number) =>
    view(POD_CGROUP, { level: "pod", pod: POD, pressure: pressure("/pod/memory.pressure", step, from) });

  it("is told only of those whose samples can show it", () => {
    const calm = pressure("/proc/pressure/memory", 1, 500);
    expect(said(firstStalled, { psiMemory: calm, cgroups: [pod(6, 500)] }).explanation).toBe(
      "No stall is in the samples: the node stayed under a full stall of 5 % over 2 s.",
    );
    expect(maybe(firstStalled, { psiMemory: null, cgroups: [pod(6, 500)] })).toBeUndefined();
    const stalled = pressure("/proc/pressure/memory", 1, 80);
    expect(said(firstStalled, { psiMemory: stalled, cgroups: [pod(6, 60)] }).explanation).not.toContain("no pod ahead");
    expect(said(firstStalled, { psiMemory: stalled, cgroups: [pod(1, 500)] }).explanation).toContain("no pod ahead");
  });

  it("is a tie within two samples of the one that is read less often", () => {
    const given = { psiMemory: pressure("/proc/pressure/memory", 1, 80), cgroups: [pod(2, 82)] };
    expect(said(firstStalled, given).verdict).toBe("unknown");
  });

  it("says nothing of a node that was not read", () => {
    expect(said(firstStalled, { psiMemory: null, cgroups: [pod(1, 80)] }).explanation).not.toContain(
      "the node as a whole",
    );
  });
});

describe("reclaim", () => {
  it("is not said to be without swap where swap was not read", () => {
    const given = made(reclaim["kswapd-outrun"]?.holds);
    const small = { ...given, meminfo: meminfo(() => ({ "Active(file)": 10 * MIB, "Inactive(file)": 10 * MIB })) };
    expect(said(kswapdOutrun, small).explanation).toContain("no swap");
    expect(said(kswapdOutrun, { ...small, node: node({ swapTotalBytes: null }) }).explanation).not.toContain("no swap");
  });

  it("has no cache of 0 B where the file LRU was not read", () => {
    const given = made(reclaim["watermark-low"]?.holds);
    expect(
      maybe(watermarkLow, { ...given, meminfo: meminfo((s) => ({ MemFree: s <= 100 ? 60 * MIB : 40 * MIB })) }),
    ).toBeUndefined();
  });
});

describe("nothing was reclaimed", () => {
  it("is said of the seconds that were looked at, not of all before", () => {
    const still = vmstat((s) => ({
      allocstall_normal: Math.min(s, 60),
      pgscan_kswapd: 0,
      workingset_refault_file: 0,
      workingset_restore_file: 0,
    }));
    expect(said(kswapdOutrun, { vmstat: still }).explanation).toContain(
      "for itself in the 10.0 s up to 0.0 ms before the kill.",
    );
    expect(said(refaultThrash, { vmstat: still }).explanation).toContain("Nothing was reclaimed in the 10.0 s up to");
    const swap = vmstat(() => ({ pswpin: 0, pswpout: 0 }));
    expect(said(swapThrash, { vmstat: swap, node: node({ swapTotalBytes: GIB }) }).explanation).toContain(
      "in the last 20.0 s before the event",
    );
  });
});

describe("samples that ended long before the event", () => {
  const late = incident({ kills: [kill(900, { report: null })], from: 840, to: 960 });

  it("do not tell what memory was at it", () => {
    const full = made(reclaim["swap-full"]?.holds);
    expect(said(swapFull, full).verdict).toBe("holds");
    expect(said(swapFull, { ...full, incidents: [late] }).verdict).toBe("unknown");
    const clean = made(memory["dirty-page-backlog"]?.refuted);
    expect(said(dirtyPageBacklog, clean).verdict).toBe("refuted");
    expect(maybe(dirtyPageBacklog, { ...clean, incidents: [late] })).toBeUndefined();
    const files = made(memory["tmpfs-charged-to-pod"]?.refuted);
    expect(said(tmpfsChargedToPod, files).verdict).toBe("refuted");
    expect(maybe(tmpfsChargedToPod, { ...files, incidents: [late] })).toBeUndefined();
  });

  it("still tell a limit, which stays as it was set", () => {
    const max = single("/pod/max", 0, 0, 1, () => GIB);
    expect(limitAt(max, max.ms(0) + 3_600_000)).toBe(GIB);
    expect(valueAt(max, "", max.ms(0) + 3_600_000)).toBeNull();
  });
});

describe("the choice of a victim", () => {
  const table = (rows: readonly ReturnType<typeof task>[]) => ({
    memInfo: memInfo({ ramBytes: 3 * GIB, reservedBytes: 0 }),
    tasks: { rows, complete: true, from: line("Tasks state", 640) },
  });

  it("is open where a larger task had as many points and was passed over", () => {
    const rows = [task(20, "memhog", 100 * MIB, 0), task(30, "db", 2 * GIB, 0)];
    const { verdict, explanation } = said(victimNotLargest, {
      incidents: [incident({ kills: [kill(120, { pids: [20], adj: 0, report: table(rows) })] })],
    });
    expect(verdict).toBe("unknown");
    expect(explanation).toMatch(/^db held 2\.00 GiB, more than the victim's 100 MiB, and no fewer points/);
  });

  it("at the limit of a unit is no node-wide shortage", () => {
    const killed = kill(120, { scope: "system", pod: null, limitedCgroup: "/system.slice/x.service", adj: -997 });
    expect(said(protectedPodKilled, { incidents: [incident({ scope: "system", kills: [killed] })] }).verdict).toBe(
      "refuted",
    );
  });
});
