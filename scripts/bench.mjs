// What reading costs, as ratios to `gzip -dc | wc -c` of the same bytes in the same run: seconds alone say nothing on another machine.
//
//   node scripts/bench.mjs [--size 100] [--text 32] [--rounds 3] [--write]
//
// --size: MB of ticks, unpacked; --text: MB of each log; --write: puts the figures into docs/performance.md. A bundle and two
// logs are made in a temporary folder (scripts/bench/); collect and parse are folded from src/ as they stand there. Each figure is the median of
// the rounds, in which both take turns; memory is the largest resident set of a process of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { makeKernelLog, makeKubeletLog } from "./bench/make-logs.mjs";
import { filesOf, makeTicks } from "./bench/make-ticks.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const MB = 1e6;
const MAX_RSS = 300 * MB;

/** In a process of its own: reads one input and prints what it took. */
async function child(bundled, input) {
  const { openCapture, parse } = createRequire(import.meta.url)(bundled);
  const start = performance.now();
  const problems = [];
  await parse(await openCapture(input, (one) => problems.push(one)), (one) => problems.push(one));
  const seconds = (performance.now() - start) / 1000;
  const said = problems.map(({ code, file, line, message }) => `${code} ${file}:${line}: ${message}`);
  console.log(JSON.stringify({ seconds, rss: process.resourceUsage().maxRSS * 1024, problems: said.slice(0, 5) }));
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function gzipSeconds(path) {
  const start = performance.now();
  const { status, stderr } = spawnSync("sh", ["-c", 'gzip -dc < "$1" | wc -c', "sh", path], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - start) / 1000;
}

function measure(bundled, { name, input, plain, bytes, bar }, rounds) {
  const [gzip, ours] = [[], []];
  for (let i = 0; i < rounds; i++) {
    gzip.push(gzipSeconds(plain));
    const args = [fileURLToPath(import.meta.url), "--child", bundled, input];
    ours.push(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })));
  }
  const seconds = median(ours.map((one) => one.seconds));
  const { problems } = ours[0];
  const rss = Math.max(...ours.map((one) => one.rss));
  return { name, bytes, stored: statSync(input).size, gzip: median(gzip), seconds, rss, bar, problems };
}

const met = (is) => (is ? "met" : "**not met**");

const rowOf = ({ name, bytes, stored, gzip, seconds, rss, bar }) => {
  const ratio = seconds / gzip;
  return [
    name,
    `${(bytes / MB).toFixed(0)} MB`,
    `${(stored / MB).toFixed(1)} MB`,
    `${gzip.toFixed(2)} s`,
    `${seconds.toFixed(2)} s`,
    `${ratio.toFixed(2)} ×`,
    `≤ ${bar} ×: ${met(ratio <= bar)}`,
    `${(rss / MB).toFixed(0)} MB`,
    `≤ ${MAX_RSS / MB} MB: ${met(rss <= MAX_RSS)}`,
  ];
};

