// A whole node as physical quantities over time: who holds how much of what. Every file that rules read is derived from them, so
// that the ledgers add up: what somebody gains MemFree loses, a pod's memory is kubepods' and the root's as well.
import type { CgroupView } from "../../../src/diagnose/inputs/cgroup.ts";
import type { Case } from "../../../src/diagnose/inputs/incident.ts";
import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";
import type { Track } from "../../../src/diagnose/inputs/track.ts";
import type { PodMemory, PodRef, Race } from "../../../src/model/analysis.ts";
import type { StoryEviction, StoryKill } from "../../../src/model/timeline.ts";
import { toInstant } from "../../../src/timeline/document/instant.ts";
import { coverage, floor, inputs, node, sampled, taskView, view } from "./inputs.ts";
import { beats, config, incident, kill, memInfo, podFact, says, task, thresholds, when, line } from "./story.ts";
import { every, GIB, MIB, single, track } from "./track.ts";

type At = (seconds: number) => number;

/** Bytes by kind. File pages are split as the kernel's LRU splits them. */
export interface Body {
  readonly anon?: At;
  readonly shmem?: At;
  readonly activeFile?: At;
  readonly inactiveFile?: At;
  /** Slab charged to the cgroup, all of it reclaimable. */
  readonly slab?: At;
}

export interface PodOf {
  readonly name: string;
  readonly body: Body;
  readonly requestBytes?: number;
  readonly limitBytes?: number;
  /** Σ its tasks' RssShmem: shared memory that a process maps. */
  readonly mappedShmem?: At;
  readonly events?: (s: number) => Readonly<Record<string, number>>;
  readonly high?: number;
  /** Full and some stall of its cgroup, share of the time. */
  readonly stalled?: At;
}

export interface UnitOf {
  readonly cgroup: string;
  readonly body: Body;
}

export interface SceneOf {
  readonly pods: readonly PodOf[];
  readonly units?: readonly UnitOf[];
  /** Charged to no cgroup. */
  readonly kernelSlab?: At;
  readonly hidden?: At;
  /** Share of the time at which all stood still, at an instant. */
  readonly full?: At;
  readonly to?: number;
  readonly hardBytes?: number | null;
  readonly softBytes?: number;
  readonly softGraceMs?: number;
  readonly reservedBytes?: number;
  /** What the log says, where it is more than that nothing is starved. */
  readonly kubelet?: Inputs["kubelet"];
}

export const TOTAL = 3 * GIB;
const none: At = () => 0;
const HIGH = 66 * MIB;

const uidOf = (i: number): string => `${i}0000000-1111-2222-3333-444444444444`;
const containerIdOf = (i: number): string => `${i}`.repeat(64).slice(0, 64);
const refOf = (pod: PodOf, i: number): PodRef => ({
  namespace: "ns",
  name: pod.name,
  uid: uidOf(i),
  container: "main",
  containerId: containerIdOf(i),
});
const sliceOf = (i: number): string =>
  `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uidOf(i).replaceAll("-", "_")}.slice`;

/** The cgroup of its only container. */
const scopeOf = (i: number): string => `${sliceOf(i)}/cri-containerd-${containerIdOf(i)}.scope`;

const of = (body: Body, kind: keyof Body, s: number): number => (body[kind] ?? none)(s);
const KINDS = ["anon", "shmem", "activeFile", "inactiveFile", "slab"] as const;
const heldBy = (body: Body, s: number): number => KINDS.reduce((n, kind) => n + of(body, kind, s), 0);

const statOf = (bodies: readonly Body[], s: number) => {
  const sum = (kind: keyof Body): number => bodies.reduce((n, b) => n + of(b, kind, s), 0);
  return {
    anon: sum("anon"),
    shmem: sum("shmem"),
    file: sum("shmem") + sum("activeFile") + sum("inactiveFile"),
    active_file: sum("activeFile"),
    inactive_file: sum("inactiveFile"),
    slab: sum("slab"),
    slab_reclaimable: sum("slab"),
    kernel_stack: 0,
    pagetables: 0,
    kernel: sum("slab"),
    pgscan: 0,
  };
};

const stall = (path: string, to: number, share: At): Track => {
  let total = 0;
  return track(
    path,
    every(0, to, 1, (s) => {
      total += share(s) * 1e6;
      return { "full.total": total, "some.total": total };
    }),
  );
};

