// Every value and every cited line of every real capture, against a second, slow reading of the same files.
import { afterAll, describe, expect, it } from "vitest";
import { openCapture } from "../../../src/collect/open-capture.ts";
import type { SampledFile } from "../../../src/model/samples.ts";
import { type CaptureName, CAPTURE_NAMES, capturePath, hasCaptures, isSample, realCapture } from "./film-builders.ts";

const decoder = new TextDecoder();

/** Text of every file below ticks/, and of those named. */
const texts = async (name: CaptureName): Promise<Map<string, string[]>> => {
  const found = new Map<string, string[]>();
  for await (const file of (await openCapture(capturePath(name), () => {})).files()) {
    if (!isSample(file)) continue;
    let text = "";
    for await (const chunk of file.chunks()) text += decoder.decode(chunk, { stream: true });
    found.set(file.path, text.split("\n"));
  }
  return found;
};

/** Numbers of one line under the names that the sample's fields have, read independently. */
const numbersOf = (path: string, line: string): Map<string, number> => {
  const found = new Map<string, number>();
  if (path === "/proc/meminfo") {
    const [, key, value, unit] = /^(\S+):\s+(\d+)( kB)?$/.exec(line) ?? [];
    if (key !== undefined) found.set(key, Number(value) * (unit === undefined ? 1 : 1024));
  } else if (path.startsWith("/proc/pressure/") || path.endsWith("/memory.pressure")) {
    const [kind, ...pairs] = line.split(" ");
    for (const pair of pairs) found.set(`${kind}.${pair.split("=")[0]}`, Number(pair.split("=")[1]));
  } else if (path === "/proc/slabinfo") {
    const columns = line.replace(/ : (tunables|slabdata)/g, "").split(/ +/);
    if (columns.length === 12) {
      const names =
        "active_objs num_objs objsize objperslab pagesperslab limit batchcount sharedfactor active_slabs num_slabs sharedavail".split(
          " ",
        );
      names.forEach((column, i) => found.set(`${columns[0]}.${column}`, Number(columns[i + 1])));
    }
  } else {
    const [key, value, more] = line.split(" ");
    if (more === undefined && value !== undefined) found.set(key ?? "", Number(value));
    else if (value === undefined && line !== "") found.set("", line === "max" ? Infinity : Number(line));
  }
  return found;
};

const checked = (path: string): boolean =>
  ["/proc/meminfo", "/proc/vmstat", "/proc/slabinfo"].includes(path) ||
  path.startsWith("/proc/pressure/") ||
  path.startsWith("/sys/fs/cgroup");

const checkFile = (
  file: SampledFile,
  sources: Map<string, string[]>,
  from: number,
  step: number,
): { values: number; wrong: string[] } => {
  const wrong: string[] = [];
  let values = 0;
  for (const field of file.fields()) {
    const column = file.column(field);
    for (let reading = from; reading < file.length; reading += step) {
      const value = column?.[reading] ?? NaN;
      if (Number.isNaN(value)) continue;
      values++;
      const ref = file.ref(reading, field);
      const line = sources.get(ref.file)?.[ref.line - 1];
      if (line !== ref.text)
        wrong.push(`${file.path} ${field} ${reading}: ${ref.file}:${ref.line} is "${line}", not "${ref.text}"`);
      else if (checked(file.path) && numbersOf(file.path, line).get(field) !== value)
        wrong.push(`${file.path} ${field} ${reading}: ${value} from "${line}"`);
    }
  }
  return { values, wrong };
};

describe.skipIf(!hasCaptures())("real captures", () => {
  let total = 0;
  afterAll(() => expect(total).toBeGreaterThan(60_000));

  it.each(CAPTURE_NAMES)("%s: values are those of the cited lines, cited verbatim", async (name) => {
    const { facts } = await realCapture(name);
    const sources = await texts(name);
    const wrong: string[] = [];
    let file = 0;
    for (const sampled of facts.samples.files.values()) {
      // Some four readings of each file, other ones of each; of slabinfo with its thousand columns two.
      const step = Math.max(1, Math.floor(sampled.length / (sampled.fields().length > 500 ? 2 : 4)));
      const result = checkFile(sampled, sources, file++ % step, step);
      total += result.values;
      wrong.push(...result.wrong);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it.each(CAPTURE_NAMES)("%s: every file of a tick is read, and nothing of it is a problem", async (name) => {
    const { facts, problems } = await realCapture(name);
    expect(
      problems.filter((problem) =>
        ["unreadable-line", "unreadable-sample", "unknown-sample", "stray-line", "cut-line"].includes(problem.code),
      ),
    ).toEqual([]);
    expect(facts.files.filter((file) => file.path.startsWith("ticks/") && file.parser !== "lab")).toEqual([]);
  });

  it("knows the torn ticks and no other", async () => {
    const torn = await Promise.all(
      CAPTURE_NAMES.map(
        async (name) => (await realCapture(name)).facts.samples.ticks.filter((tick) => tick.torn).length,
      ),
    );
    expect(torn).toEqual([1, 0, 0, 1, 1, 0]);
  });

  it("bounds every reading of a tick: uptime lies between its start and end, and both ends are tight", async () => {
    for (const name of CAPTURE_NAMES) {
      const { samples } = (await realCapture(name)).facts;
      const uptime = samples.files.get("/proc/uptime");
      const up = uptime?.column("up");
      for (let reading = 0; reading < (uptime?.length ?? 0); reading++) {
        const tick = samples.ticks[uptime?.tickOf(reading) ?? -1];
        const value = up?.[reading] ?? NaN;
        if (tick === undefined) throw new Error("no tick");
        expect(tick.startUp).toBeLessThanOrEqual(value + 0.01);
        expect(tick.endUp).toBeGreaterThanOrEqual(value - 0.001);
        // The boot clock's interval is at most 200 ms wider than the wall clock's.
        if (!tick.torn) expect((tick.endUp - tick.startUp) * 1000 - (tick.endReal - tick.startReal)).toBeLessThan(200);
      }
    }
  });

  it("keeps ticks and readings in time's order whatever the archive's", async () => {
    const { samples } = (await realCapture("c1-both-6.12")).facts;
    const reals = samples.ticks.filter((tick) => tick.tier === "full").map((tick) => tick.startReal);
    expect(reals).toHaveLength(589);
    expect(reals).toEqual([...reals].sort((a, b) => a - b));
    for (const file of samples.files.values()) {
      const ticks = Array.from({ length: file.length }, (_, i) => file.tickOf(i));
      expect(ticks.every((tick, i) => i === 0 || tick > (ticks[i - 1] ?? 0))).toBe(true);
    }
    expect(samples.pageSize).toEqual({ bytes: 4096, proven: true });
  });
});