const HEADER = ["What", "Unpacked", "Packed", "`gzip -dc`", "Read", "Ratio", "Bar", "Peak memory", "Bar"];
const table = (rows) => [HEADER, HEADER.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const machine = () => {
  const gzip = execFileSync("gzip", ["--version"], { encoding: "utf8" }).split("\n")[0];
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return `${cpus().length} × ${cpus()[0]?.model.trim() || "unnamed processor"}, ${memory}, Linux ${release()}, Node ${process.version}, ${gzip}; load average ${loadavg()[0]?.toFixed(1)} when it ended`;
};

const listed = (names) => (names.length === 0 ? "none" : names.join("; "));

function summary(results) {
  const bars = results.flatMap(({ name, gzip, seconds, rss, bar }) => [
    { is: seconds / gzip <= bar, what: `time of ${name}` },
    { is: rss <= MAX_RSS, what: `memory of ${name}` },
  ]);
  const of = (wanted) => listed(bars.filter(({ is }) => is === wanted).map(({ what }) => what));
  return `Bars met: ${of(true)}.\n\nBars not met: ${of(false)}.`;
}

const page = (command, results) => `<!-- Written by scripts/bench.mjs --write. -->
# What reading costs

\`${command}\` on ${machine()}.

${table(results.map(rowOf))}

${summary(results)}

- Ticks: a bundle as the collector packs it, a gzipped archive of gzipped segments: opened, both layers inflated, unpacked and parsed into columns. \`gzip -dc\` reads
  the segments alone, one after the other, so it has one layer less to undo.
- Logs: one gzipped text, inflated and parsed: every line decoded, its stamps read, OOM reports put together, the kubelet's messages recognised.
- A file of a tick is first compared with its text of the tick before; only numbers that differ are read. What this costs hangs on how much changes.
- Made of what the samples recorded, repeated with clocks that go on. In "Ticks" one number in five changes from tick to tick, on a node of 300 containers' cgroups;
  "Ticks as recorded" are those of a small node just before and after a kill, as they stand in the sample: fewer cgroups, more tasks, more that changes. The kernel log is the messages of one boot with its OOM reports, over and over.
- Both take turns in one run, times are medians. Node's own start and the loading of the code are not in our time, compiling them as they run is. The bars
  are what we ask of ourselves at 500 MB of ticks. Timeline, findings and report come on top and are not in these figures.
`;

/** What is read, as we have it from src/ now. */
async function bundleReader(outfile) {
  const contents = `export { openCapture } from "./src/collect/open-capture.ts";\nexport { parse } from "./src/parse/index.ts";\n`;
  await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    outfile,
  });
  return outfile;
}

async function makeWorks(folder, size, textSize) {
  const at = (name) => join(folder, name);
  const files = await filesOf(join(root, "samples/kernel-first.tgz"));
  const log = (name) => files.get(name).toString("utf8");
  const kubelet = log("journal-kubelet.short-iso-precise");
  const ticks = (as, sample) =>
    makeTicks(as, join(root, "samples", sample), { bundle: at(`${as}.tgz`), members: at(`${as}.gz`), size });
  const read = (name, as) => ({ name, input: at(`${as}.tgz`), plain: at(`${as}.gz`), bar: 1.2 });
  const text = (name, file) => ({ name, input: at(file), plain: at(file), bar: 2 });
  return [
    { ...read("Ticks", "changing"), bytes: await ticks("changing", "recorded-oom.tgz") },
    { ...read("Ticks as recorded", "recorded"), bytes: await ticks("recorded", "recorded-cgroup-v2.tgz") },
    { ...text("Kernel log (/dev/kmsg)", "kmsg.gz"), bytes: await makeKernelLog(log("kmsg"), at("kmsg.gz"), textSize) },
    {
      ...text("Kubelet log (journal short-iso-precise)", "kubelet.log.gz"),
      bytes: await makeKubeletLog(kubelet, at("kubelet.log.gz"), textSize),
    },
  ];
}

async function main({ size, text, rounds, write, keep }) {
  const folder = mkdtempSync(join(tmpdir(), "memforensics-bench-"));
  try {
    const bundled = await bundleReader(join(folder, "parse.cjs"));
    const works = await makeWorks(folder, Number(size) * MB, Number(text) * MB);
    const results = works.map((work) => measure(bundled, work, Number(rounds)));
    console.log(table(results.map(rowOf)));
    for (const { name, problems } of results) if (problems.length > 0) console.log(`${name}: ${problems.join("; ")}`);
    const command = `npm run bench -- --size ${size} --text ${text} --rounds ${rounds}`;
    if (write) writeFileSync(join(root, "docs/performance.md"), page(command, results));
  } finally {
    if (keep) console.log(folder);
    else rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: "string", default: "100" },
    text: { type: "string", default: "32" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    child: { type: "boolean", default: false },
  },
});
if (values.child) await child(...positionals);
else await main(values);