const cgroup = (path: string, bodies: readonly Body[], to: number, o: Partial<CgroupView> = {}, max = Infinity) =>
  view(path, {
    current: single(`${path}/memory.current`, 0, to, 1, (s) => bodies.reduce((n, b) => n + heldBy(b, s), 0)),
    max: single(`${path}/memory.max`, 0, to, 1, () => max),
    min: single(`${path}/memory.min`, 0, to, 1, () => 0),
    low: single(`${path}/memory.low`, 0, to, 1, () => 0),
    stat: track(
      `${path}/memory.stat`,
      every(0, to, 1, (s) => statOf(bodies, s)),
    ),
    ...o,
  });

/** What the node's daemons and its kernel hold at rest. */
const AT_REST: readonly UnitOf[] = [
  { cgroup: "/system.slice/kubelet.service", body: { anon: () => 60 * MIB, activeFile: () => 40 * MIB } },
  { cgroup: "/system.slice/containerd.service", body: { anon: () => 50 * MIB, activeFile: () => 60 * MIB } },
];
const KERNEL = { slab: 50 * MIB, pageTables: 10 * MIB, percpu: 5 * MIB, vmalloc: 10 * MIB };

export class Scene {
  readonly given: SceneOf;
  readonly to: number;
  readonly units: readonly UnitOf[];

  constructor(given: SceneOf) {
    this.given = given;
    this.to = given.to ?? 200;
    const named = given.units ?? [];
    this.units = [...AT_REST.filter((u) => !named.some((n) => n.cgroup === u.cgroup)), ...named];
  }

  get podBodies(): readonly Body[] {
    return this.given.pods.map((p) => p.body);
  }

  get bodies(): readonly Body[] {
    return [...this.podBodies, ...this.units.map((u) => u.body)];
  }

  /** memory.available of a 1.36 kubelet on cgroup v2: MemTotal − (anon + file − inactive_file). */
  available(s: number): number {
    const stat = statOf(this.bodies, s);
    return TOTAL - (stat.anon + stat.file - stat.inactive_file);
  }

  /** kubepods' limit − its working set. */
  allocatable(s: number): number {
    const current = this.podBodies.reduce((n, b) => n + heldBy(b, s), 0);
    return this.podsMax - (current - statOf(this.podBodies, s).inactive_file);
  }

  get podsMax(): number {
    return TOTAL - (this.given.reservedBytes ?? 0);
  }

  slab(s: number): number {
    return KERNEL.slab + (this.given.kernelSlab ?? none)(s) + statOf(this.bodies, s).slab;
  }

  free(s: number): number {
    const held = this.bodies.reduce((n, b) => n + heldBy(b, s), 0) - statOf(this.bodies, s).slab;
    return (
      TOTAL - held - this.slab(s) - KERNEL.pageTables - KERNEL.percpu - KERNEL.vmalloc - (this.given.hidden ?? none)(s)
    );
  }

  memAvailable(s: number): number {
    const stat = statOf(this.bodies, s);
    return Math.max(0, this.free(s) - HIGH + stat.active_file + stat.inactive_file + this.slab(s) * 0.8);
  }

  pod(i: number): PodRef {
    const pod = this.given.pods[i];
    if (pod === undefined) throw new Error(`no pod ${i}`);
    return refOf(pod, i);
  }

  /** The kernel kills the pod's task in a node-wide shortage. */
  killed(seconds: number, i: number): StoryKill {
    const rows = this.given.pods.map((p, n) => task(1000 + n, `app${n}`, of(p.body, "anon", seconds), this.adjOf(p)));
    return kill(seconds, {
      ...this.victim(seconds, i),
      report: {
        memInfo: memInfo({ ramBytes: TOTAL, reservedBytes: 0 }),
        tasks: { rows, complete: true, from: line("Tasks state", 640) },
        groupKillOf: sliceOf(i),
      },
    });
  }

  /** The kernel kills it at a limit: its own, its pod's, or that of all pods. */
  killedAt(seconds: number, i: number, scope: "pod" | "container" | "allocatable", limitBytes: number): StoryKill {
    return kill(seconds, {
      ...this.victim(seconds, i),
      id: `kill-at-${seconds}`,
      scope,
      limitedCgroup: { allocatable: "/kubepods.slice", pod: sliceOf(i), container: scopeOf(i) }[scope],
      limitBytes,
      report: { scope: "memcg", groupKillOf: sliceOf(i) },
    });
  }

