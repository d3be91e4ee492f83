// A capture of one directory a tick: "ticks/<epoch seconds>.<ms>/<file>". Its files come in any order.
import type { CapturedFile, TickDirectory } from "../../model/capture.ts";

import type { FactSink, Parser } from "../parser.ts";
import type { FilmReader, SampleSink, TickId } from "../samples/sink.ts";
import { linesOf, textOf, wholeFile } from "../samples/whole-file.ts";
import { pidColumns, pidRow } from "./pids.ts";
import { type LabTick, tickClocks } from "./tick-clock.ts";

interface LabState {
  readonly ticks: Map<string, LabTick & { readonly id: TickId; readonly path: string }>;
  readonly film: FilmReader;
}

const states = new WeakMap<SampleSink, LabState>();

/** Files of the ticks; the sampler's own two are named here, the rest by their path on the node. */
export const labTicks: Parser = {
  id: "lab",
  claims: (file) => file.tick !== null,
  parse: async (file, sink, report) => {
    if (file.tick === null) return;
    const state = stateOf(sink.samples);
    const tick = tickOf(state, sink.samples, file, file.tick);
    if (file.baseName === "cgroups") await readCgroups(state, sink.samples, tick.id, file);
    else {
      const bytes = await wholeFile(file, report);
      if (bytes !== null && bytes.length > 0) readSmall(tick, bytes, file, sink);
    }
  },
};

const stateOf = (samples: SampleSink): LabState => {
  const known = states.get(samples);
  if (known !== undefined) return known;
  const state: LabState = {
    ticks: new Map(),
    film: samples.film({
      path: (header) => ({ path: header.startsWith("/") ? header : null, binding: null }),
      directive: () => {},
      other: () => null,
    }),
  };
  states.set(samples, state);
  samples.atEnd(() => finish(state, samples));
  return state;
};

/** A file is written within its tick: a time far from the directory's is that of a copy. */
const MAX_TICK_MS = 120_000;

const trueModified = (modifiedMs: number | null, realMs: number): number | null =>
  modifiedMs !== null && modifiedMs >= realMs - 2000 && modifiedMs <= realMs + MAX_TICK_MS ? modifiedMs : null;

const tickOf = (state: LabState, samples: SampleSink, file: CapturedFile, { name, realMs }: TickDirectory) => {
  const modified = trueModified(file.modifiedMs, realMs);
  let tick = state.ticks.get(name);
  if (tick === undefined) {
    const path = file.path.slice(0, file.path.lastIndexOf("/"));
    const unknown = { startUp: NaN, endUp: NaN, endReal: NaN, torn: true, bootId: null };
    const ref = { file: file.path, line: 1, text: "" };
    const id = samples.tick({
      ...unknown,
      tier: "full",
      startReal: realMs,
      realResolutionMs: 1,
      upResolutionMs: 10,
      ref,
    });
    tick = { id, path, realMs, upSec: null, tookMs: null, lastModifiedMs: null };
    state.ticks.set(name, tick);
  }
  if (modified !== null) tick.lastModifiedMs = Math.max(tick.lastModifiedMs ?? 0, modified);
  return tick;
};

const readCgroups = async (state: LabState, samples: SampleSink, tick: TickId, file: CapturedFile): Promise<void> => {
  const { film } = state;
  film.begin(samples.source(file.path, modifiedOf(file)));
  film.setTick(tick);
  for await (const chunk of file.chunks()) film.feed(chunk);
  film.end();
};

const modifiedOf = (file: CapturedFile): number | null =>
  file.tick === null ? null : trueModified(file.modifiedMs, file.tick.realMs);

const readSmall = (
  tick: LabTick & { readonly id: TickId },
  bytes: Uint8Array,
  file: CapturedFile,
  sink: FactSink,
): void => {
  const { samples } = sink;
  if (file.baseName === "sample_took_ms") {
    const took = /^(\d{1,9})\n/.exec(textOf(bytes))?.[1];
    if (took === undefined) sayUnreadable(samples, file, "The duration of the tick could not be read.");
    else tick.tookMs = Number(took);
    return;
  }
  const source = samples.source(file.path, modifiedOf(file));
  if (file.baseName === "pids") return readPids(tick.id, source, bytes, file, samples);
  if (file.baseName === "uptime") readUptime(tick, bytes, file, samples);
  const fate =
    file.nodePath === null ? "unknown" : samples.content(file.nodePath, { tick: tick.id, source, line: 1 }, bytes);
  if (fate === "unknown") {
    const message = `Nothing here reads "${file.baseName}" of a tick.`;
    samples.say(file.baseName, {
      severity: "info",
      code: "unknown-file",
      file: file.path,
      line: null,
      message,
      costs: null,
    });
  }
};

const readUptime = (
  tick: LabTick & { readonly id: TickId },
  bytes: Uint8Array,
  file: CapturedFile,
  samples: SampleSink,
): void => {
  const text = textOf(bytes);
  const up = /^(\d{1,12}\.\d{2}) /.exec(text)?.[1];
  if (up === undefined) return;
  tick.upSec = Number(up);
  samples.amendTick(tick.id, { ref: { file: file.path, line: 1, text: text.trimEnd() } });
};

const readPids = (tick: TickId, source: number, bytes: Uint8Array, file: CapturedFile, samples: SampleSink): void => {
  const [header = "", ...rows] = linesOf(bytes);
  const columns = pidColumns(header);
  if (columns === null)
    return sayUnreadable(samples, file, "The table of tasks has no header that names pid and comm.");
  rows.forEach((text, i) => {
    const row = pidRow(columns, text);
    if (row === null) sayUnreadable(samples, file, "A row of the table of tasks could not be read.", i + 2);
    else samples.task({ ...row, tick, source, line: i + 2, text });
  });
};

const sayUnreadable = (samples: SampleSink, file: CapturedFile, message: string, line = 1): void =>
  samples.say(file.baseName, {
    severity: "warning",
    code: "unreadable-line",
    file: file.path,
    line,
    message,
    costs: "It is left out.",
  });

const finish = (state: LabState, samples: SampleSink): void => {
  const ticks = [...state.ticks.values()].sort((a, b) => a.realMs - b.realMs);
  tickClocks(ticks).forEach((clocks, i) => {
    const tick = ticks[i];
    if (tick === undefined) return;
    samples.amendTick(tick.id, clocks);
    if (clocks.torn) sayTorn(samples, tick.path);
  });
};

const sayTorn: (samples: SampleSink, path: string) => void = (samples, path) =>
  samples.say("lab", {
    severity: "warning",
    code: "torn-tick",
    file: path,
    line: null,
    message: "The tick has no end: the sampler stopped within it.",
    costs: "What it holds is kept; files that it had not read yet are missing.",
  });
