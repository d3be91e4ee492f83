import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "../cli/run.ts";
import { manifestOf, readSegments, silentGaps, text, ticksOf } from "../collector/bundle.ts";
import { analyse } from "../project/analyse.ts";
import { boot, type Machine } from "./machine.ts";

const MiB = 1024 * 1024;
let vm: Machine;
let bundle: string;
beforeAll(async () => {
  vm = await boot("node-oom", "ash");
  bundle = vm.unpacked("recorded.tgz");
}, 1_800_000);

describe("the node runs out, then what all pods may have, under busybox ash", () => {
  test("the collector lives outside of every pod, protected, unlimited, and last to be killed", () => {
    const { pids, cgroup } = manifestOf(bundle).self;
    expect(pids.length).toBeGreaterThanOrEqual(4);
    for (const pid of pids) {
      expect(vm.fact(`collector.${pid}.oom_score_adj`)).toBe("-999");
      expect(vm.fact(`collector.${pid}.cgroup`)).toBe(`0::${cgroup.replace("/sys/fs/cgroup", "")}`);
    }
    expect(vm.number("collector.memory.min")).toBe(16 * MiB);
    expect(vm.fact("collector.memory.max")).toBe("max");
    // what it promises to need, and all that memory.min protects
    expect(vm.number("collector.memory.peak")).toBeLessThan(16 * MiB);
    const log = text(join(bundle, "collector.log"));
    expect(log).not.toContain("refused");
    expect(log).not.toContain("generation 2");
  });

  test("every process of it outlived both kills, and no tick is torn or missing in silence", () => {
    const { pids, cgroup } = manifestOf(bundle).self;
    expect(cgroup).toMatch(/memforensics-\d+$/);
    expect(vm.text("alive.txt").trim().split("\n").map(Number)).toEqual(pids);
    expect(silentGaps(bundle)).toEqual([]);
    for (const { ticks } of readSegments(bundle)) expect(ticks.filter(({ endUp }) => endUp === null)).toEqual([]);
    expect(text(join(bundle, "collector.log"))).toContain("fast ticks not written 0");
  });

  test("the fast tier ran faster while the node fell, and the node's counter is in it", () => {
    const fast = ticksOf(readSegments(bundle), "fast");
    const before = vm.number("node.killed_before");
    const falling = fast.filter(({ up }) => up > before - 15 && up < before);
    expect(falling.length).toBeGreaterThan(18);
    const kills = fast.map(({ files }) => Number(/^oom_kill (\d+)$/m.exec(files.get("/proc/vmstat") ?? "")?.[1]));
    expect(kills[0]).toBe(0);
    expect(kills.at(-1)).toBe(vm.number("oom_kill"));
  });

  test("the trigger fired before the kill, and its bundle holds the kill", async () => {
    const [trigger = ""] = vm.files.filter((name) => name.startsWith("trigger-"));
    expect(text(join(bundle, "collector.log"))).toMatch(/ trigger: available \d+ kB; its bundle is sealed in 15 s\n/);
    // how many died at once depends on whether the entrypoint's sleep ran at that moment
    const kills = vm.number("cruncher.events.oom_kill");
    expect(text(join(bundle, "collector.log"))).toMatch(
      new RegExp(` trigger: oom_kill ${kills} \\(within that of available \\d+ kB\\)\n`),
    );
    expect(await run(["verify", vm.path(trigger)])).toMatchObject({ status: 0 });
    const { oomKills } = await analyse(vm.path(trigger));
    expect(oomKills.map(({ scope }) => scope)).toEqual(["node"]);
  });

  test("both kills, each with its scope, limit, victim and instant", async () => {
    const { oomKills, incidents } = await analyse(vm.path("recorded.tgz"));
    expect(oomKills).toHaveLength(2);
    expect(oomKills[0]).toMatchObject({
      constraint: "none",
      scope: "node",
      limitedCgroup: null,
      limitBytes: null,
      victimCgroup: vm.fact("cruncher.cgroup"),
      qosClass: "BestEffort",
      pod: { namespace: "batch", name: "cruncher-29384-k8s2n", container: "cruncher" },
      badness: { rank: 1, agrees: true },
    });
    expect(oomKills[0]?.victims[0]).toMatchObject({ pid: vm.number("node.pid"), comm: "cruncher", oomScoreAdj: 1000 });
    expect(oomKills[1]).toMatchObject({
      constraint: "memcg",
      scope: "allocatable",
      limitedCgroup: "/kubepods.slice",
      limitBytes: 200 * MiB,
      victimCgroup: vm.fact("second.cgroup"),
      pod: { namespace: "batch", name: "cruncher-29385-q7w9d", container: "cruncher" },
      badness: { rank: 1, agrees: true },
    });
    expect(oomKills[1]?.victims[0]).toMatchObject({ pid: vm.number("kubepods.pid"), comm: "cruncher" });
    for (const [at, name] of ["node", "kubepods"].entries()) {
      const uptime = oomKills[at]?.at.bootSec ?? 0;
      expect(uptime).toBeLessThan(vm.number(`${name}.killed_before`));
      expect(uptime).toBeGreaterThan(vm.number(`${name}.killed_before`) - 2);
    }
    expect(incidents.map(({ scope }) => scope)).toEqual(["node", "allocatable"]);
  });

  test("without a kubelet's log nobody is said to have been first", async () => {
    const { verdict, incidents } = await analyse(vm.path("recorded.tgz"));
    expect(verdict.outcome).toBe("undetermined");
    expect(incidents.map(({ outcome }) => outcome)).toEqual(["undetermined", "undetermined"]);
  });

  test("kubepods' limit is found to have been reached, and the kills to have been of whole containers", async () => {
    const { findings } = await analyse(vm.path("recorded.tgz"));
    const holding = findings.filter(({ verdict }) => verdict === "holds").map(({ id }) => id);
    expect(holding).toEqual(expect.arrayContaining(["kubepods-exhausted", "group-kill"]));
    expect(holding).not.toContain("victim-not-largest");
    expect(holding).not.toContain("culprit-outside-pods");
    // a kill of the node comes after reclaim: what the samples cannot tell is how much there was between the last of them and the kill
    expect(findings.find(({ id }) => id === "kswapd-outrun")).toMatchObject({
      verdict: "refuted",
      explanation: expect.stringMatching(
        /no allocation had to reclaim for itself in the \d+\.\d s up to \d+(?:\.\d)? m?s before the kill\./,
      ),
    });
  });
});
