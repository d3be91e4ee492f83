// Two nodes that ran out by something that no process holds, recorded in the virtual machine, against what the scenes saw by themselves
// (scripts/vm/scenes): files in memory, and the kernel's own memory. memory.stat of pods was read every 10 to 30 s, usage and the
// node's files up to five times a second.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.ts";
import { root } from "./tree.ts";

const MIB = 1024 * 1024;

const read = async (sample: string) => {
  const analysis = await analyse(join(root, "samples", sample));
  const { findings } = analysis;
  const idsOf = (verdict: string) => findings.filter((one) => one.verdict === verdict).map(({ id }) => id);
  const told = (id: string) => findings.find((one) => one.id === id)?.explanation;
  return { analysis, holds: idsOf("holds"), refuted: idsOf("refuted"), told };
};

describe("samples/recorded-memory-files.tgz", async () => {
  const { analysis, holds, refuted, told } = await read("recorded-memory-files.tgz");

  it("is whole, of cgroup v2, and read without a word", () => {
    expect(analysis.source.integrity).toBe("verified");
    expect(analysis.node).toMatchObject({ cgroupVersion: 2, memTotalBytes: 623_132_672 });
    expect(analysis.diagnostics).toEqual([]);
  });

  it("names the files that the transcoder wrote into memory, and not those that died for them", () => {
    expect(holds).toEqual(["tmpfs-charged-to-pod", "kubepods-exhausted", "victim-not-largest", "group-kill"]);
    // the scene wrote 482 MiB; memory.stat was read last when there were 293
    expect(told("tmpfs-charged-to-pod")).toMatch(
      /^Memory-backed files fill media\/transcoder-7d9c5f6b8d-h8zkq: 293 MiB of its 294 MiB belonged to no process at 04:16:07 UTC, and it grew to 447 MiB after that\./,
    );
    expect(told("group-kill")).toContain(
      "(2 processes in 1 kill of media/transcoder-7d9c5f6b8d-h8zkq and 4 processes in 1 kill of shop/checkout-5d8f9c7b6-x4t2p)",
    );
    expect(told("dirty-page-backlog")).toBe(
      "1.20 MiB had to be written before it could be dropped, but reclaim met none of it in the last 20.0 s.",
    );
    expect(told("kubepods-exhausted")).not.toContain("the node itself still had");
    for (const innocent of [
      "page-cache-counted-as-used",
      "slab-growth",
      "kernel-memory-unseen",
      "culprit-outside-pods",
    ])
      expect(refuted).toContain(innocent);
  });

  it("asks for what is lacking, and not for what is there", () => {
    expect(told("kernel-faster-than-loop")).toBe(
      "allocatableMemory.available fell below 100 MiB 3.7 s before the kill; no line of the kubelet shows how long its passes took.",
    );
    expect(told("threshold-too-small")).toBe(
      "How large the threshold had to be cannot be said without the kubelet's passes.",
    );
    expect(analysis.nextCapture?.map(({ id }) => id)).toEqual([
      "kubelet-log",
      "api-objects",
      "pressure",
      "system-units",
    ]);
  });

  it("follows memory.available in every fast tick, up to 0.2 s before the kill: the root's memory.stat is in each", () => {
    const available = analysis.series.find(({ id }) => id === "node.memory.available.kubelet");
    expect(available?.values).toHaveLength(197);
    expect(analysis.incidents[0]?.race).toMatchObject({
      thresholdBytes: 100 * MIB,
      timeToExhaustionMs: expect.closeTo(1317.8, 1),
    });
  });
});

describe("a small node", async () => {
  const { analysis } = await read("recorded-memory-files.tgz");

  it("is not offered thresholds above half of its memory", () => {
    expect(analysis.incidents[0]?.whatIf.map(({ thresholdBytes }) => thresholdBytes / MIB)).toEqual([100, 150, 200]);
  });

  it("has an account that lays no file on others which the pod wrote after its memory.stat was read", () => {
    const parts = analysis.ledgers.find(({ moment }) => moment === "kill")?.parts ?? [];
    expect(parts.map(({ name }) => name)).toContain("shmem not told apart by pod");
    expect(parts.map(({ name }) => name)).not.toContain("shmem outside pods");
  });
});

describe("samples/recorded-kernel-memory.tgz", async () => {
  const { analysis, holds, refuted, told } = await read("recorded-kernel-memory.tgz");

  it("is whole, of cgroup v2, and read without a word", () => {
    expect(analysis.source.integrity).toBe("verified");
    expect(analysis.diagnostics).toEqual([]);
  });

  it("names the caches of the kernel that a daemon filled, though the pod that took the rest was killed for it", () => {
    expect(holds).toEqual(["kernel-memory-unseen", "threshold-below-floor", "slab-growth", "group-kill"]);
    expect(analysis.oomKills[0]?.victims[0]).toMatchObject({ pid: 553, comm: "cruncher" });
    // the scene read Slab: 17.8 MiB before the files were made and 261.7 MiB after
    expect(told("slab-growth")).toMatch(/^Kernel caches hold 262 MiB, most of it in shmem_inode_cache and dentry\./);
    expect(told("kernel-memory-unseen")).toBe(
      "Kernel memory grew by 245 MiB outside the kubelet's signal: memory.available still stood at 308 MiB, as kubelets from 1.29 on count it, above its threshold of 100 MiB, when the kernel killed.",
    );
    for (const innocent of ["page-cache-counted-as-used", "unaccounted-memory", "kubepods-exhausted", "dying-cgroups"])
      expect(refuted).toContain(innocent);
  });
});
