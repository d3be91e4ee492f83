// A node of 3 GiB at rest until 60 s; then something takes 1.2 GiB of it until the kill at 120 s. The ledgers add up: what one
// consumer gains MemFree loses.
import type { Inputs } from "../../../src/diagnose/inputs/inputs.ts";
import { floor, inputs, node, sampled, taskView, view } from "../builders/inputs.ts";
import {
  container,
  incident,
  kill,
  line,
  memInfo,
  podFact,
  POD,
  POD_CGROUP,
  says,
  task,
  thresholds,
  unitOom,
} from "../builders/story.ts";
import { every, GIB, MIB, ramp, single, track } from "../builders/track.ts";
import type { Cases } from "./case.ts";

const TAKEN = 1200 * MIB;
const took = ramp(60, 0, 120, TAKEN);
const killed = kill(120);
const grave = () => incident({ kills: [killed], from: 60 });

/** Who takes the memory: bytes at an instant. */
interface Takers {
  readonly anon?: (s: number) => number;
  readonly activeFile?: (s: number) => number;
  readonly slab?: (s: number) => number;
  readonly hidden?: (s: number) => number;
  readonly dirty?: number;
}
const none = () => 0;

const REST = { anon: 500 * MIB, activeFile: 300 * MIB, inactiveFile: 50 * MIB, slab: 60 * MIB };

/** Root memory.stat, meminfo and memory.available that agree with each other. */
const ledger = ({
  anon = none,
  activeFile = none,
  slab = none,
  hidden = none,
  dirty = MIB,
}: Takers): Pick<Inputs, "meminfo" | "root" | "available" | "memAvailable"> => {
  const free = (s: number) =>
    3 * GIB -
    REST.anon -
    anon(s) -
    REST.activeFile -
    activeFile(s) -
    REST.inactiveFile -
    REST.slab -
    slab(s) -
    hidden(s) -
    20 * MIB;
  const meminfo = track(
    "/proc/meminfo",
    every(0, 150, 1, (s) => ({
      MemTotal: 3 * GIB,
      MemFree: free(s),
      AnonPages: REST.anon + anon(s),
      Cached: REST.activeFile + activeFile(s) + REST.inactiveFile,
      Buffers: 0,
      "Active(file)": REST.activeFile + activeFile(s),
      "Inactive(file)": REST.inactiveFile,
      Slab: REST.slab + slab(s),
      SReclaimable: (REST.slab + slab(s)) * 0.9,
      PageTables: 10 * MIB,
      Percpu: 5 * MIB,
      VmallocUsed: 5 * MIB,
      Hugetlb: 0,
      Dirty: dirty,
      Writeback: 0,
    })),
  );
  const stat = track(
    "/sys/fs/cgroup/memory.stat",
    every(0, 150, 1, (s) => ({
      anon: REST.anon + anon(s),
      file: REST.activeFile + activeFile(s) + REST.inactiveFile,
      inactive_file: REST.inactiveFile,
      active_file: REST.activeFile + activeFile(s),
      shmem: 0,
    })),
  );
  const available = sampled(0, 150, (s) => 3 * GIB - REST.anon - anon(s) - REST.activeFile - activeFile(s));
  return {
    meminfo,
    root: view("/", { level: "root", stat }),
    available,
    memAvailable: sampled(0, 150, (s) => free(s) + REST.activeFile + activeFile(s) + REST.inactiveFile, "MemAvailable"),
  };
};

const psi = (full: number) =>
  track(
    "/proc/pressure/memory",
    every(0, 150, 1, (s) => ({ "full.total": s * full * 1e6, "some.total": s * full * 1e6 })),
  );
const vmstat = (row: (s: number) => Record<string, number>) => track("/proc/vmstat", every(0, 150, 1, row));
const calm = vmstat(() => ({ allocstall_normal: 0 }));
const at300 = thresholds({ memoryHardBytes: 300 * MIB });

/** kubepods that holds `held` beside 100 MiB of cache. */
const kubepods = (held: (s: number) => number, max = 3 * GIB) =>
  view("/kubepods.slice", {
    level: "kubepods",
    current: single("/kubepods/current", 0, 150, 1, (s) => held(s) + 100 * MIB),
    max: single("/kubepods/max", 0, 150, 1, () => max),
    stat: track(
      "/kubepods/stat",
      every(0, 150, 1, () => ({ inactive_file: 50 * MIB, active_file: 50 * MIB, slab_reclaimable: 0 })),
    ),
  });