  private victim(seconds: number, i: number) {
    return {
      pids: [1000 + i],
      comm: `app${i}`,
      pod: this.pod(i),
      victimCgroup: scopeOf(i),
      anonBytes: of(this.given.pods[i]?.body ?? {}, "anon", seconds),
      adj: this.adjOf(this.given.pods[i]),
    };
  }

  private adjOf(pod: PodOf | undefined): number {
    const request = pod?.requestBytes ?? 0;
    return request === 0 ? 1000 : Math.max(3, Math.min(999, 1000 - Math.trunc((1000 * request) / TOTAL)));
  }

  private podViews(): CgroupView[] {
    return this.given.pods.flatMap((p, i) => {
      const pod = refOf(p, i);
      const max = p.limitBytes ?? Infinity;
      const path = sliceOf(i);
      const pressure = stall(`${path}/memory.pressure`, this.to, p.stalled ?? none);
      const events = track(
        `${path}/memory.events`,
        every(0, this.to, 1, (s) => ({ high: 0, max: 0, oom: 0, oom_kill: 0, ...p.events?.(s) })),
      );
      const high = single(`${path}/memory.high`, 0, this.to, 1, () => p.high ?? Infinity);
      const own = { pod, pressure, events, high };
      return [
        cgroup(path, [p.body], this.to, { ...own, level: "pod", pod: { ...pod, container: null } }, max),
        cgroup(scopeOf(i), [p.body], this.to, { ...own, level: "container" }, max),
      ];
    });
  }

  private podFacts(): Inputs["podFacts"] {
    return this.given.pods.map((p, i) => {
      const requestBytes = p.requestBytes ?? null;
      const limitBytes = p.limitBytes ?? null;
      const ref = refOf(p, i);
      return podFact({
        namespace: ref.namespace,
        name: ref.name,
        uid: ref.uid,
        qosClass: requestBytes === null && limitBytes === null ? "BestEffort" : "Burstable",
        requestBytes,
        limitBytes,
        containers: [
          {
            name: "main",
            init: false,
            id: ref.containerId,
            requestBytes,
            limitBytes,
            restartCount: 0,
            state: null,
            lastState: null,
          },
        ],
      });
    });
  }

  private podMemory(): PodMemory[] {
    return this.given.pods.map((p, i) => {
      const peakAt =
        Array.from({ length: this.to }, (_, s) => s).toSorted((a, b) => heldBy(p.body, b) - heldBy(p.body, a))[0] ?? 0;
      return {
        pod: { ...refOf(p, i), container: null },
        qosClass: "Burstable",
        requestBytes: p.requestBytes ?? 0,
        limitBytes: p.limitBytes ?? null,
        oomScoreAdj: this.adjOf(p),
        peak: {
          at: toInstant(when(peakAt)),
          workingSetBytes: heldBy(p.body, peakAt) - of(p.body, "inactiveFile", peakAt),
          anonBytes: of(p.body, "anon", peakAt),
          fileBytes: null,
          shmemBytes: of(p.body, "shmem", peakAt),
          kernelBytes: null,
        },
        growthBytesPerSec: null,
        restarts: 0,
        fate: "running",
        evidence: [],
      };
    });
  }

  private meminfo(): Track {
    return track(
      "/proc/meminfo",
      every(0, this.to, 1, (s) => {
        const stat = statOf(this.bodies, s);
        return {
          MemTotal: TOTAL,
          MemFree: this.free(s),
          MemAvailable: this.memAvailable(s),
          AnonPages: stat.anon,
          Cached: stat.file,
          Buffers: 0,
          Shmem: stat.shmem,
          SwapCached: 0,
          "Active(file)": stat.active_file,
          "Inactive(file)": stat.inactive_file,
          Slab: this.slab(s),
          SReclaimable: this.slab(s) * 0.9,
          PageTables: KERNEL.pageTables,
          Percpu: KERNEL.percpu,
          VmallocUsed: KERNEL.vmalloc,
          Hugetlb: 0,
          Dirty: MIB,
          Writeback: 0,
        };
      }),
    );
  }

  private zoneinfo(): Track {
    const pages = (bytes: number) => bytes / 4096;
    return track(
      "/proc/zoneinfo",
      every(0, this.to, 1, (s) => ({
        "Node 0/DMA32.free": pages(this.free(s)),
        "Node 0/DMA32.min": pages(44 * MIB),
        "Node 0/DMA32.low": pages(55 * MIB),
        "Node 0/DMA32.high": pages(HIGH),
        "Node 0/DMA32.boost": 0,
        "Node 0/DMA32.managed": pages(TOTAL),
      })),
    );
  }

