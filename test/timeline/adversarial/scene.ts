// A node's capture written as text and read by the whole pipeline: what each source says is stated, everything else is absent, as a real
// input may leave it. Seconds count from T0; the machine booted 500 s before it.
import { nodePathOf, tickOf } from "../../../src/collect/layouts/index.ts";
import type { Capture, CapturedFile } from "../../../src/model/capture.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { Problem } from "../../../src/model/evidence.ts";
import type { Timeline } from "../../../src/model/timeline.ts";
import { parse } from "../../../src/parse/index.ts";
import { buildTimeline } from "../../../src/timeline/build-timeline.ts";

export const T0 = Date.UTC(2026, 10, 24, 1, 15, 0);
export const UP0 = 500;
export const MIB = 2 ** 20;
export const MEM_TOTAL_MIB = 4096;

export const POD = "/kubepods.slice/kubepods-pod11111111_2222_3333_4444_555555555555.slice";
export const CONTAINER = `${POD}/cri-containerd-${"ab".repeat(32)}.scope`;

export type Files = Readonly<Record<string, string>>;

const encoder = new TextEncoder();

const captured = (path: string, text: string): CapturedFile => {
  const content = encoder.encode(text);
  const head = content.subarray(0, 4096);
  return {
    path,
    baseName: path.slice(path.lastIndexOf("/") + 1),
    nodePath: nodePathOf(path, head),
    tick: tickOf(path),
    bytes: content.length,
    modifiedMs: null,
    head,
    async *chunks() {
      yield content;
    },
  };
};

export const captureOf = (files: Files): Capture => ({
  name: "scene",
  layout: "lab-ticks",
  async *files() {
    for (const [path, text] of Object.entries(files)) yield captured(path, text);
  },
  problems: () => [],
  summary: () => ({ bytes: 0, sha256: null, files: Object.keys(files).length, integrity: null }),
});

const ignore = (): void => {};

export const factsOf = async (files: Files): Promise<Facts> => parse(captureOf(files), ignore);

export interface Told extends Timeline {
  readonly said: readonly Problem[];
}

export const told = (facts: Facts): Told => {
  const said: Problem[] = [];
  return { ...buildTimeline(facts, (problem) => said.push(problem)), said };
};

export const timelineOf = async (files: Files): Promise<Told> => told(await factsOf(files));

/** Whether an interval of time holds a second of the scene. */
export const spans = (at: { readonly earliest: number; readonly latest: number } | undefined, s: number): boolean =>
  at !== undefined && at.earliest <= T0 + s * 1000 && at.latest >= T0 + s * 1000;

const two = (n: number): string => String(n).padStart(2, "0");

/** "2026-11-24T01:15:03.250000+00:00" at `s` seconds after T0, read in a zone that is `zoneH` ahead. */
export const iso = (s: number, zoneH = 0): string => {
  const local = new Date(Math.round(T0 + s * 1000 + zoneH * 3_600_000)).toISOString().slice(0, 23);
  return `${local}000${zoneH < 0 ? "-" : "+"}${two(Math.abs(zoneH))}:00`;
};

/** "1124 01:15:03.250000": klog's, in the node's local time. */
export const klogTime = (s: number, zoneH = 0): string => {
  const local = new Date(Math.round(T0 + s * 1000 + zoneH * 3_600_000)).toISOString();
  return `${local.slice(5, 7)}${local.slice(8, 10)} ${local.slice(11, 23)}000`;
};

export interface Counters {
  readonly oom?: number;
  readonly oomKill?: number;
  readonly oomGroupKill?: number;
}

export interface TickOptions {
  /** Wall clock minus what it would be without a step, in ms, at a second. */
  readonly stepMs?: (s: number) => number;
  /** Seconds by which /proc/uptime is ahead of the steady clock (suspend). */
  readonly sleptS?: (s: number) => number;
  /** Null: a kernel that does not count (before 4.13). */
  readonly oomKill?: ((s: number) => number) | null;
  readonly events?: (s: number) => Readonly<Record<string, Counters>>;
}

