// Runs scripts/collect.sh as a node would, and reads what it wrote by means of its own: nothing of src/ is used here,
// so that a mistake made on both sides cannot hide itself.
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

export const collector = resolve("scripts/collect.sh");

/** Every shell the collector promises to run in, where this machine has it. */
export const shells: readonly (readonly string[])[] = [["dash"], ["bash", "--posix"], ["busybox", "ash"]].filter(
  ([name]) => has(name ?? ""),
);

export function has(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;
}

export function uptime(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}

/** A folder on disk that the test removes. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), "collector-test-"));
}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export async function until(what: string, condition: () => boolean, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await sleep(50);
  }
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Run>;
  kill(signal: NodeJS.Signals): void;
  /** SIGKILL to all of its processes at once */
  destroy(): void;
}

export function collect(
  shell: readonly string[],
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; script?: string } = {},
): Running {
  const [program = "sh", ...first] = shell;
  const child = spawn(program, [...first, options.script ?? collector, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    // a process group of its own
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const ended = new Promise<Run>((done) => {
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${program}`);
  const destroy = (): void => void process.kill(-pid, "SIGKILL");
  return { pid, ended, kill: (signal) => void child.kill(signal), destroy };
}

/** Unpacks with tar, as an engineer would, and returns the bundle's folder. */
export function unpack(bundle: string, into: string): string {
  const tar = spawnSync("tar", ["-xf", bundle, "-C", into]);
  if (tar.status !== 0) throw new Error(`tar: ${tar.stderr.toString()}`);
  const [top, ...more] = readdirSync(into).filter((name) => existsSync(join(into, name, "manifest.json")));
  if (top === undefined || more.length > 0) throw new Error(`not one folder in ${bundle}`);
  return join(into, top);
}

/** A file's text; of a spool in use, a segment that has been compressed since it was listed is read as it is now. */
export function text(path: string): string {
  if (!existsSync(path) && existsSync(`${path}.gz`)) return text(`${path}.gz`);
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
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
 * Gaps between fast ticks of which collector.log says nothing. A machine that is busy with other tests makes ticks late,
 * or so slow that the collector backs off, and it says so; it must not lose one in silence. A tick may begin up to 0.05 s
 * early and just under one period late, and where the period changes it is counted from the last one's end.
 */
export function silentGaps(bundle: string): string[] {
  const log = text(join(bundle, "collector.log"));
  const overruns = [...log.matchAll(/^([\d.]+) overrun: fast tick/gm)].map((line) => Number(line[1]));
  const periods = [...log.matchAll(/^([\d.]+) fast tier every (\d+) ms/gm)].map((line) => ({
    from: Number(line[1]),
    seconds: Number(line[2]) / 1000,
  }));
  const ticks = ticksOf(readSegments(bundle), "fast");
  return ticks.slice(1).flatMap(({ up }, at) => {
    const last = ticks[at]?.up ?? up;
    const took = (ticks[at]?.endUp ?? last) - last;
    const period = periods.findLast((each) => each.from <= up)?.seconds ?? 1;
    const explained = overruns.some((when) => when > last && when <= up + 0.01);
    return up - last < Math.max(1, period) * 2 + took + 0.1 || explained ? [] : [`${last} to ${up}`];
  });
}

/** A cgroup v1 directory of one controller, and how to remove it. */
export function makeGroup(controller: string): string {
  pods += 1;
  const path = join("/sys/fs/cgroup", controller, `collector-test-${process.pid}-${pods}`);
  mkdirSync(path);
  return path;
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

// ------------------------------------------------------------------------------------------------ cgroups and kills

const v1 = "/sys/fs/cgroup/memory";

/** Why this machine cannot provoke a kill at a cgroup's limit; null where it can. */
export function whyNoOom(): string | null {
  if (process.getuid?.() !== 0) return "not root";
  if (!existsSync(join(v1, "memory.limit_in_bytes"))) return "no cgroup v1 memory controller";
  const probe = join(v1, `collector-probe-${process.pid}`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
  } catch (error) {
    return `cannot make a cgroup: ${String(error)}`;
  }
  return null;
}

/** What this machine cannot do is skipped loudly; the build machine must be able to. */
export function skipUnless(what: string, why: string | null): boolean {
  if (why === null) return false;
  if (process.env["CI"] !== undefined) throw new Error(`${what}: ${why}. CI must run this test.`);
  console.warn(`SKIPPED ${what}: ${why}`);
  return true;
}

export interface Pod {
  readonly uid: string;
  readonly containerId: string;
  /** the container's cgroup, absolute, and as the kernel prints it */
  readonly path: string;
  readonly kernelPath: string;
  remove(): Promise<void>;
}

let pods = 0;

/** A cgroup v1 tree shaped as a kubelet with the cgroupfs driver makes it. */
export function makePod(limitBytes: number, root = "kubepods"): Pod {
  pods += 1;
  const hex = (length: number) => Array.from({ length }, () => Math.floor(Math.random() * 16).toString(16)).join("");
  const uid = `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
  const containerId = hex(64);
  const kernelPath = `/${root}/burstable/pod${uid}/${containerId}`;
  const path = v1 + kernelPath;
  // another test may be removing the empty parents at this moment
  for (let tries = 0; !existsSync(path) && tries < 20; tries += 1) spawnSync("mkdir", ["-p", path]);
  writeFileSync(join(path, "memory.limit_in_bytes"), String(limitBytes));
  return {
    uid,
    containerId,
    path,
    kernelPath,
    async remove() {
      for (const line of readFileSync(join(path, "cgroup.procs"), "utf8").split("\n").filter(Boolean)) {
        try {
          process.kill(Number(line), "SIGKILL");
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
        }
      }
      for (let at = path; at !== v1; at = resolve(at, "..")) await removeCgroup(at);
    },
  };
}

/** A cgroup whose last process has just died is busy for a moment; one with other children stays. */
export async function removeCgroup(path: string): Promise<void> {
  for (let tries = 0; tries < 40 && existsSync(path); tries += 1) {
    try {
      rmdirSync(path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT") return;
      if (code === "ENOTEMPTY" || readdirSync(path, { withFileTypes: true }).some((entry) => entry.isDirectory()))
        return;
      await sleep(100);
    }
  }
}

export interface Victim {
  readonly pid: number;
  readonly signal: string | null;
}

/** A process that takes memory without end, inside the pod: `tail` holds a line until it ends, and zeros have no end. */
export async function exhaust(pod: Pod): Promise<Victim> {
  const child = spawn("sh", ["-c", 'echo $$ >"$1/cgroup.procs" && exec tail /dev/zero', "sh", pod.path], {
    stdio: "ignore",
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error("cannot start sh");
  const signal = await new Promise<string | null>((done) => child.on("exit", (_code, by) => done(by)));
  return { pid, signal };
}

export function remove(...paths: string[]): void {
  // what a collector is still ending may be written meanwhile
  for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

export const sorted = (names: readonly string[]): string[] => [...names].sort((a, b) => (a < b ? -1 : Number(a > b)));
