import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Analysis } from "../../src/model/analysis.ts";
import { run } from "../cli/run.ts";
import { manifestOf, readSegments, ticksOf } from "../collector/bundle.ts";
import { analyse } from "../project/analyse.ts";
import { boot, type Machine } from "./machine.ts";

const MiB = 1024 * 1024;
let vm: Machine;
beforeAll(async () => {
  vm = await boot("limit-and-throttle", "dash");
}, 1_200_000);

describe("a container's limit and another's memory.high, under dash", () => {
  test("every command ended well, and a second recorder was refused", () => {
    for (const name of ["doctor", "start", "status", "snapshot", "stop"])
      expect(vm.fact(`${name}.status`), name).toBe("0");
    expect(vm.fact("second.status")).toBe("1");
    expect(vm.text("second.txt")).toMatch(/^collect\.sh: a collector is recording already \(pid \d+,/);
    expect(vm.text("doctor.txt")).toMatch(/^ {2}yes {6}memory cgroups {9}v2, \/sys\/fs\/cgroup$/m);
    expect(vm.text("doctor.txt")).toMatch(/^ {2}yes {6}ticker {17}busybox$/m);
  });

  test("nothing of the recorder is left: no cgroup, no spool", () => {
    expect(vm.text("left-cgroups.txt")).toBe("");
    // where the last bundle went, and the names of those that triggers sealed, which are bounded
    expect(vm.text("left-files.txt").trim().split("\n").sort()).toEqual([
      "/var/lib/memforensics/last",
      "/var/lib/memforensics/triggered",
    ]);
  });

  test.each(["recorded.tgz", "snapshot.tgz", "trigger.tgz"])("%s fits its seal", async (name) => {
    expect(await run(["verify", vm.path(name)])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/ fits its seal: \d+ files, none altered, missing or added\n$/),
    });
  });

  test.each(["recorded.tgz", "snapshot.tgz", "trigger.tgz"])(
    "%s tells the kill as the kernel made it",
    async (name) => {
      const { oomKills, verdict, incidents, evictions } = await analyse(vm.path(name));
      expect(verdict).toMatchObject({ outcome: "no-race", confidence: "high" });
      expect(incidents).toHaveLength(1);
      expect(evictions).toEqual([]);
      expect(oomKills).toHaveLength(1);
      expect(oomKills[0]).toMatchObject({
        constraint: "memcg",
        scope: "container",
        limitedCgroup: vm.fact("builder.cgroup"),
        victimCgroup: vm.fact("builder.cgroup"),
        limitBytes: 128 * MiB,
        usageBytes: 128 * MiB,
        qosClass: "Burstable",
        knownFrom: "report",
        complete: true,
        pod: {
          namespace: "reports",
          name: "report-builder-6c9f7d5b48-m2xqk",
          uid: "5f0c7e52-93d1-4b8e-9a44-c1d7e6b20f3a",
          container: "builder",
          containerId: "8f3c1d0e7a5b49628d1f0c3e5a7b9d2c4e6f8091a3b5c7d9e1f2031425364758",
        },
      });
    },
  );

  test("the chosen victim and all beside it, each once: the kernel counts the chosen one twice", async () => {
    const [kill] = (await analyse(vm.path("recorded.tgz"))).oomKills;
    expect(kill?.victims[0]).toMatchObject({ pid: vm.number("builder.pid"), comm: "report-builder", oomScoreAdj: 785 });
    const pids = kill?.victims.map(({ pid }) => pid) ?? [];
    expect(new Set(pids).size).toBe(pids.length);
    expect(kill?.count).toBe(pids.length);
    expect(vm.number("builder.events.oom_kill")).toBe(pids.length + 1);
    expect(vm.number("builder.events.oom_group_kill")).toBe(1);
    expect(kill?.badness).toMatchObject({ rank: 1, agrees: true });
  });

  test("memory.high throttled the other one, and its figures are the cgroup's", async () => {
    const found = await findings();
    expect(found.get("group-kill")?.verdict).toBe("holds");
    const throttling = found.get("memory-high-throttling");
    expect(throttling).toMatchObject({
      verdict: "holds",
      explanation: expect.stringContaining("search/indexer-0, container indexer, was slowed, not killed"),
    });
    expect(vm.number("indexer.memory.high")).toBe(160 * MiB);
    expect(throttling?.explanation).toContain("its memory.high of 160 MiB");
    expect(vm.number("indexer.events.high")).toBeGreaterThan(100);
    expect(vm.number("indexer.events.max")).toBe(0);
    expect(vm.number("indexer.events.oom_kill")).toBe(0);
  });

  test("nothing is said of a memory.high that a container with request = limit never gets", async () => {
    expect((await findings()).has("high-would-have")).toBe(false);
  });

  test("the manifest, the marks and the clocks are of this boot", async () => {
    const { source, node, oomKills, diagnostics } = await analyse(vm.path("recorded.tgz"));
    expect(source).toMatchObject({ layout: "memforensics-1", integrity: "verified" });
    expect(node).toMatchObject({ hostname: "worker-1", kernelRelease: vm.fact("kernel"), cgroupVersion: 2 });
    expect(node.memTotalBytes).toBe(vm.number("total"));
    expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
    // printk's clock and /proc/uptime are one here: the kill lies before the scene saw it
    expect(oomKills[0]?.at.anchor).toBe("the collector's marks in the kernel log");
    expect(oomKills[0]?.at.bootSec).toBeLessThan(vm.number("builder.killed_before"));
    expect(oomKills[0]?.at.bootSec).toBeGreaterThan(vm.number("builder.killed_before") - 2);

    const bundle = vm.unpacked("recorded.tgz");
    const manifest = manifestOf(bundle);
    expect(manifest).toMatchObject({
      state: "sealed",
      boot: vm.fact("boot"),
      cgroup: "v2",
      cgroup_root: "/sys/fs/cgroup",
      page_size: 4096,
      missing: ["journal"],
    });
    const rows = readFileSync(join(bundle, "clock.tsv"), "utf8").split("\n").slice(1, -1);
    expect(rows).toHaveLength(manifest.marks);
    for (const row of rows) {
      const [uptime, monotonic, realtime, offset, , bootId] = row.split("\t");
      expect(bootId).toBe(vm.fact("boot"));
      expect(Math.abs(Number(monotonic) / 1e9 - Number(uptime))).toBeLessThan(0.1);
      expect(offset).toBe("0");
      const real = Number(realtime) / 1e9 - (Number(uptime) - manifest.started.uptime) - manifest.started.real;
      expect(Math.abs(real)).toBeLessThan(0.1);
    }
  });

  test("the ticks hold the counters that the cgroups had at the end", () => {
    const segments = readSegments(vm.unpacked("recorded.tgz"));
    const last = ticksOf(segments, "full").at(-1);
    for (const name of ["builder", "indexer", "kubepods"]) {
      const at = (file: string) => last?.files.get(`/sys/fs/cgroup${vm.fact(`${name}.cgroup`)}/${file}`);
      expect(at("memory.max"), name).toBe(vm.fact(`${name}.memory.max`));
      expect(at("memory.high"), name).toBe(vm.fact(`${name}.memory.high`));
      expect(at("memory.min"), name).toBe(vm.fact(`${name}.memory.min`));
      expect(at("memory.oom.group"), name).toBe(vm.fact(`${name}.memory.oom.group`));
      expect(at("memory.events"), name).toContain(`oom_kill ${vm.fact(`${name}.events.oom_kill`)}\n`);
    }
    // every tick is whole, and the recorder's own cgroup is in none of them
    for (const { ticks } of segments) {
      expect(ticks.filter(({ endUp }) => endUp === null)).toEqual([]);
      expect(ticks.flatMap(({ files }) => [...files.keys()]).filter((path) => path.includes("memforensics-"))).toEqual(
        [],
      );
    }
  });
});

const findings = async (): Promise<Map<string, Analysis["findings"][number]>> =>
  new Map((await analyse(vm.path("recorded.tgz"))).findings.map((finding) => [finding.id, finding]));
