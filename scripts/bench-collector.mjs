// What the collector costs on a node with 250 pods: 625 empty cgroups in the shape of a kubelet's, the default tiers.
//
//   node scripts/bench-collector.mjs [--seconds 600] [--shell "dash"]…
//
// Needs root and the cgroup v1 memory controller. CPU is what the kernel has charged to the collector's processes and
// those they have waited for; memory is Pss and private memory without file pages, from smaps_rollup; bytes are those of
// the closed segments. The first line is what one `tail` over the files of a full tick takes, for comparison.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    shell: { type: "string", multiple: true, default: ["dash", "busybox ash"] },
  },
});
const seconds = Number(values.seconds);
const root = `/sys/fs/cgroup/memory/kubepods-bench-${process.pid}`;
const hex = (n, width) => n.toString(16).padStart(width, "0");
const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const sleep = (s) => new Promise((done) => setTimeout(done, s * 1000));

const groups = [root];
for (const qos of ["burstable", "besteffort"]) groups.push(`${root}/${qos}`);
for (let pod = 0; pod < 250; pod += 1) {
  const parent = pod % 10 === 0 ? root : pod % 10 < 8 ? `${root}/burstable` : `${root}/besteffort`;
  const path = `${parent}/pod${hex(pod, 8)}-93d1-4b8e-9a44-c1d7e6b20f3a`;
  groups.push(path, `${path}/${hex(pod, 64)}`);
  if (pod % 2 === 0) groups.push(`${path}/${hex(pod + 4096, 64)}`);
}
// 3 of kubepods and 247 of pods' pause containers would be there too; 625 is the figure to be met
const made = groups.slice(0, 625);

/** utime, stime and those of children that were waited for, in seconds */
function cpu(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
  } catch {
    return 0;
  }
}

function memory(pid) {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const of = (name) => Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(rollup)?.[1] ?? 0);
    return { pss: of("Pss"), anon: of("Pss_Anon") };
  } catch {
    return { pss: 0, anon: 0 };
  }
}

function report(shell, recording, { elapsed, pids, spent, most, shellMost }) {
  const index = readFileSync(join(recording, "index.tsv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t"));
  const rate = (tier) => {
    const rows = index.filter(([file]) => file.includes(`.${tier}`));
    const bytes = rows.reduce((sum, row) => sum + Number(row[1]), 0);
    const span = rows.reduce((sum, row) => sum + Number(row[4]) - Number(row[3]), 0);
    return span > 0 ? (bytes / span) * 3600 : 0;
  };
  const rates = ["fast", "mid", "full"].map(rate);
  const percent = (s) => `${((s / elapsed) * 100).toFixed(2)} %`;
  console.log(
    `${shell}: ${percent(spent.reduce((sum, s) => sum + s, 0))} of one core over ${elapsed.toFixed(0)} s (${spent.map(percent).join(", ")} for pids ${pids.join(", ")})`,
  );
  console.log(`${shell}: Pss of all processes at most ${most} kB, anonymous memory of any one at most ${shellMost} kB`);
  console.log(
    `${shell}: per hour ${rates.map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`).join(" + ")} = ${(rates.reduce((a, b) => a + b, 0) / 1e6).toFixed(1)} MB (fast, mid, full; 0 where none was closed yet)`,
  );
}

async function measure(shell) {
  const spool = mkdtempSync(join(tmpdir(), "bench-collector-"));
  const [program, ...rest] = shell.split(" ");
  const child = spawn(
    program,
    [...rest, resolve("scripts/collect.sh"), "--duration", "0", "--spool", spool, "--keep", "--no-marks"],
    { stdio: "ignore" },
  );
  try {
    let recording;
    while (recording === undefined || !existsSync(join(recording, "node/start/versions"))) {
      await sleep(1);
      const name = readdirSync(spool).find((each) => /Z$/.test(each));
      if (name !== undefined) recording = join(spool, name);
    }
    await sleep(10);
    const pids = JSON.parse(readFileSync(join(recording, "manifest.json"), "utf8")).self.pids;
    const before = pids.map(cpu);
    let most = 0;
    let shellMost = 0;
    const start = performance.now();
    while ((performance.now() - start) / 1e3 < seconds) {
      await sleep(5);
      const now = pids.map(memory);
      most = Math.max(
        most,
        now.reduce((sum, each) => sum + each.pss, 0),
      );
      shellMost = Math.max(shellMost, ...now.map((each) => each.anon));
    }
    const elapsed = (performance.now() - start) / 1e3;
    const spent = pids.map((pid, at) => cpu(pid) - (before[at] ?? 0));
    report(shell, recording, { elapsed, pids, spent, most, shellMost });
  } finally {
    child.kill("SIGTERM");
    await new Promise((done) => child.on("close", done));
    rmSync(spool, { recursive: true, force: true });
  }
}

/** CPU seconds of the full tick's reading, as the collector does it, against one tail over the same files. */
function fullTick() {
  const names = [
    "usage_in_bytes",
    "stat",
    "limit_in_bytes",
    "soft_limit_in_bytes",
    "max_usage_in_bytes",
    "failcnt",
    "oom_control",
    "kmem.usage_in_bytes",
    "memsw.usage_in_bytes",
    "memsw.limit_in_bytes",
    "memsw.failcnt",
  ];
  const files = made.flatMap((group) =>
    names.map((name) => `${group.slice("/sys/fs/cgroup/memory/".length)}/memory.${name}`),
  );
  const once = spawnSync("sh", ["-c", "cd /sys/fs/cgroup/memory && xargs tail -v -n +1 -- >/dev/null; times"], {
    input: files.join("\n"),
    encoding: "utf8",
  });
  const [, children = ""] = once.stdout.trim().split("\n");
  const parse = (text) =>
    [...text.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
  return { files: files.length, seconds: parse(children) };
}

try {
  for (const group of made) mkdirSync(group, { recursive: true });
  const tail = fullTick();
  console.log(
    `one tail over ${tail.files} files of ${made.length} cgroups: ${(tail.seconds * 1000).toFixed(0)} ms of CPU`,
  );
  for (const shell of values.shell) await measure(shell);
} finally {
  for (const group of made.toReversed()) if (existsSync(group) && statSync(group).isDirectory()) rmdirSync(group);
}
