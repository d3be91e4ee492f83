// What the collector costs on a node with 250 pods: 625 empty cgroups in the shape of a kubelet's, the default tiers.
//
//   npm run bench:collector -- [--seconds 600] [--hour 720] [--shell dash]… [--write docs/collector-cost.md]
//
// Needs root and the cgroup v1 memory controller. Every run has a mount namespace of its own in which those cgroups are
// all there are, so that other collectors do not see them. CPU is what the kernel charged to the collector's processes and
// to those they waited for; memory is Pss and anonymous Pss (smaps_rollup); bytes are those of the closed segments;
// processes are counted by the last pid in /proc/loadavg, which each fast tick holds, in a pid namespace of its own.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "45" },
    seconds: { type: "string", default: "600" },
    hour: { type: "string", default: "720" },
    shell: { type: "string", multiple: true, default: ["dash", "busybox ash"] },
    write: { type: "string" },
  },
});
const memory = "/sys/fs/cgroup/memory";
// deeper than a collector looks for kubepods
const root = `${memory}/bench-${process.pid}/of/the/collector`;
const hex = (n, width) => n.toString(16).padStart(width, "0");
const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const sleep = (s) => new Promise((done) => setTimeout(done, s * 1000));

/** kubepods, its QoS groups, 250 pods with a container each, and second containers up to 625 groups. */
function groupNames() {
  const names = ["kubepods", "kubepods/burstable", "kubepods/besteffort"];
  for (let pod = 0; names.length < 625; pod += 1) {
    const parent = ["kubepods", "kubepods/burstable", "kubepods/besteffort"][pod % 10 === 0 ? 0 : pod % 10 < 8 ? 1 : 2];
    const path = `${parent}/pod${hex(pod, 8)}-93d1-4b8e-9a44-c1d7e6b20f3a`;
    names.push(path, `${path}/${hex(pod, 64)}`);
    if (pod % 2 === 0) names.push(`${path}/${hex(pod + 4096, 64)}`);
  }
  return names.slice(0, 625);
}

/** user and system time, its own and that of children it waited for, in seconds */
function cpu(pid) {
  try {
    const [, after = ""] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return (
      after
        .split(" ")
        .slice(11, 15)
        .reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond
    );
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return 0;
    throw error;
  }
}

function memoryOf(pid) {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const of = (name) => Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(rollup)?.[1] ?? 0);
    return { pss: of("Pss"), anon: of("Pss_Anon") };
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return { pss: 0, anon: 0 };
    throw error;
  }
}

/** Pids whose working directory or output is in the spool: all of the collector. */
function pidsOf(spool) {
  const links = execFileSync(
    "sh",
    [
      "-c",
      `ls -l /proc/[0-9]*/cwd /proc/[0-9]*/fd 2>/dev/null | awk -v s="${spool}/" '/^\\/proc\\/[0-9]+/ { split($1, a, "/"); p = a[3] } index($0, "-> " s) { if (match($0, /\\/proc\\/[0-9]+\\/cwd/)) { split(substr($0, RSTART), a, "/"); print a[3] } else print p }' | sort -un`,
    ],
    { encoding: "utf8" },
  );
  return links.split("\n").filter(Boolean).map(Number);
}

/** A collector of its own, until `measure` is through with it. `pressure`: a PSI reading that never calms. */
async function withCollector(shell, args, { pressure = false, pidNamespace = false }, watch) {
  const spool = mkdtempSync(join(tmpdir(), "bench-collector-"));
  const psi = join(spool, "psi");
  writeFileSync(
    psi,
    "some avg10=50.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=50.00 avg60=0.00 avg300=0.00 total=1\n",
  );
  const mounts = [`mount --bind ${root} ${memory}`, ...(pressure ? [`mount --bind ${psi} /proc/pressure/memory`] : [])];
  const unshare = ["--mount", "--propagation", "private", ...(pidNamespace ? ["--pid", "--fork", "--mount-proc"] : [])];
  const run = `${mounts.join(" && ")} && exec ${shell} ${resolve("scripts/collect.sh")} --spool ${spool} --keep --no-marks --duration 0 ${args.join(" ")}`;
  const child = spawn("sh", ["-c", `exec unshare ${unshare.join(" ")} sh -c "$0"`, run], { stdio: "ignore" });
  try {
    let recording;
    while (recording === undefined || !existsSync(join(recording, "node/start/versions"))) {
      await sleep(1);
      if (child.exitCode !== null) throw new Error(`the collector ended with ${child.exitCode}`);
      const name = readdirSync(spool).find((each) => /Z$/.test(each));
      if (name !== undefined) recording = join(spool, name);
    }
    await sleep(5);
    return await watch(recording, spool);
  } finally {
    await end(child, spool);
  }
}

