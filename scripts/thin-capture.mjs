#!/usr/bin/env node
// Makes a small sample of a whole capture that keeps one directory a tick. It only leaves files out: each file that it keeps has
// the bytes, the name and the modification time of the original. The same input and options give the same archive.
//
//   node scripts/thin-capture.mjs CAPTURE.tgz OUT.tgz [options]
//     --keep FROM/TO      every tick of this window stays; epoch seconds; may be given several times
//     --every N           outside the windows every N-th tick stays                              (default 1: all)
//     --heavy-every N     outside the windows every N-th of those ticks keeps its heavy files    (default 1: all)
//     --window-heavy N    inside the windows every N-th tick keeps its heavy files               (default 1: all)
import { createReadStream, writeFileSync } from "node:fs";
import { createGunzip, gzipSync } from "node:zlib";
import { extract, pack } from "tar-stream";

/**
 * What is kept beside the ticks. The captures hold each log in up to nine forms and every listing twice; of each log stay
 * the forms that carry the most clocks. Container logs, metrics and the scripts that drove the machine are read by nobody.
 */
const KEPT = new Set([
  "kmsg",
  "journal-kernel.json",
  "journal-kubelet.json",
  "journal-kubelet.short-iso-precise",
  "journal-containerd.short-iso-precise",
  "journal-systemd.short-iso-precise",
  "kubelet-config.yaml",
  "kubelet-configz.json",
  "api-after/events.json",
  "api-after/kubelet-pods.json",
  "api-after/kubelet-stats-summary.json",
  "api-after/nodes.json",
  "api-after/pods.json",
  "ls-var-log-containers",
  "ls-var-log-pods",
  "cmdline",
  "cpuinfo",
  "list-boots",
  "meminfo-after",
  "mounts",
  "os-release",
  "proc-stat",
  "sockstat",
  "uname",
  "versions",
  "vmstat-after",
]);

/** Nine tenths of a tick's bytes. */
const HEAVY = new Set(["buddyinfo", "cgroups", "pids", "slabinfo", "zoneinfo"]);

const TICK = /^ticks\/(\d{1,12}\.\d{1,6})\/([^/]+)$/;

main(process.argv.slice(2)).catch((/** @type {unknown} */ error) => {
  console.error(`thin-capture: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});

async function main(argv) {
  const options = readOptions(argv);
  const ticks = new Set();
  for await (const { path } of entriesOf(options.input)) {
    const tick = TICK.exec(path);
    if (tick) ticks.add(tick[1]);
  }
  const plan = planTicks([...ticks].sort(byNumber), options);
  const files = [];
  let seen = 0;
  for await (const entry of entriesOf(options.input)) {
    seen++;
    if (isKept(entry.path, plan)) files.push({ header: entry.header, path: entry.path, content: await entry.read() });
  }
  files.sort(byKind);
  const archive = gzipSync(await tarOf(files), { level: 9 });
  archive[9] = 3; // the byte that names the operating system
  writeFileSync(options.output, archive);
  console.log(
    `${options.output}: ${files.length} of ${seen} files, ${plan.size} of ${ticks.size} ticks, ${archive.length} bytes`,
  );
}

function readOptions(argv) {
  const options = { windows: [], every: 1, heavyEvery: 1, windowHeavy: 1 };
  const counts = { "--every": "every", "--heavy-every": "heavyEvery", "--window-heavy": "windowHeavy" };
  const names = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i];
    if (arg === "--keep") options.windows.push(windowOf(argv[++i]));
    else if (arg in counts) options[counts[arg]] = countOf(arg, argv[++i]);
    else if (arg.startsWith("--")) throw new Error(`unknown option ${arg}`);
    else names.push(arg);
  }
  if (names.length !== 2) throw new Error("give a capture and the file to write");
  return { ...options, input: names[0], output: names[1] };
}

function windowOf(text) {
  const [from, to] = (text ?? "").split("/").map(Number);
  if (!(from <= to)) throw new Error(`--keep ${text}: give FROM/TO in epoch seconds`);
  return { from, to };
}

function countOf(name, text) {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new Error(`${name} ${text}: give a whole number from 1`);
  return n;
}

/** Which ticks stay, and which of them keep their heavy files. The first and the last tick always stay whole. */
function planTicks(names, { windows, every, heavyEvery, windowHeavy }) {
  const plan = new Map();
  let inside = 0;
  let outside = 0;
  let kept = 0;
  names.forEach((name, index) => {
    const at = Number(name);
    const edge = index === 0 || index === names.length - 1;
    if (windows.some(({ from, to }) => at >= from && at <= to)) plan.set(name, inside++ % windowHeavy === 0 || edge);
    else if (outside++ % every === 0 || edge) plan.set(name, kept++ % heavyEvery === 0 || edge);
  });
  return plan;
}

function isKept(path, plan) {
  const tick = TICK.exec(path);
  if (!tick) return KEPT.has(path);
  const heavy = plan.get(tick[1]);
  return heavy !== undefined && (heavy || !HEAVY.has(tick[2]));
}

/** The regular files of the archive; `path` is without the top folder. What is not read is skipped. */
async function* entriesOf(input) {
  const source = createReadStream(input);
  const stream = source.pipe(createGunzip()).pipe(extract());
  for await (const entry of stream) {
    const { header } = entry;
    if (header.type === "file") {
      yield { header, path: header.name.replace(/^[^/]+\//, ""), read: () => contentOf(entry) };
    }
    entry.resume();
  }
}

async function contentOf(entry) {
  const chunks = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function tarOf(files) {
  const tar = pack();
  const bytes = contentOf(tar);
  for (const { header, content } of files) {
    const { name, mtime, mode } = header;
    tar.entry({ name, mtime, mode, size: content.length, uid: 0, gid: 0, uname: "root", gname: "root" }, content);
  }
  tar.finalize();
  return bytes;
}

/** Files of one name stand together: what changes little from tick to tick then lies within the 32 KiB that gzip looks back. */
function byKind(a, b) {
  const [one, other] = [a, b].map(({ path }) => {
    const tick = TICK.exec(path);
    return tick ? `ticks/${tick[2]}/${tick[1]}` : path;
  });
  return one < other ? -1 : one > other ? 1 : 0;
}

function byNumber(a, b) {
  return Number(a) - Number(b);
}
