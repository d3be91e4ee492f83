// The account of a node's memory: it adds up, its remainder is named, and what changed between two ticks is told largest first.
import { describe, expect, it } from "vitest";
import { growthOf } from "../../../src/timeline/ledger/growth.ts";
import { type Parts, partsAt } from "../../../src/timeline/ledger/parts.ts";
import { knownPods } from "../../../src/timeline/pods/known-pods.ts";
import { buildPodIndex } from "../../../src/timeline/pods/pod-index.ts";
import { factsOf, type Files, MIB, POD, T0 } from "../adversarial/scene.ts";

const kb = (mib: number): string => `${mib * 1024} kB`;

/** Without the pod's memory.stat: it was not read in that tick. */
const withoutStat = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, text.replace(/==> \S*memory\.stat <==[\s\S]*$/, "")]),
  );

interface Node {
  readonly freeMib: number;
  readonly anonMib: number;
  readonly podAnonMib: number;
  readonly podShmemMib: number;
  readonly dentrySlabs: number;
}

/** 4096 MiB, of which 100 are in no field. */
const tick = (s: number, n: Node): Files => {
  const slabMib = (n.dentrySlabs * 2 * 4096) / MIB + 24;
  const shmemMib = n.podShmemMib + 8;
  const fileMib = 4096 - 100 - n.freeMib - n.anonMib - shmemMib - slabMib - 10 - 16;
  const at = ((T0 + s * 1000) / 1000).toFixed(3);
  return {
    [`ticks/${at}/meminfo`]: [
      `MemTotal: ${kb(4096)}`,
      `MemFree: ${kb(n.freeMib)}`,
      `Buffers: ${kb(4)}`,
      `Cached: ${kb(fileMib + shmemMib - 4)}`,
      `Active(file): ${kb(fileMib - 50)}`,
      `Inactive(file): ${kb(50)}`,
      `Dirty: ${kb(3)}`,
      `AnonPages: ${kb(n.anonMib)}`,
      `Shmem: ${kb(shmemMib)}`,
      `KernelStack: ${kb(6)}`,
      `PageTables: ${kb(10)}`,
      `Slab: ${kb(slabMib)}`,
      `SReclaimable: ${kb(slabMib - 24)}`,
      `SUnreclaim: ${kb(24)}`,
      `VmallocUsed: ${kb(16)}`,
    ].join("\n"),
    [`ticks/${at}/slabinfo`]: `slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\ndentry ${n.dentrySlabs * 42} ${n.dentrySlabs * 42} 192 42 2 : tunables 0 0 0 : slabdata ${n.dentrySlabs} ${n.dentrySlabs} 0\n`,
    [`ticks/${at}/cgroups`]: `==> /sys/fs/cgroup${POD}/memory.current <==\n${(n.podAnonMib + n.podShmemMib) * MIB}\n==> /sys/fs/cgroup${POD}/memory.stat <==\nanon ${n.podAnonMib * MIB}\nfile ${(n.podShmemMib + 2) * MIB}\nshmem ${n.podShmemMib * MIB}\nkernel ${5 * MIB}\ninactive_file 0\n`,
    [`ticks/${at}/uptime`]: `${(500 + s).toFixed(2)} 0.00\n`,
    [`ticks/${at}/sample_took_ms`]: "20\n",
  };
};

const accounts = async (...nodes: readonly Node[]): Promise<Parts[]> => accountsOf(nodes.map((n, s) => tick(s, n)));

const accountsOf = async (nodes: readonly Files[]): Promise<Parts[]> => {
  const facts = await factsOf(Object.assign({}, ...nodes) as Files);
  const pods = knownPods(facts, buildPodIndex(facts));
  return nodes.map((_, i) => {
    const parts = partsAt(facts.samples, pods, i);
    if (parts === null) throw new Error(`no account at tick ${i}`);
    return parts;
  });
};
const mibOf = ({ parts }: Pick<Parts, "parts">, name: string, pod = false): number | undefined => {
  const part = parts.find((p) => p.name === name && (p.pod !== null) === pod);
  return part === undefined ? undefined : part.bytes / MIB;
};

