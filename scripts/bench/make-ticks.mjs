// A bundle of format 1 for the bench: the ticks of samples/recorded-oom.tgz over and over, with clocks that go on, numbers that
// change, and the container's cgroup there as often as on a busy node.
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

/** Writes the bundle, and beside it its segments one after the other, which `gzip -dc` can read; returns the bytes of ticks. */
export async function makeTicks(sample, bundle, members, size) {
  const files = await filesOf(sample);
  const text = (path) => gunzipSync(files.get(path)).toString("latin1");
  const tiers = [
    tierOf("fast", text("ticks/000001.fast.gz"), 1),
    tierOf("mid", text("ticks/000001.mid.gz"), 5),
    tierOf("full", text("ticks/000002.full.gz"), 30),
  ];
  const tar = pack();
  const plain = createWriteStream(members);
  const written = pipeline(tar, createGzip({ level: 1 }), createWriteStream(bundle));
  tar.entry({ name: "bench/manifest.json" }, files.get("manifest.json"));
  let [bytes, number, from, tick] = [0, 0, 0, 0];
  while (bytes < size) {
    for (const tier of tiers) {
      number += 1;
      const segment = segmentOf(tier, number, from, () => ++tick);
      const member = gzipSync(segment);
      bytes += segment.length;
      tar.entry({ name: `bench/ticks/${String(number).padStart(6, "0")}.${tier.name}.gz` }, member);
      plain.write(member);
    }
    from += SEGMENT_SECONDS;
  }
  tar.finalize();
  await written;
  await new Promise((done) => plain.end(done));
  return bytes;
}