/** Nothing of it is wanted any more. */
async function end(child, spool) {
  for (let pids = pidsOf(spool); pids.length > 0; pids = pidsOf(spool)) {
    for (const pid of pids) spawnSync("kill", ["-9", String(pid)]);
    await sleep(0.2);
  }
  if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.on("close", done));
  rmSync(spool, { recursive: true, force: true });
}

/** CPU, memory and bytes over a time; memory as it was at its beginning and at its most. */
async function over(seconds, recording, spool) {
  const pids = pidsOf(spool);
  const before = new Map(pids.map((pid) => [pid, cpu(pid)]));
  const at = () => pidsOf(spool).map(memoryOf);
  const first = at();
  let [pss, anon] = [0, 0];
  const start = performance.now();
  while ((performance.now() - start) / 1e3 < seconds) {
    await sleep(5);
    const now = at();
    pss = Math.max(
      pss,
      now.reduce((sum, each) => sum + each.pss, 0),
    );
    anon = Math.max(anon, ...now.map((each) => each.anon));
  }
  const elapsed = (performance.now() - start) / 1e3;
  const spent = [...before].reduce((sum, [pid, was]) => sum + Math.max(0, cpu(pid) - was), 0);
  const sum = (all) => all.reduce((total, each) => total + each.anon, 0);
  return { elapsed, spent, pss, anon, anonFirst: sum(first), anonLast: sum(at()), ticks: ticksOf(recording) };
}

const segments = (recording, tier) =>
  readdirSync(join(recording, "ticks"))
    .filter((name) => name.includes(`.${tier}`))
    .toSorted()
    .map((name) => {
      const bytes = readFileSync(join(recording, "ticks", name));
      return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    });
const ticksOf = (recording) =>
  Object.fromEntries(
    ["fast", "mid", "full"].map((tier) => [
      tier,
      segments(recording, tier)
        .join("")
        .match(/^@@ end /gm)?.length ?? 0,
    ]),
  );

/** Of a tier: ticks that were due by the periods that collector.log tells, those made, and those told as left out. */
function account(recording, tier, usual) {
  const log = readFileSync(join(recording, "collector.log"), "utf8");
  const ups = [
    ...segments(recording, tier)
      .join("")
      .matchAll(/^@@ tick \d+ up=([\d.]+)/gm),
  ].map((m) => Number(m[1]));
  const left = [...log.matchAll(new RegExp(` overrun: ${tier} tick \\d+ ms late, (\\d+) left out$`, "gm"))];
  const said = tier === "fast" ? /^([\d.]+) fast tier every (\d+) ms/gm : /^([\d.]+) mid tick .* every (\d+) ms/gm;
  const changes = [{ from: ups[0], period: usual }].concat(
    [...log.matchAll(said)].map((m) => ({ from: Number(m[1]), period: Number(m[2]) / 1e3 })),
  );
  const due = changes.reduce((sum, { from, period }, at) => {
    const to = Math.min(changes[at + 1]?.from ?? Infinity, ups.at(-1));
    return sum + Math.max(0, to - from) / period;
  }, 1);
  return { due: Math.round(due), made: ups.length, left: left.reduce((sum, m) => sum + Number(m[1]), 0) };
}

/** compressed bytes an hour, by the rows of closed segments */
function bytesAnHour(recording) {
  const rows = readFileSync(join(recording, "index.tsv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t"));
  return ["fast", "mid", "full"].map((tier) => {
    const closed = rows.filter(([file]) => file.includes(`.${tier}`));
    const bytes = closed.reduce((sum, row) => sum + Number(row[1]), 0);
    const span = closed.reduce((sum, row) => sum + Number(row[4]) - Number(row[3]), 0);
    return span > 0 ? (bytes / span) * 3600 : Number.NaN;
  });
}