const REST: Node = { freeMib: 2000, anonMib: 600, podAnonMib: 400, podShmemMib: 30, dentrySlabs: 1280 };
const LATER: Node = { freeMib: 300, anonMib: 1900, podAnonMib: 1650, podShmemMib: 230, dentrySlabs: 38_400 };

describe("the account at a tick", () => {
  it("adds up to MemTotal, the 100 MiB that no field has apart", async () => {
    const [rest] = await accounts(REST);
    const sum = rest?.parts.reduce((all, { bytes }) => all + bytes, 0) ?? 0;
    expect([rest?.totalBytes, sum + (rest?.unaccountedBytes ?? 0)]).toEqual([4096 * MIB, 4096 * MIB]);
    expect((rest?.unaccountedBytes ?? 0) / MIB).toBeCloseTo(100, 1);
  });

  it("what pods hold is theirs, what is left of it everybody else's; kernel stacks are in vmalloc and not counted twice", async () => {
    const [rest] = await accounts(REST);
    if (rest === undefined) throw new Error("no account");
    expect([mibOf(rest, "anonymous", true), mibOf(rest, "anonymous outside pods")]).toEqual([400, 200]);
    expect([mibOf(rest, "shmem", true), mibOf(rest, "shmem outside pods")]).toEqual([30, 8]);
    expect([mibOf(rest, "vmalloc and kernel stacks"), mibOf(rest, "slab, unreclaimable")]).toEqual([16, 24]);
  });

  it("does not lay on others what a pod took after its memory.stat was read", async () => {
    const [rest, later] = await accountsOf([tick(0, REST), withoutStat(tick(1, LATER))]);
    if (rest === undefined || later === undefined) throw new Error("no account");
    expect([mibOf(later, "anonymous", true), mibOf(later, "shmem", true)]).toEqual([400, 30]);
    expect([mibOf(later, "anonymous outside pods"), mibOf(later, "shmem outside pods")]).toEqual([
      undefined,
      undefined,
    ]);
    expect(mibOf(later, "anonymous not told apart by pod")).toBe(1500);
    expect(mibOf(later, "shmem not told apart by pod")).toBe(208);
    const grown = growthOf(rest, later, MIB).map(({ name, bytes }) => [name, bytes / MIB]);
    expect(grown[0]).toEqual(["anonymous not told apart by pod", 1300]);
    expect(grown).toContainEqual(["shmem not told apart by pod", 200]);
    expect(grown.map(([name]) => name)).not.toContain("anonymous outside pods");
  });

  it("says what is within: dirty pages, the pod's cache and kernel memory, each slab cache", async () => {
    const [rest] = await accounts(REST);
    const within = rest?.within.map(({ of, name, pod, bytes }) => [of, name, pod !== null, bytes / MIB]);
    expect(within).toEqual(
      expect.arrayContaining([
        ["page cache", "dirty", false, 3],
        ["page cache", "page cache", true, 2],
        ["the kernel's own", "kernel memory", true, 5],
        ["slab", "dentry", false, 10],
      ]),
    );
  });
});

describe("what changed between two ticks", () => {
  it("the largest rise first, by pod and by kernel cache; what shrank last; noise left out", async () => {
    const [rest, later] = await accounts(REST, LATER);
    if (rest === undefined || later === undefined) throw new Error("no account");
    const grown = growthOf(rest, later, MIB);
    expect(grown.map(({ bytes }) => bytes)).toEqual(grown.map(({ bytes }) => bytes).toSorted((a, b) => b - a));
    const told = grown.map(({ name, pod, bytes }) => [name, pod !== null, Math.round(bytes / MIB)]);
    expect(told[0]).toEqual(["anonymous", true, 1250]);
    expect(told).toEqual(
      expect.arrayContaining([
        ["slab: dentry", false, 290],
        ["slab, reclaimable", false, 290],
        ["shmem", true, 200],
      ]),
    );
    expect(told.at(-1)).toEqual(["free", false, -1700]);
    expect(told.map(([name]) => name)).not.toContain("page tables");
  });
});
