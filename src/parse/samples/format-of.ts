// Which format reads a path of the node.
import { cgroupFormats, DROPPED } from "../cgroup/index.ts";
import { DROPPED_PROC, procFormats } from "../proc/index.ts";
import type { Format } from "./format.ts";
import type { FormatOf } from "./store.ts";

const formats: readonly Format[] = [...procFormats, ...cgroupFormats];
const byName = new Map<string, readonly Format[]>();
for (const format of formats) for (const name of format.names) byName.set(name, [...(byName.get(name) ?? []), format]);

export const formatOf: FormatOf = (path) => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const format = byName.get(name)?.find((candidate) => candidate.owns?.(path) ?? true);
  if (format !== undefined) return format;
  if (DROPPED_PROC.has(path) || (path.startsWith("/sys/fs/cgroup/") && DROPPED.has(name))) return "drop";
  return path.startsWith("/proc/sys/")
    ? (procFormats.find((candidate) => candidate.id === "proc/sysctl") ?? null)
    : null;
};
