// A real capture with one thing changed: what a pod gained as anonymous memory it gained as something else. Every file that shows it
// is changed alike (the pod's, its ancestors' and the root's memory.stat, meminfo, its tasks), so the ledgers still add up.
import type { Facts } from "../../../src/model/facts.ts";
import type { SampledFile, Samples, TaskSeries } from "../../../src/model/samples.ts";

export type Kind = "page-cache" | "tmpfs" | "slab";

type Change = Readonly<Record<string, number>>;

/** How each field of memory.stat and of meminfo changes for a byte moved. */
const STAT: Readonly<Record<Kind, Change>> = {
  "page-cache": { anon: -1, inactive_anon: -1, file: 1, active_file: 1 },
  tmpfs: { anon: -1, file: 1, shmem: 1 },
  slab: { anon: -1, inactive_anon: -1, slab: 1, slab_reclaimable: 1, kernel: 1 },
};
const MEMINFO: Readonly<Record<Kind, Change>> = {
  "page-cache": { AnonPages: -1, "Inactive(anon)": -1, Cached: 1, "Active(file)": 1, MemAvailable: 1 },
  tmpfs: { AnonPages: -1, Cached: 1, Shmem: 1 },
  slab: { AnonPages: -1, "Inactive(anon)": -1, Slab: 1, SReclaimable: 1, KReclaimable: 1, MemAvailable: 1 },
};

type Growth = (tick: number) => number;

const changed = (file: SampledFile, changes: Change, grown: Growth): SampledFile => ({
  ...file,
  length: file.length,
  tickOf: (i) => file.tickOf(i),
  modifiedOf: (i) => file.modifiedOf(i),
  fields: () => file.fields(),
  ref: (i, field) => file.ref(i, field),
  readingAtOrBefore: (tick) => file.readingAtOrBefore(tick),
  column: (field) => {
    const column = file.column(field);
    const sign = changes[field];
    return column === null || sign === undefined
      ? column
      : column.map((value, i) => Math.max(0, value + sign * grown(file.tickOf(i))));
  },
});

const changedTask = (task: TaskSeries, grown: Growth): TaskSeries => ({
  ...task,
  length: task.length,
  tickOf: (i) => task.tickOf(i),
  ref: (i) => task.ref(i),
  column: (field) => {
    const column = task.column(field);
    return column === null || (field !== "rssAnon" && field !== "rss")
      ? column
      : column.map((value, i) => Math.max(0, value - grown(task.tickOf(i))));
  },
});

/** Growth of the pod's anonymous memory over its first value, between readings as the last one before. */
const growthOf = (stat: SampledFile): Growth => {
  const anon = stat.column("anon") ?? new Float64Array();
  const first = anon[0] ?? 0;
  return (tick) => {
    const i = stat.readingAtOrBefore(tick);
    return i < 0 ? 0 : Math.max(0, (anon[i] ?? 0) - first);
  };
};

/** `pod`: its cgroup's path, below the mount. */
export const moved = (facts: Facts, pod: string, kind: Kind): Facts => {
  const at = (cgroup: string): string => `/sys/fs/cgroup${cgroup === "/" ? "" : cgroup}/memory.stat`;
  const stat = facts.samples.files.get(at(pod));
  if (stat === undefined) throw new Error(`no memory.stat of ${pod}`);
  const grown = growthOf(stat);
  const ancestors = pod.split("/").map((_, i, parts) => parts.slice(0, i + 1).join("/") || "/");
  const shows = (path: string): boolean =>
    ancestors.some((a) => path === at(a)) ||
    (path.startsWith(`/sys/fs/cgroup${pod}/`) && path.endsWith("/memory.stat"));
  const files = new Map(
    [...facts.samples.files].map(([path, file]): [string, SampledFile] => [
      path,
      path === "/proc/meminfo"
        ? changed(file, MEMINFO[kind], grown)
        : shows(path)
          ? changed(file, STAT[kind], grown)
          : file,
    ]),
  );
  const tasks = facts.samples.tasks.map((t) => (t.cgroup?.startsWith(pod) === true ? changedTask(t, grown) : t));
  const samples: Samples = { ...facts.samples, files, tasks };
  return { ...facts, samples };
};