/** Processes begun between two fast ticks: where neither a middle nor a full tick was made, and where one middle tick was. */
function processes(recording) {
  const spans = (tier) =>
    [
      ...segments(recording, tier)
        .join("")
        .matchAll(/^@@ tick \d+ up=([\d.]+)[^]*?^@@ end \d+ up=([\d.]+)/gm),
    ].map((m) => [Number(m[1]), Number(m[2])]);
  const fast = [
    ...segments(recording, "fast")
      .join("")
      .matchAll(/^@@ tick \d+ up=([\d.]+)[^]*?^==> \/proc\/loadavg <==\n\S+ \S+ \S+ \S+ (\d+)$/gm),
  ].map((m) => ({ up: Number(m[1]), pid: Number(m[2]) }));
  const [mid, full] = [spans("mid"), spans("full")];
  const between = (list, from, to) => list.filter(([begin, done]) => done >= from && begin <= to);
  const counts = { fast: [], mid: [] };
  for (const [at, { up, pid }] of fast.slice(1).entries()) {
    const last = fast[at];
    const [mids, fulls] = [between(mid, last.up, up), between(full, last.up - 1, up + 1)];
    if (up < (mid[1]?.[0] ?? Infinity) || fulls.length > 0) continue;
    if (mids.length === 0) counts.fast.push(pid - last.pid);
    else if (mids.length === 1 && mids[0][0] > last.up && mids[0][1] < up) counts.mid.push(pid - last.pid);
  }
  return {
    fast: Math.max(...counts.fast),
    mid: Math.max(...counts.mid),
    seen: [counts.fast.length, counts.mid.length],
  };
}

/** The collector's functions, run as its worker does: twenty full ticks, then twenty times one `tail` over the same files. */
const FULL_TICKS = `
  S=$1 collector=$2
  mkdir -p $S/.run/cg $S/ticks
  sed '$d' $collector >$S/functions.sh
  . $S/functions.sh
  D=$S P='' GEN=1 NOFORK=0 SEG=0 TICK=0 NEXT=1 QUIET=1 BOOT=bench TIMER_LIST='' INTERVAL=5 RING='' SELFCG='' KINDS=0 HOT=''
  WALKED='' PATHS='' S_FAST='' S_MID='' S_FULL='' P_MID=500 P_FULL=3000
  probe_tools; probe_clock; find_cgroups; now
  cd $S/.run/cg
  rescan
  open_segment full 30
  set -f
  # what a full tick reads, by the paths that a user would give
  files=$(for f in $FULL; do printf '%s\\n' $f; done | sed 's|.*/||' | sort -u)
  set +f
  (cd $CG && { for g in . $(find kubepods -type d); do for f in $files; do [ ! -e $g/$f ] || printf '%s\\n' $g/$f; done; done
    for f in meminfo vmstat pressure/memory pressure/io pressure/cpu loadavg slabinfo buddyinfo zoneinfo swaps; do printf '/proc/%s\\n' $f; done; }) >$S/list
  times >$S/0
  i=0; while [ $i -lt 20 ]; do full_tick; i=$((i + 1)); done
  times >$S/1
  cd $CG
  i=0; while [ $i -lt 20 ]; do tail -n +1 -- $(cat $S/list) /proc/[0-9]*/stat /proc/[0-9]*/statm /proc/[0-9]*/status /proc/[0-9]*/cgroup /proc/[0-9]*/oom_score /proc/[0-9]*/oom_score_adj >$S/tailed 2>/dev/null; i=$((i + 1)); done
  times >$S/2
  cat $S/0 $S/1 $S/2`;