const pod = (held: (s: number) => number, o: { readonly shmem?: number; readonly max?: number } = {}) =>
  view(POD_CGROUP, {
    level: "pod",
    pod: POD,
    current: single("/pod/current", 0, 150, 1, held),
    max: single("/pod/max", 0, 150, 1, () => o.max ?? Infinity),
    stat: track(
      "/pod/stat",
      every(0, 150, 1, (s) => ({
        anon: held(s) - (o.shmem ?? 0),
        inactive_file: 0,
        active_file: 0,
        shmem: o.shmem ?? 0,
        slab_reclaimable: 0,
      })),
    ),
  });

const slabinfo = track(
  "/proc/slabinfo",
  every(0, 150, 1, (s) => ({ "dentry.num_slabs": 1000 + took(s) / 4096, "dentry.pagesperslab": 1 })),
);
const withFloor = { floors: [floor(killed.doc.id, 600 * MIB)] };
const sysUnit = view("/system.slice/backup.service", {
  current: single("/backup/current", 0, 150, 1, (s) => 20 * MIB + took(s)),
  stat: track(
    "/backup/stat",
    every(0, 150, 1, () => ({ inactive_file: 0, active_file: 0 })),
  ),
});

export const memory: Readonly<Record<string, Cases>> = {
  "kernel-memory-unseen": {
    holds: () =>
      inputs({
        incidents: [grave()],
        thresholds: at300,
        ...ledger({ anon: ramp(60, 0, 120, 200 * MIB), slab: took }),
        ...withFloor,
      }),
    refuted: () => inputs({ incidents: [grave()], thresholds: at300, ...ledger({ anon: took }), ...withFloor }),
    unknown: () => inputs({ incidents: [grave()], thresholds: at300, ...ledger({ anon: took }), available: null }),
  },
  "unaccounted-memory": {
    holds: () => inputs({ incidents: [grave()], ...ledger({ hidden: took, anon: ramp(60, 0, 120, 200 * MIB) }) }),
    refuted: () => inputs({ incidents: [grave()], ...ledger({ anon: took }) }),
    // A meminfo of three lines.
    unknown: () =>
      inputs({
        incidents: [grave()],
        meminfo: track(
          "/proc/meminfo",
          every(0, 150, 1, (s) => ({
            MemTotal: 3 * GIB,
            MemFree: 2 * GIB - took(s),
            "Active(file)": 300 * MIB,
            "Inactive(file)": 50 * MIB,
          })),
        ),
      }),
  },
  "hugepages-reserved": {
    holds: () =>
      inputs({
        incidents: [
          incident({
            kills: [
              kill(120, {
                report: {
                  memInfo: memInfo({ hugepages: [{ node: 0, total: 512, free: 200, surplus: 0, sizeBytes: 2 * MIB }] }),
                },
              }),
            ],
          }),
        ],
      }),
    refuted: () =>
      inputs({
        incidents: [
          incident({
            kills: [
              kill(120, {
                report: {
                  memInfo: memInfo({ hugepages: [{ node: 0, total: 512, free: 0, surplus: 0, sizeBytes: 2 * MIB }] }),
                },
              }),
            ],
          }),
        ],
      }),
    unknown: () => inputs({ incidents: [incident({ kills: [kill(120, { report: {} })] })] }),
  },
  "balloon-shrunk": {
    holds: () =>
      inputs({
        incidents: [grave()],
        meminfo: track(
          "/proc/meminfo",
          every(0, 150, 1, (s) => ({ MemTotal: s < 50 ? 3 * GIB : 2 * GIB })),
        ),
      }),
    refuted: () =>
      inputs({
        incidents: [grave()],
        meminfo: ledger({ anon: took }).meminfo,
        vmstat: vmstat(() => ({ balloon_inflate: 0, balloon_deflate: 0 })),
      }),
    unknown: () => inputs({ incidents: [grave()], meminfo: track("/proc/meminfo", [[118, { MemTotal: 3 * GIB }]]) }),
  },
  "page-cache-counted-as-used": {
    // MemAvailable stays above 2 GiB: 1.2 GiB of the loss is cache.
    holds: () =>
      inputs({
        incidents: [incident({ kills: [killed], from: 60, crossing: { at: 118, thresholdBytes: 1100 * MIB } })],
        thresholds: thresholds({ memoryHardBytes: 1100 * MIB }),
        ...ledger({ activeFile: took }),
        vmstat: calm,
        psiMemory: psi(0),
      }),
    refuted: () =>
      inputs({ incidents: [grave()], thresholds: at300, ...ledger({ anon: took }), vmstat: calm, psiMemory: psi(0) }),
    unknown: () =>
      inputs({
        incidents: [incident({ kills: [killed], from: 60, crossing: { at: 118, thresholdBytes: 1100 * MIB } })],
        thresholds: at300,
        ...ledger({ activeFile: took }),
        vmstat: null,
        psiMemory: null,
      }),
  },
  "dirty-page-backlog": {
    holds: () =>
      inputs({
        incidents: [grave()],
        ...ledger({ anon: took, dirty: 300 * MIB }),
        vmstat: vmstat((s) => ({ nr_vmscan_immediate_reclaim: s * 10, nr_written: s * 2560 })),
        psiMemory: psi(0.1),
        psiIo: track(
          "/proc/pressure/io",
          every(0, 150, 1, (s) => ({ "full.total": s * 300_000 })),
        ),
      }),
    refuted: () => inputs({ incidents: [grave()], ...ledger({ anon: took }) }),
    unknown: () => inputs({ incidents: [grave()], ...ledger({ anon: took, dirty: 300 * MIB }) }),
  },
  "tmpfs-charged-to-pod": {
    holds: () =>
      inputs({
        incidents: [grave()],
        cgroups: [pod(() => 800 * MIB, { shmem: 600 * MIB })],
        tasks: [taskView(1031, "app", `${POD_CGROUP}/x`, [[118, { rssAnon: 180 * MIB, rssShmem: 0 }]])],
      }),
    refuted: () => inputs({ incidents: [grave()], cgroups: [pod(() => 800 * MIB, { shmem: 0 })] }),
    unknown: () => inputs({ incidents: [grave()], cgroups: [pod(() => 800 * MIB, { shmem: 600 * MIB })] }),
  },
  "slab-growth": {
    holds: () =>
      inputs({ incidents: [grave()], ...ledger({ anon: ramp(60, 0, 120, 400 * MIB), slab: took }), slabinfo }),
    refuted: () => inputs({ incidents: [grave()], ...ledger({ anon: took }) }),
    unknown: () => inputs({ incidents: [grave()], ...ledger({ anon: took, slab: ramp(60, 0, 120, 200 * MIB) }) }),
  },
  "dying-cgroups": {
    holds: () =>
      inputs({
        root: view("/", {
          level: "root",
          cgroupStat: track("/cgroup.stat", [
            [0, { nr_descendants: 200, nr_dying_descendants: 3000 }],
            [100, { nr_descendants: 200, nr_dying_descendants: 5000 }],
          ]),
        }),
        meminfo: track("/proc/meminfo", [
          [0, { Percpu: 100 * MIB }],
          [100, { Percpu: 180 * MIB }],
        ]),
      }),
    refuted: () =>
      inputs({
        incidents: [grave()],
        root: view("/", {
          level: "root",
          cgroupStat: track("/cgroup.stat", [[0, { nr_descendants: 200, nr_dying_descendants: 12 }]]),
        }),
      }),
    unknown: () =>
      inputs({
        root: view("/", {
          level: "root",
          cgroupStat: track("/cgroup.stat", [[0, { nr_descendants: 200, nr_dying_descendants: 400 }]]),
        }),
      }),
  },
  "socket-or-conntrack-memory": {
    holds: () =>
      inputs({
        sockstat: track("/proc/net/sockstat", [[0, { "TCP.mem": 60_000 }]]),
        tcpMem: track("/proc/sys/net/ipv4/tcp_mem", [[0, { "0": 30_000, "1": 40_000, "2": 60_000 }]]),
      }),
    unknown: () => inputs({ sockstat: track("/proc/net/sockstat", [[0, { "TCP.mem": 60_000 }]]) }),
    refuted: () =>
      inputs({
        incidents: [grave()],
        sockstat: track("/proc/net/sockstat", [[0, { "TCP.mem": 120 }]]),
        tcpMem: track("/proc/sys/net/ipv4/tcp_mem", [[0, { "0": 30_000, "1": 40_000, "2": 60_000 }]]),
      }),
  },
  "culprit-outside-pods": {
    holds: () =>
      inputs({
        incidents: [grave()],
        ...ledger({ anon: took }),
        kubepods: kubepods(() => 300 * MIB),
        cgroups: [sysUnit],
      }),
    refuted: () =>
      inputs({ incidents: [grave()], ...ledger({ anon: took }), kubepods: kubepods((s) => 300 * MIB + took(s)) }),
    unknown: () => inputs({ incidents: [grave()], ...ledger({ anon: took }) }),
  },
  "kubepods-exhausted": {
    holds: () =>
      inputs({
        incidents: [
          incident({
            scope: "allocatable",
            kills: [kill(120, { scope: "allocatable", limitedCgroup: "/kubepods.slice", limitBytes: 2 * GIB })],
          }),
        ],
      }),
    refuted: () =>
      inputs({
        incidents: [grave()],
        thresholds: thresholds({ memoryHardBytes: 300 * MIB, allocatable: true }),
        kubepods: kubepods(() => GIB),
        allocatable: sampled(0, 150, () => 1500 * MIB, "allocatableMemory.available"),
      }),
    unknown: () => inputs({ incidents: [grave()] }),
  },
  "node-overcommitted": {
    holds: () =>
      inputs({
        incidents: [grave()],
        ...ledger({ anon: took }),
        cgroups: [pod((s) => 100 * MIB + took(s))],
        podFacts: [podFact({ requestBytes: 100 * MIB, containers: [container(100 * MIB, null)] })],
        floors: [floor(killed.doc.id, 160 * MIB)],
      }),
    refuted: () =>
      inputs({
        incidents: [grave()],
        cgroups: [pod(() => 100 * MIB)],
        podFacts: [podFact({ requestBytes: 500 * MIB, containers: [container(500 * MIB, null)] })],
      }),
    unknown: () => inputs({ incidents: [grave()], cgroups: [pod(() => 100 * MIB)] }),
  },
  "reservation-too-small": {
    holds: () =>
      inputs({
        incidents: [grave()],
        ...ledger({ anon: took }),
        kubepods: kubepods(took),
        node: node({ reserved: { kubeBytes: 100 * MIB, systemBytes: 100 * MIB, enforced: ["pods"] } }),
        config: thresholds().config,
      }),
    refuted: () =>
      inputs({
        incidents: [grave()],
        ...ledger({ anon: took }),
        kubepods: kubepods(took),
        node: node({ reserved: { kubeBytes: GIB, systemBytes: 0, enforced: ["pods"] } }),
        config: thresholds().config,
      }),
    unknown: () => inputs({ incidents: [grave()], ...ledger({ anon: took }), kubepods: kubepods(took) }),
  },
  "victim-not-largest": {
    holds: () =>
      inputs({
        incidents: [
          incident({
            kills: [
              kill(120, {
                pids: [20],
                adj: 900,
                report: {
                  memInfo: memInfo({ ramBytes: 3 * GIB, reservedBytes: 0 }),
                  tasks: {
                    rows: [task(20, "memhog", 100 * MIB, 900), task(30, "db", 2 * GIB, -500)],
                    complete: true,
                    from: line("Tasks state", 640),
                  },
                },
              }),
            ],
          }),
        ],
      }),
    refuted: () =>
      inputs({
        incidents: [
          incident({
            kills: [
              kill(120, {
                pids: [20],
                adj: 900,
                report: {
                  memInfo: memInfo({ ramBytes: 3 * GIB, reservedBytes: 0 }),
                  tasks: {
                    rows: [task(20, "memhog", 2 * GIB, 900), task(30, "db", 100 * MIB, -500)],
                    complete: true,
                    from: line("Tasks state", 640),
                  },
                },
              }),
            ],
          }),
        ],
      }),
    unknown: () => inputs({ incidents: [incident({ kills: [kill(120, { report: {} })] })] }),
  },
  "protected-pod-killed": {
    holds: () =>
      inputs({
        incidents: [
          incident({
            kills: [
              kill(120, {
                pids: [20],
                adj: -997,
                report: {
                  memInfo: memInfo({ ramBytes: 3 * GIB, reservedBytes: 0 }),
                  tasks: { rows: [task(20, "api", 2 * GIB, -997)], complete: true, from: line("Tasks state", 640) },
                },
              }),
            ],
          }),
        ],
      }),
    unknown: () => inputs({ incidents: [incident({ kills: [kill(120, { adj: -997, report: {} })] })] }),
    refuted: () =>
      inputs({
        incidents: [
          incident({
            scope: "container",
            kills: [kill(120, { scope: "container", limitedCgroup: POD_CGROUP, limitBytes: GIB, adj: -997 })],
          }),
        ],
      }),
  },
  "node-agent-killed": {
    holds: () =>
      inputs({
        incidents: [
          incident({
            kills: [
              kill(120, { comm: "containerd", pod: null, victimCgroup: "/system.slice/containerd.service", adj: -999 }),
            ],
          }),
        ],
      }),
    // The kubelet writes as process 405 before and after.
    refuted: () =>
      inputs({
        incidents: [grave()],
        kubelet: { lines: [says(100, "no-resources-starved"), says(140, "no-resources-starved")], beats: [] },
      }),
    unknown: () => inputs({ incidents: [grave()], systemLines: [unitOom(121, "containerd.service")] }),
  },
  "wrong-oom-score-adj": {
    // 1000 − 1000 × 256 MiB ÷ 3 GiB = 917.
    holds: () =>
      inputs({
        incidents: [incident({ kills: [kill(120, { adj: 200 })] })],
        podFacts: [podFact({ containers: [container(256 * MIB, null)] })],
      }),
    refuted: () =>
      inputs({
        incidents: [incident({ kills: [kill(120, { adj: 917 })] })],
        podFacts: [podFact({ containers: [container(256 * MIB, null)] })],
      }),
    unknown: () => inputs({ incidents: [incident({ kills: [kill(120, { adj: 200 })] })] }),
  },
};
