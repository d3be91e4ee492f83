// samples/recorded-cgroup-v2.tgz against what its scene saw by itself (scripts/vm): pids, limits and counters of the cgroups at the end.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.ts";
import { root } from "./tree.ts";

const MiB = 1024 * 1024;
const BUILDER =
  "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod5f0c7e52_93d1_4b8e_9a44_c1d7e6b20f3a.slice/cri-containerd-8f3c1d0e7a5b49628d1f0c3e5a7b9d2c4e6f8091a3b5c7d9e1f2031425364758.scope";

describe("samples/recorded-cgroup-v2.tgz", async () => {
  const analysis = await analyse(join(root, "samples/recorded-cgroup-v2.tgz"));
  const finding = (id: string) => analysis.findings.find((one) => one.id === id);

  it("is a whole, sealed bundle of cgroup v2, in which every word is read", () => {
    expect(analysis.source).toMatchObject({ layout: "memforensics-1", integrity: "verified" });
    expect(analysis.node).toMatchObject({
      hostname: "worker-1",
      kernelRelease: "6.1.0-57-cloud-amd64",
      cgroupVersion: 2,
      memTotalBytes: 623_132_672,
      cpus: 1,
    });
    expect(analysis.diagnostics).toEqual([]);
    expect(analysis.coverage.gaps).toEqual([]);
  });

  it("tells the one kill: the container's limit, its victim and all that died with it", () => {
    expect(analysis.verdict).toMatchObject({ outcome: "no-race", confidence: "high" });
    expect(analysis.evictions).toEqual([]);
    expect(analysis.oomKills).toHaveLength(1);
    const [kill] = analysis.oomKills;
    expect(kill).toMatchObject({
      constraint: "memcg",
      scope: "container",
      limitedCgroup: BUILDER,
      victimCgroup: BUILDER,
      limitBytes: 128 * MiB,
      usageBytes: 128 * MiB,
      qosClass: "Burstable",
      count: 4,
      complete: true,
      pod: { namespace: "reports", name: "report-builder-6c9f7d5b48-m2xqk", container: "builder" },
    });
    expect(kill?.victims.map(({ pid, comm }) => `${comm} ${pid}`)).toEqual([
      "report-builder 356",
      "sh 353",
      "sh 355",
      "sleep 718",
    ]);
    // "3,394,43854457,-;Memory cgroup out of memory: Killed process 356 …"; the scene saw it done at 44.17 s
    expect(kill?.at.bootSec).toBe(43.854457);
  });

  it("tells who was slowed and not killed: memory.events had 10,064 “high”, no “max”", () => {
    expect(finding("memory-high-throttling")).toMatchObject({
      verdict: "holds",
      severity: "warning",
      explanation: expect.stringMatching(
        /^search\/indexer-0, container indexer, was slowed, not killed: .* memory\.high of 160 MiB/,
      ),
    });
    expect(finding("group-kill")?.verdict).toBe("holds");
  });

  it("draws a pod's growth as the pod's, though memory.stat is read every 30 s and memory.current every 5 s", () => {
    const stack = (owner: string) =>
      (analysis.series.find(({ id }) => id === `node.memory.total-stack.${owner}`)?.values ?? []).map(
        (bytes) => (bytes ?? NaN) / MiB,
      );
    const system = stack("system");
    expect(system.length).toBeGreaterThan(20);
    expect(Math.max(...system)).toBeLessThan(7);
    expect(Math.max(...stack("pod/5f0c7e52-93d1-4b8e-9a44-c1d7e6b20f3a"))).toBeCloseTo(120.4, 1);
    expect(stack("pod/5f0c7e52-93d1-4b8e-9a44-c1d7e6b20f3a").at(-1)).toBeLessThan(0.1);
  });
});
