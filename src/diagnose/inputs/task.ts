// A task over time, on the wall clock.
import type { SourceRef } from "../../model/evidence.ts";
import type { TaskField, TaskSeries } from "../../model/samples.ts";
import type { Timeline } from "../../model/timeline.ts";

export interface TaskView {
  readonly pid: number;
  readonly comm: string;
  readonly cgroup: string | null;
  readonly length: number;
  ms(reading: number): number;
  value(reading: number, field: TaskField): number | null;
  ref(reading: number): SourceRef;
}

const view = (task: TaskSeries, timeline: Timeline): TaskView => ({
  pid: task.pid,
  comm: task.comm,
  cgroup: task.cgroup,
  length: task.length,
  ms: (reading) => timeline.tickAt(task.tickOf(reading)).best,
  value: (reading, field) => {
    const value = task.column(field)?.[reading];
    return value === undefined || Number.isNaN(value) ? null : value;
  },
  ref: (reading) => task.ref(reading),
});

/** The collector's own tasks are left out of every finding: those that its manifest names, and all in its cgroup. */
export const taskViews = (timeline: Timeline): readonly TaskView[] => {
  const { pids, cgroups } = timeline.facts.collector;
  return timeline.tasks
    .filter(({ pid, cgroup }) => !pids.includes(pid) && !cgroups.includes(cgroup ?? ""))
    .map((task) => view(task, timeline));
};

/** The last reading at or before an instant; -1 without one. */
export const taskReadingAt = (task: TaskView, ms: number): number => {
  for (let i = task.length - 1; i >= 0; i--) if (task.ms(i) <= ms) return i;
  return -1;
};