const cgroupsText = (available: number, events: Readonly<Record<string, Counters>>): string => {
  const anon = (MEM_TOTAL_MIB - available) * MIB;
  const root = `==> /sys/fs/cgroup/memory.stat <==\nanon ${anon}\nfile 0\ninactive_file 0\n`;
  const groups = Object.entries(events).map(
    ([path, { oom = 0, oomKill = 0, oomGroupKill = 0 }]) =>
      `==> /sys/fs/cgroup${path}/memory.current <==\n${anon}\n==> /sys/fs/cgroup${path}/memory.events <==\nlow 0\nhigh 0\nmax 0\noom ${oom}\noom_kill ${oomKill}\noom_group_kill ${oomGroupKill}\n`,
  );
  return root + groups.join("");
};

/** One sample a second from `from` to `to`; `availableMib`: memory.available as the kubelet computes it. */
export const ticks = (
  from: number,
  to: number,
  availableMib: (s: number) => number,
  { stepMs = () => 0, sleptS = () => 0, oomKill = () => 0, events = () => ({}) }: TickOptions = {},
): Files => {
  const files: Record<string, string> = {};
  for (let s = from; s <= to; s++) {
    const available = availableMib(s);
    const wall = ((T0 + s * 1000 + stepMs(s)) / 1000).toFixed(3);
    const add = (name: string, text: string): void => {
      files[`ticks/${wall}/${name}`] = text;
    };
    add("meminfo", `MemTotal: ${MEM_TOTAL_MIB * 1024} kB\nMemFree: ${available * 1024} kB\n`);
    add("vmstat", `nr_free_pages ${available * 256}\n${oomKill === null ? "" : `oom_kill ${oomKill(s)}\n`}`);
    add("uptime", `${(UP0 + s + 0.005 + sleptS(s)).toFixed(2)} 0.00\n`);
    add("cgroups", cgroupsText(available, events(s)));
    add("sample_took_ms", "20\n");
  }
  return files;
};

export const config = (lines: string): Files => ({
  "kubelet-config.yaml": `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${lines}\n`,
});
export const HARD_300 = config("evictionHard:\n  memory.available: 300Mi");

export type Line = readonly [s: number, text: string];

/** The two lines by which a kill is known, of a global OOM or at a cgroup's limit. */
export const kill = (s: number, pid: number, limit: string | null = null): Line[] => [
  [
    s,
    `oom-kill:constraint=${limit === null ? "CONSTRAINT_NONE" : "CONSTRAINT_MEMCG"},nodemask=(null),cpuset=/,mems_allowed=0,${limit === null ? "global_oom" : `oom_memcg=${limit}`},task_memcg=${CONTAINER},task=memhog,pid=${pid},uid=0`,
  ],
  [
    s + 0.01,
    `${limit === null ? "Out of memory" : "Memory cgroup out of memory"}: Killed process ${pid} (memhog) total-vm:2288616kB, anon-rss:2285824kB, file-rss:56kB, shmem-rss:0kB, UID:0 pgtables:4516kB oom_score_adj:915`,
  ],
];

/** A line of the collector's marks, which bind the kernel's clock: read from the clocks, printed a millisecond later. */
export const mark = (s: number, stepMs = 0): Line => [
  s + 0.001,
  `memforensics: mark 1 uptime ${(UP0 + s).toFixed(2)} real ${((T0 + s * 1000 + stepMs) / 1000).toFixed(3)}`,
];

/** /dev/kmsg; `aheadS`: what printk's clock is ahead of the boot clock. */
export const kmsg = (lines: readonly Line[], aheadS = 0): Files => ({
  kmsg: lines
    .toSorted(([a], [b]) => a - b)
    .map(([s, text], i) => `6,${i},${Math.round((UP0 + s + aheadS) * 1e6)},-;${text}\n`)
    .join(""),
});

