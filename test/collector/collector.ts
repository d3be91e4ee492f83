// Runs scripts/collect.sh as a node would.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export const collector = resolve("scripts/collect.sh");

/** Every shell the collector promises to run in, where this machine has it. */
export const shells: readonly (readonly string[])[] = [["dash"], ["bash", "--posix"], ["busybox", "ash"]].filter(
  ([name]) => has(name ?? ""),
);

/** The same with their names, for `describe.each`. */
export const eachShell = shells.map((shell) => [shell.join(" "), shell] as const);

export function has(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;
}

export function uptime(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
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

export const sorted = (names: readonly string[]): string[] => [...names].sort((a, b) => (a < b ? -1 : Number(a > b)));

/** What this machine cannot do is skipped loudly; the build machine must be able to. */
export function skipUnless(what: string, why: string | null): boolean {
  if (why === null) return false;
  if (process.env["CI"] !== undefined) throw new Error(`${what}: ${why}. CI must run this test.`);
  console.warn(`SKIPPED ${what}: ${why}`);
  return true;
}