  private slabinfo(): Track {
    const slabs = (bytes: number) => Math.round(bytes / 4096);
    return track(
      "/proc/slabinfo",
      every(0, this.to, 1, (s) => ({
        "dentry.num_slabs": slabs(this.slab(s) - KERNEL.slab),
        "dentry.pagesperslab": 1,
        "kmalloc-64.num_slabs": slabs(KERNEL.slab),
        "kmalloc-64.pagesperslab": 1,
      })),
    );
  }

  /** Everything that rules may ask for, with these incidents. */
  inputs(incidents: readonly Case[]): Inputs {
    const { given, to } = this;
    const cgroups = [
      cgroup(
        "/kubepods.slice",
        this.podBodies,
        to,
        { level: "kubepods", pressure: stall("/kubepods", to, given.full ?? none) },
        this.podsMax,
      ),
      ...this.podViews(),
      ...this.units.map((u) =>
        cgroup(u.cgroup, [u.body], to, {
          pressure: stall(u.cgroup, to, none),
          stat: track(
            `${u.cgroup}/memory.stat`,
            every(0, to, 1, (s) => ({ ...statOf([u.body], s), workingset_refault_file: 0 })),
          ),
        }),
      ),
    ];
    const kubepods = cgroups[0] ?? null;
    const hard = given.hardBytes === undefined ? 100 * MIB : given.hardBytes;
    return inputs({
      incidents,
      node: node({
        memTotalBytes: TOTAL,
        swapTotalBytes: 0,
        reserved: { kubeBytes: given.reservedBytes ?? 0, systemBytes: 0, enforced: ["pods"] },
      }),
      config: config(),
      thresholds: thresholds({
        memoryHardBytes: hard,
        memorySoftBytes: given.softBytes ?? null,
        memorySoftGraceMs: given.softGraceMs ?? null,
        allocatable: hard !== null,
      }),
      meminfo: this.meminfo(),
      zoneinfo: this.zoneinfo(),
      slabinfo: this.slabinfo(),
      vmstat: track(
        "/proc/vmstat",
        every(0, to, 1, () => ({
          allocstall_normal: 0,
          pgscan_kswapd: 0,
          pgsteal_kswapd: 0,
          pgscan_direct: 0,
          workingset_refault_file: 0,
          workingset_restore_file: 0,
          workingset_refault_anon: 0,
          workingset_restore_anon: 0,
          oom_kill: 0,
          nr_written: 0,
        })),
      ),
      psiMemory: stall("/proc/pressure/memory", to, given.full ?? none),
      psiIo: stall("/proc/pressure/io", to, none),
      root: cgroup("/", this.bodies, to, { level: "root" }),
      kubepods,
      cgroups,
      available: sampled(0, to, (s) => this.available(s)),
      allocatable: sampled(0, to, (s) => this.allocatable(s), "allocatableMemory.available"),
      memAvailable: sampled(0, to, (s) => this.memAvailable(s), "MemAvailable"),
      floors: incidents.flatMap((i) =>
        i.kills
          .filter((k) => k.doc.scope === "node")
          .map((k) => floor(k.doc.id, this.available(((k.at.best as number) - when(0).best) / 1000))),
      ),
      podFacts: this.podFacts(),
      podMemory: this.podMemory(),
      tasks: given.pods.map((p, i) =>
        taskView(
          1000 + i,
          `app${i}`,
          scopeOf(i),
          every(0, to, 1, (s) => ({ rssAnon: of(p.body, "anon", s), rssShmem: (p.mappedShmem ?? none)(s) })),
        ),
      ),
      kubelet: given.kubelet ?? { lines: [says(10, "no-resources-starved")], beats: beats(0, to, 3) },
      coverage: coverage({ kernelLog: "present", kubeletLog: "present" }),
    });
  }

  /** One incident of this node: what died, what was evicted, when the threshold was crossed. */
  incident(o: {
    readonly kills?: readonly StoryKill[];
    readonly evictions?: readonly StoryEviction[];
    readonly scope?: Case["scope"];
    readonly outcome?: Case["outcome"];
    readonly crossing?: { readonly at: number; readonly thresholdBytes: number; readonly signal?: string } | null;
    readonly race?: Partial<Race>;
    readonly from?: number;
    readonly to?: number;
  }): Case {
    return incident({ ...o, to: o.to ?? this.to });
  }
}
