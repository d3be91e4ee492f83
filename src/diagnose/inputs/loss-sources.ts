// Where each consumer's bytes stand: in the root's memory.stat and meminfo for the node's signal, in kubepods' for the pods'.
import { type CgroupView, statField } from "./cgroup.ts";
import type { Consumer, Source } from "./loss.ts";
import type { Track } from "./track.ts";

interface From {
  readonly meminfo: Track | null;
  readonly root: CgroupView | null;
  readonly kubepods: CgroupView | null;
}

/** Kernel memory: VmallocUsed holds vmapped stacks already (kernel/fork.c), so KernelStack is not added. */
export const KERNEL_FIELDS = ["Slab", "PageTables", "Percpu", "VmallocUsed"] as const;

const EMPTY: Source = [];

export const lossSources = (from: From, scope: "root" | "kubepods"): Readonly<Record<Consumer, Source>> => {
  const view = from[scope];
  const stat = (name: string): readonly [Track | null, readonly string[]] => [
    view?.stat ?? null,
    [view === null ? name : statField(view, name)],
  ];
  if (scope === "kubepods")
    return {
      anon: [stat("anon")],
      shmem: [stat("shmem")],
      activeFile: [stat("active_file")],
      kernel: [
        [view?.stat ?? null, ["kernel"]],
        [view?.stat ?? null, ["slab", "kernel_stack", "pagetables", "percpu"]],
      ],
      hugetlb: EMPTY,
    };
  return {
    anon: [stat("anon"), [from.meminfo, ["AnonPages"]]],
    shmem: [stat("shmem"), [from.meminfo, ["Shmem"]]],
    activeFile: [stat("active_file"), [from.meminfo, ["Active(file)"]]],
    kernel: [[from.meminfo, KERNEL_FIELDS]],
    hugetlb: [[from.meminfo, ["Hugetlb"]]],
  };
};
