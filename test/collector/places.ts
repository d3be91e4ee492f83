// Where a collector is put by these tests: a node whose files a test can write to, and a small disk that can fill up or fail.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "vitest";
import { uptime } from "./collector.ts";

/** A node's file system in a folder, for `--root NODE --no-chroot`: this machine's but for what a test writes. */
export interface StandInNode {
  readonly root: string;
  /** writes a file of the node, its folders with it */
  write(path: string, content: string): void;
}

const ofThisMachine = [
  "proc/uptime",
  "proc/self",
  "proc/loadavg",
  "proc/slabinfo",
  "proc/zoneinfo",
  "proc/buddyinfo",
  "proc/swaps",
  "proc/version",
  "proc/sys",
  "sys/kernel",
  "dev/null",
];

export const psi = (avg10: number): string =>
  `some avg10=${avg10}.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n`;
export const meminfo = (availableKb: number): string =>
  `MemTotal:       16384000 kB\nMemFree:         1000000 kB\nMemAvailable:   ${availableKb} kB\n`;

export function standInNode(folder: string): StandInNode {
  const root = join(folder, "node");
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const path of ofThisMachine) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(`/${path}`, join(root, path));
  }
  write("proc/pressure/memory", psi(0));
  write("proc/meminfo", meminfo(8_000_000));
  write("proc/vmstat", "nr_free_pages 250000\noom_kill 0\n");
  return { root, write };
}

/** A stand-in node whose clock runs ten times as fast: minutes in seconds. */
export function hastyNode(context: TestContext, folder: string): { node: StandInNode; clock: () => number } {
  const node = standInNode(folder);
  const zero = uptime();
  const clock = () => zero + (uptime() - zero) * 10;
  const set = (): void => {
    writeFileSync(join(folder, "uptime"), `${clock().toFixed(2)} 0.00\n`);
    renameSync(join(folder, "uptime"), join(node.root, "proc/uptime"));
  };
  set();
  const running = setInterval(set, 20);
  context.onTestFinished(() => clearInterval(running));
  return { node, clock };
}

export interface Disk {
  readonly path: string;
  /** Everything on it fails with EIO from now on, as on a disk that is gone. */
  breakIt(): void;
  remove(): void;
}

/** Why no disk of this size can be mounted here; null where it can. */
export function whyNoDisk(): string | null {
  if (process.getuid?.() !== 0) return "not root";
  const probe = spawnSync("sh", ["-c", "command -v mkfs.ext4 && command -v perl && losetup -f"], { encoding: "utf8" });
  return probe.status === 0 ? null : "no loop device, mkfs.ext4 or perl";
}

/** An ext4 file system of its own, without a journal, in a file. */
export function makeDisk(folder: string, megabytes: number): Disk {
  const [image, path] = [join(folder, "disk.img"), join(folder, "disk")];
  mkdirSync(path);
  const make = 'truncate -s "$1" "$2" && mkfs.ext4 -q -O ^has_journal -m 0 "$2" && mount -o loop "$2" "$3"';
  execFileSync("sh", ["-c", make, "sh", `${megabytes}M`, image, path]);
  return {
    path,
    breakIt() {
      // EXT4_IOC_SHUTDOWN without a flush (fs/ext4/ioctl.c)
      const shutdown = 'open(F, "<", $ENV{DISK}) or die; my $how = pack("L", 2); ioctl(F, 0x8004587d, $how) or die $!';
      execFileSync("sh", ["-c", `perl -e '${shutdown}'`], { env: { ...process.env, DISK: path } });
    },
    remove() {
      spawnSync("umount", ["-l", path]);
    },
  };
}

/** Processes other than this one that stand in a folder or have a file of it open. */
export function pidsIn(folder: string): number[] {
  // of processes that end meanwhile find complains, and goes on
  const found = spawnSync("find", ["/proc", "-mindepth", "2", "-maxdepth", "3", "-lname", `${folder}/*`], {
    encoding: "utf8",
  });
  const pids = [...found.stdout.matchAll(/^\/proc\/(\d+)\//gm)].map((line) => Number(line[1]));
  // a test that reads what a collector wrote has it open too, and is not to be ended with it
  return [...new Set(pids)].filter((pid) => pid !== process.pid);
}

/** Ends the readers of a collector that was killed, or all of one whose test failed. */
export function endWriters(folder: string): void {
  for (const pid of pidsIn(folder)) spawnSync("kill", ["-9", String(pid)]);
}

/** A folder on disk that the test removes. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), "collector-test-"));
}

export function remove(...paths: string[]): void {
  // what a collector is still ending may be written meanwhile
  for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** A folder of a test's own: at the test's end what still writes into it is ended, and it is removed. */
export function folderOf(context: TestContext): string {
  const folder = scratch();
  context.onTestFinished(() => {
    endWriters(folder);
    remove(folder);
  });
  return folder;
}
