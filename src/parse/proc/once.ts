// A file of /proc or /sys that was captured once, not tick by tick: node/start, node/end, what lies beside the ticks.
import type { CapturedFile } from "../../model/capture.ts";
import type { Parser } from "../parser.ts";
import { formatOf } from "../samples/format-of.ts";
import { statDetails } from "./details.ts";
import type { SampleSink, TickId } from "../samples/sink.ts";
import { withoutCarriageReturns, wholeFile } from "../samples/whole-file.ts";

/** A copy of the kubepods tree and of the kubelet's slice, below this folder. */
const CGROUP_COPY = /^cgroup-fs\/(.{1,4096})$/;

const pathOnNode = (file: CapturedFile): string | null => {
  if (file.nodePath !== null) return file.nodePath;
  const below = CGROUP_COPY.exec(file.path)?.[1];
  return below === undefined ? null : `/sys/fs/cgroup/${below}`;
};

export const onceRead: Parser = {
  id: "proc/once",
  claims: (file) => {
    const path = file.tick === null ? pathOnNode(file) : null;
    return path !== null && formatOf(path) !== null;
  },
  parse: async (file, sink, report) => {
    const path = pathOnNode(file);
    const bytes = path === null ? null : await wholeFile(file, report);
    if (path === null || bytes === null) return;
    const { samples } = sink;
    if (bytes.length === 0) {
      // st_size of /proc and cgroup files is 0: tar stores them empty.
      samples.say(path.slice(path.lastIndexOf("/") + 1), {
        severity: "info",
        code: "not-captured",
        file: file.path,
        line: null,
        message: `${path} stands in the capture without content: it was not captured.`,
        costs: "It counts as absent.",
      });
      return;
    }
    if (path === "/proc/stat") statDetails(file, bytes, sink);
    const source = samples.source(file.path, file.modifiedMs);
    samples.content(path, { tick: onceTick(samples, file), source, line: 1 }, withoutCarriageReturns(bytes));
  },
};

const onceTicks = new WeakMap<SampleSink, Map<string, TickId>>();
const DAY_MS = 86_400_000;

/** Files of one folder, written within one second, are one pass. */
const onceTick = (samples: SampleSink, file: CapturedFile): TickId => {
  const known = onceTicks.get(samples) ?? new Map<string, TickId>();
  if (!onceTicks.has(samples)) {
    onceTicks.set(samples, known);
    samples.atEnd(() => doubtTimes(samples, [...known.values()]));
  }
  const folder = /^node\/(?:start|end)\//.exec(file.path)?.[0] ?? "";
  const key = `${folder} ${file.modifiedMs}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const modified = file.modifiedMs ?? NaN;
  const id = samples.tick({
    tier: "once",
    bootId: null,
    startUp: NaN,
    endUp: NaN,
    // The copy was written when it was read, within the second that its time names.
    startReal: modified,
    endReal: modified,
    realResolutionMs: 1000,
    upResolutionMs: 10,
    torn: false,
    ref: { file: file.path, line: 1, text: "" },
  });
  known.set(key, id);
  return id;
};

/** The time of a copy (an unpacked archive, a clone) says nothing: it is believed only within a day of a tick that carries its own clock. */
const doubtTimes = (samples: SampleSink, ids: readonly TickId[]): void => {
  const own: number[] = [];
  for (let id = 0; ; id++) {
    const tick = samples.tickAt(id);
    if (tick === undefined) break;
    if (tick.tier !== "once" && Number.isFinite(tick.startReal)) own.push(tick.startReal);
  }
  const low = own.reduce((least, real) => Math.min(least, real), Infinity);
  const high = own.reduce((most, real) => Math.max(most, real), -Infinity);
  for (const id of ids) {
    const real = samples.tickAt(id)?.startReal ?? NaN;
    if (!(real >= low - DAY_MS && real <= high + DAY_MS)) samples.amendTick(id, { startReal: NaN, endReal: NaN });
  }
};