export interface JournalOptions {
  readonly host?: string;
  readonly bootId?: string;
  /** How much later journald received a line than it was made, by seconds. */
  readonly lagS?: (s: number) => number;
  readonly upOf?: (s: number) => number;
}

const BOOT = "d61b4d34930049f4a9d04718d14e7116";

/** A journal of the kernel in JSON: printk's stamp and journald's receipt of each line. */
export const kernelJournal = (
  lines: readonly Line[],
  { host = "worker-1", bootId = BOOT, lagS = () => 0.002, upOf = (s) => UP0 + s }: JournalOptions = {},
): string =>
  lines
    .map(([s, text]) => {
      const at = s + lagS(s);
      return `${JSON.stringify({
        __REALTIME_TIMESTAMP: String(Math.round((T0 + at * 1000) * 1000)),
        __MONOTONIC_TIMESTAMP: String(Math.round(upOf(at) * 1e6)),
        _SOURCE_MONOTONIC_TIMESTAMP: String(Math.round(upOf(s) * 1e6)),
        _BOOT_ID: bootId,
        _HOSTNAME: host,
        _TRANSPORT: "kernel",
        SYSLOG_IDENTIFIER: "kernel",
        PRIORITY: "6",
        MESSAGE: text,
      })}\n`;
    })
    .join("");

/** The kubelet's journal as short-iso-precise; each line carries klog's own stamp too. */
export const kubeletJournal = (
  lines: readonly Line[],
  { host = "worker-1", lagS = () => 0.004, zoneH = 0 }: JournalOptions & { readonly zoneH?: number } = {},
): string =>
  lines
    .map(
      ([s, text]) =>
        `${iso(s + lagS(s), zoneH)} ${host} kubelet[410]: I${klogTime(s, zoneH)}     410 eviction_manager.go:381] ${text}\n`,
    )
    .join("");

export const quiet = (s: number): Line => [s, '"SyncLoop (housekeeping)"'];
export const reclaim = (s: number, resource = "memory"): Line[] => [
  [s, `"Eviction manager: attempting to reclaim" resourceName="${resource}"`],
  [s + 0.01, `"Eviction manager: must evict pod(s) to reclaim" resourceName="${resource}"`],
  [s + 0.02, `"Eviction manager: pods ranked for eviction" pods=["batch/leaky-0"]`],
];
export const evicted = (s: number): Line[] => [
  [s, `"Eviction manager: pod is evicted successfully" pod="batch/leaky-0"`],
  [s + 0.01, `"Eviction manager: pods evicted, waiting for pod to be cleaned up" pods=["batch/leaky-0"]`],
  [s + 1, `"Eviction manager: pods successfully cleaned up" pods=["batch/leaky-0"]`],
];
export const notYet = (s: number): Line => [
  s,
  `"Eviction manager: eviction criteria not yet met" threshold="threshold(signal=memory.available, operator=LessThan, value={700Mi 0}, gracePeriod=1m30s)" duration="0s"`,
];
export const sawOom = (s: number, pid: number, diedAt: number): Line => [
  s,
  `"Got sys oom event" event={"Pid":${pid},"ProcessName":"memhog","TimeOfDeath":"${new Date(T0 + diedAt * 1000).toISOString()}","ContainerName":"/","VictimContainerName":"/","Constraint":""}`,
];

/** The kubelet's journal through the whole scene, so that its silence is silence. */
export const kubelet = (lines: readonly Line[], options: Parameters<typeof kubeletJournal>[1] = {}): Files => ({
  "journal-kubelet.short-iso-precise": kubeletJournal(
    [quiet(-5), ...lines, quiet(200)].toSorted(([a], [b]) => a - b),
    options,
  ),
});

/** memory.available falls from 1000 MiB by 20 MiB/s to 160 at 42 s, and comes back after `at`. */
export const fall =
  (at = 42, floor = 160) =>
  (s: number): number =>
    s > at ? 3000 : Math.max(floor, 1000 - 20 * Math.max(0, s));