function fullTick(shell) {
  const spool = mkdtempSync(join(tmpdir(), "bench-collector-"));
  const bind = `mount --bind ${root} ${memory} && exec ${shell} -c "$0" full-tick ${spool} ${resolve("scripts/collect.sh")}`;
  const printed = execFileSync(
    "sh",
    ["-c", `exec unshare --mount --propagation private sh -c "$0" "$1"`, bind, FULL_TICKS],
    {
      encoding: "utf8",
    },
  );
  rmSync(spool, { recursive: true, force: true });
  // times prints user and system of the shell, then of its children
  const seconds = [...printed.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  const at = (reading) => seconds.slice(reading * 4, reading * 4 + 4).reduce((sum, each) => sum + each, 0);
  const tail =
    seconds.slice(10, 12).reduce((sum, each) => sum + each, 0) -
    seconds.slice(6, 8).reduce((sum, each) => sum + each, 0);
  return { tick: (at(1) - at(0)) / 20, tail: tail / 20 };
}

/** These two are made with no other run beside them. */
async function alone(shell) {
  const count = await withCollector(shell, [], { pidNamespace: true }, async (recording) => {
    // once a minute two more are begun, to see how full the disk is and which record of the kernel log is the last
    await sleep(Number(values.count));
    return processes(recording);
  });
  return { shell, count, full: fullTick(shell) };
}

async function measure({ shell, count, full }) {
  const kB = (value) => `${(value / 1000).toFixed(1)} MB`;
  const usual = await withCollector(shell, [], {}, async (recording, spool) => ({
    ...(await over(Number(values.seconds), recording, spool)),
    bytes: bytesAnHour(recording),
  }));
  const hour = await withCollector(shell, ["--interval", "1"], { pressure: true }, async (recording, spool) => ({
    ...(await over(Number(values.hour), recording, spool)),
    fast: account(recording, "fast", 1),
    mid: account(recording, "mid", 1),
  }));
  const counted = ({ due, made, left }) => `${made} + ${left} of ${due}`;
  const total = usual.bytes.reduce((sum, bytes) => sum + bytes, 0);
  return {
    "processes begun in a fast tick, at most": [`${count.fast}`, "0"],
    "processes begun in a middle tick, at most": [`${count.mid}`, "3"],
    "CPU of a full tick ÷ one `tail` over its files": [
      `${(full.tick / full.tail).toFixed(2)} (${(full.tick * 1e3).toFixed(0)} ÷ ${(full.tail * 1e3).toFixed(0)} ms)`,
      "1.5",
    ],
    [`of one core over ${usual.elapsed.toFixed(0)} s`]: [
      `${((usual.spent / usual.elapsed) * 100).toFixed(2)} %`,
      shell === "dash" ? "3 %" : "5 %",
    ],
    "anonymous memory of any of its processes, at most": [kB(usual.anon), "4 MB"],
    "Pss of all its processes, at most": [kB(usual.pss), "24 MB"],
    [`anonymous memory of all, before and after ${hour.ticks.fast} fast, ${hour.ticks.mid} middle and ${hour.ticks.full} full ticks`]:
      [`${kB(hour.anonFirst)}, ${kB(hour.anonLast)}`, "flat"],
    "fast and middle ticks of those under pressure: made, and told as left out, of those due by the periods told": [
      `${counted(hour.fast)}, ${counted(hour.mid)}`,
      "all",
    ],
    "compressed, an hour": [
      `${usual.bytes.map((bytes) => (bytes / 1e6).toFixed(1)).join(" + ")} = ${(total / 1e6).toFixed(1)} MB`,
      "35 MB",
    ],
  };
}

function document(results) {
  const lines = results.flatMap(([shell, rows]) => [
    `## ${shell}\n`,
    "| | measured | bound |\n|---|---|---|",
    ...Object.entries(rows).map(([what, [value, bound]]) => `| ${what} | ${value} | ${bound} |`),
    "",
  ]);
  return `# What the collector costs\n
Written by \`npm run bench:collector\`, which says how each figure is measured: 625 cgroups as of 250 pods, default tiers, no
pressure. An hour's ticks are aimed at in twelve minutes, under a pressure that is put on: fast ones five times as often, a
middle one each second, full ones every ten; the row says how many were made. Once a minute two more processes are begun than the table says. Linux ${release()}, ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "?"}, shared with other work:
CPU is time charged by the kernel, which depends little on that.\n
${lines.join("\n")}`;
}

const made = groupNames();
try {
  for (const group of made) mkdirSync(join(root, group), { recursive: true });
  const first = [];
  for (const shell of values.shell) first.push(await alone(shell));
  const results = await Promise.all(first.map(async (each) => [each.shell, await measure(each)]));
  const text = document(results);
  console.log(text);
  if (values.write !== undefined) writeFileSync(values.write, text);
} finally {
  execFileSync("sh", ["-c", 'find "$1" -depth -type d -exec rmdir {} +', "sh", `${memory}/bench-${process.pid}`]);
}
