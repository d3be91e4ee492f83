// Cgroups of version 1 as a kubelet makes them, and processes that the kernel kills in them.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestContext } from "vitest";
import { sleep } from "./collector.ts";
import { endWriters } from "./places.ts";

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

let pods = 0;

/** A cgroup v1 directory of one controller, and how to remove it. */
export function makeGroup(controller: string): string {
  pods += 1;
  const path = join("/sys/fs/cgroup", controller, `collector-test-${process.pid}-${pods}`);
  mkdirSync(path);
  return path;
}

/** Why forks cannot be made to fail here for want of process numbers; null where they can. */
export function whyNoPids(): string | null {
  if (process.getuid?.() !== 0) return "not root";
  return existsSync("/sys/fs/cgroup/pids/cgroup.procs") ? null : "no pids controller of cgroup v1";
}

/** A shell that is put into a cgroup before it becomes the collector. */
export const inside = (group: string, shell: readonly string[]): readonly string[] => [
  "sh",
  "-c",
  `echo $$ >"${group}/cgroup.procs" && exec "$@"`,
  "sh",
  ...shell,
];

/** A cgroup in which forks can be made to fail, until the test is over. `writers`: where those in it write. */
export function forkGroup(context: TestContext, writers: string) {
  const path = makeGroup("pids");
  const allow = (most: string): void => writeFileSync(join(path, "pids.max"), most);
  context.onTestFinished(async () => {
    allow("max");
    endWriters(writers);
    await removeCgroup(path);
  });
  return { path, forbid: () => allow("1"), allow: () => allow("max") };
}

export interface Pod {
  readonly uid: string;
  readonly containerId: string;
  /** the container's cgroup, absolute, and as the kernel prints it */
  readonly path: string;
  readonly kernelPath: string;
  remove(): Promise<void>;
}

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
