// What the collector wrote, read by means of the tests' own: nothing of src/ is used here, so that a mistake made on both
// sides cannot hide itself.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, inflateRawSync } from "node:zlib";
import { expect } from "vitest";
import { type Running, sorted } from "./collector.ts";

/** Unpacks with tar, as an engineer would, and returns the bundle's folder. */
export function unpack(bundle: string, into: string): string {
  mkdirSync(into, { recursive: true });
  const tar = spawnSync("tar", ["-xf", bundle, "-C", into]);
  if (tar.status !== 0) throw new Error(`tar: ${tar.stderr.toString()}`);
  const [top, ...more] = readdirSync(into).filter((name) => existsSync(join(into, name, "manifest.json")));
  if (top === undefined || more.length > 0) throw new Error(`not one folder in ${bundle}`);
  return join(into, top);
}

export const manifestOf = (bundle: string) => JSON.parse(readFileSync(join(bundle, "manifest.json"), "utf8"));

/** A file's text; of a spool in use, a segment that has been compressed since it was listed is read as it is now. */
export function text(path: string): string {
  if (!existsSync(path) && existsSync(`${path}.gz`)) return text(`${path}.gz`);
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** Is a file one whole gzip member, with nothing after it? Decoders join members, and go on behind a torn one without an error. */
export function isOneMember(path: string): boolean {
  const bytes = readFileSync(path);
  // its head as gzip writes it of what it reads from a pipe: no name, no extra field
  if (bytes.readUInt32BE(0) >>> 8 !== 0x1f8b08 || bytes[3] !== 0) return false;
  const raw = inflateRawSync(bytes.subarray(10), { info: true }) as unknown as Inflated;
  return (
    10 + raw.engine.bytesWritten + 8 === bytes.length && raw.buffer.length === bytes.readUInt32LE(bytes.length - 4)
  );
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** The kernel log of a bundle: one file for each life of its reader, which begins anew where the ring overran it. */
export function kernelLog(bundle: string): string {
  const names = readdirSync(join(bundle, "logs")).filter((name) => name.startsWith("kmsg"));
  return sorted(names)
    .map((name) => text(join(bundle, "logs", name)))
    .join("");
}

export interface Tick {
  readonly number: number;
  readonly up: number;
  readonly real: string;
  readonly gen: number;
  /** null: torn, the tick has no end line */
  readonly endUp: number | null;
  readonly vanished: number | null;
  readonly files: ReadonlyMap<string, string>;
}

export interface Segment {
  readonly file: string;
  readonly tier: string;
  readonly header: string;
  readonly ticks: readonly Tick[];
}

/** The plainest reading of a segment that the format's description allows. Numbers are resolved to directories. */
export function readSegment(path: string): Segment {
  const lines = text(path).split("\n");
  const header = lines[0] ?? "";
  const paths = new Map<string, string>();
  const ticks: Tick[] = [];
  let open: { number: number; up: number; real: string; gen: number; files: Map<string, string> } | null = null;
  let name: string | null = null;
  let content: string[] = [];
  const closeFile = () => {
    if (open !== null && name !== null) open.files.set(name, content.join("\n").replace(/\n+$/, ""));
    name = null;
    content = [];
  };
  const closeTick = (endUp: number | null, vanished: number | null) => {
    closeFile();
    if (open !== null) ticks.push({ ...open, endUp, vanished });
    open = null;
  };
  for (const line of lines.slice(1)) {
    const bound = /^@@ path (\d+) (.+)$/.exec(line);
    const begin = /^@@ tick (\d+) up=([\d.]+) real=(\S+) gen=(\d+)/.exec(line);
    const end = /^@@ end \d+ up=([\d.]+) real=\S+ vanished=(\d+)$/.exec(line);
    const head = /^==> (.+) <==$/.exec(line);
    if (bound !== null) paths.set(bound[1] ?? "", bound[2] ?? "");
    else if (begin !== null) {
      closeTick(null, null);
      open = {
        number: Number(begin[1]),
        up: Number(begin[2]),
        real: begin[3] ?? "",
        gen: Number(begin[4]),
        files: new Map(),
      };
    } else if (end !== null) closeTick(Number(end[1]), Number(end[2]));
    else if (head !== null) {
      closeFile();
      const numbered = /^(\d+)\/(.+)$/.exec(head[1] ?? "");
      name = numbered === null ? (head[1] ?? "") : `${paths.get(numbered[1] ?? "") ?? "unbound"}/${numbered[2] ?? ""}`;
    } else content.push(line);
  }
  closeTick(null, null);
  return { file: path, tier: /tier=(\w+)/.exec(header)?.[1] ?? "", header, ticks };
}

/** All segments of a bundle or spool, in their order. A plain file beside its .gz is the same segment. */
export function readSegments(bundle: string): Segment[] {
  const folder = join(bundle, "ticks");
  // A recording that has only just begun.
  if (!existsSync(folder)) return [];
  const names = sorted(readdirSync(folder));
  return names
    .filter((name) => name.endsWith(".gz") || !names.includes(`${name}.gz`))
    .map((name) => readSegment(join(folder, name)));
}

export const ticksOf = (segments: readonly Segment[], tier: string): Tick[] =>
  segments.filter((segment) => segment.tier === tier).flatMap((segment) => segment.ticks);

/**
 * Gaps between ticks of a tier of which collector.log says nothing. A machine that is busy with other tests makes ticks late,
 * or so slow that the collector backs off, and it says so; it must not lose one in silence. A tick may begin a little early
 * (0.05 s, a middle one half a second) and just under one period late, and where the period changes it is counted from the last one's end.
 */
export function silentGaps(bundle: string, tier: "fast" | "mid" = "fast"): string[] {
  const log = text(join(bundle, "collector.log"));
  const overruns = [...log.matchAll(new RegExp(`^([\\d.]+) overrun: ${tier} tick`, "gm"))].map((line) =>
    Number(line[1]),
  );
  const changed = tier === "fast" ? /^([\d.]+) fast tier every (\d+) ms/gm : /^([\d.]+) mid tick .* every (\d+) ms/gm;
  const periods = [...log.matchAll(changed)].map((line) => ({
    from: Number(line[1]),
    seconds: Number(line[2]) / 1000,
  }));
  const segments = readSegments(bundle);
  const usual = tier === "fast" ? 1 : Number(manifestOf(bundle).interval);
  const early = tier === "fast" ? 0.1 : 0.6;
  const ticks = ticksOf(segments, tier);
  return ticks.slice(1).flatMap(({ up }, at) => {
    const last = ticks[at]?.up ?? up;
    const took = (ticks[at]?.endUp ?? last) - last;
    // said at a tick's end: the next one is the first of that period
    const period = periods.findLast((each) => each.from < up)?.seconds ?? usual;
    const explained = overruns.some((when) => when > last && when <= up + 0.01);
    return up - last < Math.max(usual, period) * 2 + took + early || explained ? [] : [`${last} to ${up}`];
  });
}

/** The recording in a spool folder; empty where there is none yet. */
export function recordingIn(spool: string): string {
  const names = existsSync(spool) ? readdirSync(spool).filter((name) => name.endsWith("Z")) : [];
  const last = sorted(names).at(-1);
  return last === undefined ? "" : join(spool, last);
}

/** The ticks so far of the recording in a spool folder. What a ring forgets while it is read is read again without it. */
export function ticksIn(spool: string, tier: string): Tick[] {
  const recording = recordingIn(spool);
  if (recording === "") return [];
  for (let tries = 1; ; tries += 1) {
    try {
      return ticksOf(readSegments(recording), tier);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === 10) throw error;
    }
  }
}

/** SIGTERM to a recorder; the folder of the bundle that it makes then, whose sums hold. */
export async function sealedBundle(running: Running, into: string): Promise<string> {
  running.kill("SIGTERM");
  const run = await running.ended;
  expect(run.code).toBe(0);
  const bundle = unpack(run.stdout.trim(), into);
  expect(sumsHold(bundle)).toMatchObject({ ok: true });
  return bundle;
}

/**
 * The bundle in a spool folder whose kernel log holds a text; empty where there is none yet. The counter that triggers a
 * bundle is the whole machine's: other tests' kills seal bundles too.
 */
export function bundleWith(spool: string, part: string): string {
  const script =
    'for b in "$1"/*.tgz; do d=$(mktemp -d); tar -xzf "$b" -C "$d" && gzip -dc "$d"/*/logs/kmsg.*.gz | grep -qF "$2" && echo "$b"; rm -rf "$d"; done';
  const found = spawnSync("sh", ["-c", script, "sh", spool, part], { encoding: "utf8" });
  return found.stdout.split("\n")[0] ?? "";
}

export function sumsHold(bundle: string): { ok: boolean; output: string } {
  const check = spawnSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: bundle });
  return { ok: check.status === 0, output: check.stdout.toString() + check.stderr.toString() };
}

export function filesBelow(folder: string, prefix = ""): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(folder, join(prefix, entry.name)) : [join(prefix, entry.name)],
  );
}
