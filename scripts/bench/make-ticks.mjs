// Bundles of format 1 for the bench: the ticks of samples over and over, with clocks that go on; either as they were recorded, or
// with numbers that change and the container's cgroup there as often as on a busy node.
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createGzip, gunzipSync, gzipSync } from "node:zlib";
import { pipeline } from "node:stream/promises";
import { extract, pack } from "tar-stream";

/** 100 pods of two containers and the pods' own cgroups. */
const CONTAINERS = 300;
/** One line in so many has another number in the next tick. */
const STILL = 5;
const SEGMENT_SECONDS = 600;
const START = { up: 7223, real: 1_795_603_499 };

export async function filesOf(archive) {
  const files = new Map();
  const tar = extract();
  const read = (async () => {
    for await (const entry of tar) {
      const chunks = [];
      for await (const chunk of entry) chunks.push(chunk);
      files.set(entry.header.name.split("/").slice(1).join("/"), Buffer.concat(chunks));
    }
  })();
  tar.end(gunzipSync(await readFile(archive)));
  await read;
  return files;
}

/** The same numbers on every run. */
const seeded = (seed) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >> 8;
  };
};

const NUMBER = /^(.*?[ :=]|)(\d{1,15})( kB)?$/;

/** Text in which some numbers change: what stays is one string between them. */
function changing(text, random) {
  const parts = [""];
  const numbers = [];
  for (const line of text
    .replace(/\n+$/, "")
    .split("\n")
    .map((it) => `${it}\n`)) {
    const [, before, digits, unit = ""] = NUMBER.exec(line.slice(0, -1)) ?? [];
    if (digits === undefined || Number(digits) === 0 || random() % STILL !== 0) parts[parts.length - 1] += line;
    else {
      parts[parts.length - 1] += before;
      numbers.push(Number(digits));
      parts.push(`${unit}\n`);
    }
  }
  return () => {
    let out = parts[0];
    for (let i = 0; i < numbers.length; i++) {
      numbers[i] = Math.max(1, numbers[i] + (random() % 4096) - 1900);
      out += numbers[i] + parts[i + 1];
    }
    return out;
  };
}

/** First tick of a segment, cut at its headers; `group` is the number of a cgroup's directory, or null. */
function sectionsOf(segment) {
  const body = segment.slice(segment.indexOf("\n", segment.indexOf("@@ tick ")) + 1, segment.indexOf("@@ end "));
  return body.split(/^(?===> )/m).map((text) => ({ group: /^==> (\d+)\//.exec(text)?.[1] ?? null, text }));
}

function tierOf(name, segment, interval) {
  const random = seeded(interval);
  const lines = segment.split("\n");
  const paths = lines.filter((line) => line.startsWith("@@ path "));
  const sections = sectionsOf(segment);
  const container = paths.find((line) => /\/pod[0-9a-f-]{36}\/[0-9a-f]{64}$/.test(line));
  const emit = sections.map(({ text }) => changing(text, random));
  if (container !== undefined) {
    const [, , number] = container.split(" ");
    const own = sections.filter(({ group }) => group === number).map(({ text }) => text);
    for (let i = 0; i < CONTAINERS; i++) {
      const id = 100 + i;
      paths.push(
        container
          .replace(` ${number} `, ` ${id} `)
          .replace(/[0-9a-f]{8}-93d1/, `${(i >> 1).toString(16).padStart(8, "0")}-93d1`)
          .replace(/[0-9a-f]{8}$/, i.toString(16).padStart(8, "0")),
      );
      const mine = own.map((text) => text.replaceAll(`==> ${number}/`, `==> ${id}/`));
      emit.push(...mine.map((text) => changing(text, random)));
    }
  }
  const head = `${lines[0].replace(/interval=\d+/, `interval=${interval}`)}\n`;
  return { name, interval, head, paths: paths.map((line) => `${line}\n`).join(""), emit };
}

function segmentOf(tier, number, from, nextTick) {
  const out = [tier.head.replace(/segment=\d+/, `segment=${number}`), tier.paths];
  for (let t = from; t < from + SEGMENT_SECONDS; t += tier.interval) {
    const tick = nextTick();
    const up = START.up + t;
    const real = START.real + t;
    const body = tier.emit.map((one) => one()).join("\n");
    out.push(`@@ tick ${tick} up=${up}.10 real=${real}.100000000 gen=1\n${body}`);
    out.push(`@@ end ${tick} up=${up}.20 real=${real}.200000000 vanished=0\n`);
  }
  return Buffer.from(out.join(""));
}

/** Segments of ticks whose numbers change and whose cgroups are many, without an end. */
function* changingSegments(text) {
  const tiers = [
    tierOf("fast", text("ticks/000001.fast.gz"), 1),
    tierOf("mid", text("ticks/000001.mid.gz"), 5),
    tierOf("full", text("ticks/000002.full.gz"), 30),
  ];
  let [number, tick] = [0, 0];
  for (let from = 0; ; from += SEGMENT_SECONDS)
    for (const tier of tiers) yield { tier: tier.name, segment: segmentOf(tier, ++number, from, () => ++tick) };
}

/** The segments as they were recorded, over and over; only their clocks go on. */
function* recordedSegments(files, text) {
  const recorded = [...files.keys()]
    .filter((path) => /^ticks\/.{1,80}\.gz$/.test(path))
    .map((path) => ({ tier: path.split(".")[1], lines: text(path) }));
  for (let round = 0; ; round++)
    for (const { tier, lines } of recorded)
      yield {
        tier,
        segment: Buffer.from(
          lines.replace(
            /^(@@ (?:tick|end) )(\d+) up=(\d+)(\.\d+)? real=(\d+|-)/gm,
            (_, begin, tick, up, fraction = "", real) =>
              `${begin}${Number(tick) + round * 10_000} up=${Number(up) + round * SEGMENT_SECONDS}${fraction} real=${
                real === "-" ? "-" : Number(real) + round * SEGMENT_SECONDS
              }`,
          ),
          "latin1",
        ),
      };
}

/** Writes the bundle, and beside it its segments one after the other, which `gzip -dc` can read; returns the bytes of ticks. */
async function write(manifest, segments, { bundle, members, size }) {
  const tar = pack();
  const plain = createWriteStream(members);
  const written = pipeline(tar, createGzip({ level: 1 }), createWriteStream(bundle));
  tar.entry({ name: "bench/manifest.json" }, manifest);
  let [bytes, number] = [0, 0];
  for (const { tier, segment } of segments) {
    number += 1;
    const member = gzipSync(segment);
    bytes += segment.length;
    tar.entry({ name: `bench/ticks/${String(number).padStart(6, "0")}.${tier}.gz` }, member);
    plain.write(member);
    if (bytes >= size) break;
  }
  tar.finalize();
  await written;
  await new Promise((done) => plain.end(done));
  return bytes;
}

/** `as`: "changing" or "recorded". */
export async function makeTicks(as, sample, output) {
  const files = await filesOf(sample);
  const text = (path) => gunzipSync(files.get(path)).toString("latin1");
  const segments = as === "recorded" ? recordedSegments(files, text) : changingSegments(text);
  return write(files.get("manifest.json"), segments, output);
}
