// Lines that say nothing are only looked at. Nothing may be lost by it: a text read so gives the same facts as the same text with every line
// decoded and shown to every reader, and no line that a reader knows is passed over.
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/model/log.ts";
import { classify } from "../../../src/parse/kernel/classify.ts";
import { createKernelReader } from "../../../src/parse/kernel/reader.ts";
import { createKubeTextReader } from "../../../src/parse/kube/text-reader.ts";
import { createKubeletReader } from "../../../src/parse/kubelet/reader.ts";
import type { Glance } from "../../../src/parse/log/glance.ts";
import { LineDecoder } from "../../../src/parse/log/line-decoder.ts";
import { textFile, wholeTextFile, wordScan } from "../../../src/parse/log/text-file.ts";
import type { LineReader, Parser } from "../../../src/parse/parser.ts";
import { createSystemReader } from "../../../src/parse/system/reader.ts";
import { forEachLine } from "../../../src/parse/text/lines.ts";
import { sharedFolder } from "../../project/shared.ts";
import { capturedFile, gathering } from "../../timeline/evictions/facts-of.ts";
import { cases as kernelCases } from "../kernel/cases.ts";
import { atColumn, betweenWords, setIn } from "../kernel/render.ts";
import { cases as kubeletCases } from "../kubelet/cases.ts";
import { lineOf } from "../kubelet/lines-of.ts";

interface Text {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const filesOf = (folder: string, wanted: RegExp): Text[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map(({ name }) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));

const here = import.meta.dirname;
const fixtures: Text[] = [
  ...[...kernelCases, ...kubeletCases].map(({ name, log }) => ({ name, bytes: log })),
  ...filesOf(join(here, "../../fixtures/kubelet"), /\.log$|journal\.json$/),
];

const corpus: Text[] = ["oom", "kubelet"].flatMap((name) => {
  const folder = sharedFolder(`corpus/${name}`);
  return folder === null ? [] : filesOf(folder, /\.(?:log|txt)$/);
});

const LOG = /\/(?:dmesg[^/]*|kmsg|journal-[^/]*|console[^/]*|[^/]*\.log)$/;

const logsOfCapture = async (path: string): Promise<Text[]> => {
  const tar = createReadStream(path).pipe(createGunzip()).pipe(extract());
  const logs: Text[] = [];
  for await (const entry of tar) {
    const parts: Uint8Array[] = [];
    for await (const part of entry as AsyncIterable<Uint8Array>) parts.push(part);
    if (LOG.test(entry.header.name))
      logs.push({ name: entry.header.name, bytes: new Uint8Array(Buffer.concat(parts)) });
  }
  return logs;
};

const readWith = async (parser: Parser, bytes: Uint8Array, chunkSize = 65_536) => {
  const { out, sink, report } = gathering();
  await parser.parse(capturedFile("x.log", bytes, chunkSize), sink, report);
  return { ...out, logs: out.logs.map((log) => ({ ...log, kubeletBeats: [...log.kubeletBeats] })) };
};

/** The lines of a text, decorations off. */
const linesIn = async ({ bytes }: Text): Promise<LogLine[]> => {
  const lines: LogLine[] = [];
  const decoder = new LineDecoder("x.log", { line: (line) => void lines.push(line), unreadable: () => {} });
  await forEachLine(
    capturedFile("x.log", bytes),
    () => {},
    (text, line) => decoder.push(text, line),
  );
  decoder.end();
  return lines;
};

const isPlain = (text: string): boolean => /^[\t\x20-\x7e]{1,4096}$/.test(text);

const pad = (value: number, width: number): string => String(value).padStart(width, "0");
const speaker = ({ ident, pid }: LogLine): string => `${ident ?? "kernel"}${pid === null ? "" : `[${pid}]`}: `;
const ownSpeaker = (line: LogLine): string =>
  line.ident === "kernel" || line.ident === null ? "" : `${line.ident}[${line.pid ?? 1}]: `;
const clockOf = (i: number): string =>
  `${pad(Math.floor(i / 3600) % 24, 2)}:${pad(Math.floor(i / 60) % 60, 2)}:${pad(i % 60, 2)}`;

/** How each of the forms that are looked at prints a line. */
const FORMS: Readonly<Record<string, (line: LogLine, i: number) => string>> = {
  kmsg: (line, i) => `4,${100 + i},${1_000_000 + i * 1000},-;${ownSpeaker(line)}${line.message}`,
  dmesg: (line, i) =>
    `[${pad(i, 5).replace(/^0{1,4}/, (zeros) => " ".repeat(zeros.length))}.${pad(i, 6)}] ${ownSpeaker(line)}${line.message}`,
  "journal-short-monotonic": (line, i) =>
    `[${i}.${pad(i, 6)}] worker-1 ${speaker({ ...line, pid: line.ident === "kernel" ? null : (line.pid ?? 1) })}${line.message}`,
  "syslog-iso": (line, i) => `2026-11-24T${clockOf(i)}.${pad(i, 6)}+01:00 worker-1 ${speaker(line)}${line.message}`,
  rfc3164: (line, i) => `Nov  4 ${clockOf(i)} worker-1 ${speaker(line)}${line.message}`,
  "journal-short-precise": (line, i) => `Nov 24 ${clockOf(i)}.${pad(i, 6)} worker-1 ${speaker(line)}${line.message}`,
};

/** Null, or what a text gives where its lines are looked at and where they are all decoded, and that is not the same. */
const difference = async (bytes: Uint8Array, chunkSize?: number): Promise<string[] | null> => {
  const both = [await readWith(textFile, bytes, chunkSize), await readWith(wholeTextFile, bytes, chunkSize)];
  const [looked, whole] = both.map((read) => JSON.stringify(read, null, 1));
  return looked === whole ? null : [looked ?? "", whole ?? ""];
};

const encoder = new TextEncoder();

/** The forms in which the lines of a text are not read alike. */
const unlikeForms = async (text: Text): Promise<string[]> => {
  const lines = (await linesIn(text)).filter(({ message }) => isPlain(message));
  const unlike: string[] = [];
  for (const [form, print] of Object.entries(FORMS)) {
    const printed = `${lines.map(print).join("\n")}\n`;
    if ((await difference(encoder.encode(printed))) !== null) unlike.push(form);
    const windows = encoder.encode(printed.replaceAll("\n", "\r\n"));
    if ((await difference(windows, 1000)) !== null) unlike.push(`${form} with Windows' line ends`);
  }
  return unlike;
};

describe("a text whose lines are looked at", () => {
  it.each(fixtures)("$name: reads as if every line were decoded", async ({ bytes }) => {
    expect(await difference(bytes)).toBeNull();
    expect(await difference(bytes, 777)).toBeNull();
  });

  it.each(fixtures)("$name: in all forms", async (text) => {
    expect(await unlikeForms(text)).toEqual([]);
  });

  it.each(fixtures)("$name: wrapped", async ({ bytes }) => {
    const lines = new TextDecoder().decode(bytes).split("\n");
    for (const wrap of [atColumn(80), betweenWords(72), setIn(betweenWords, 100, "    ", 4)]) {
      const wrapped = encoder.encode(lines.flatMap(wrap).join("\n"));
      expect(await difference(wrapped)).toBeNull();
      expect(await difference(wrapped, 777)).toBeNull();
    }
  });

  it.skipIf(corpus.length === 0)("corpus: as it stands and in all forms", { timeout: 120_000 }, async () => {
    for (const text of corpus) {
      expect(await difference(text.bytes)).toBeNull();
      expect(await unlikeForms(text)).toEqual([]);
    }
  });

  const captures = sharedFolder("captures");
  const names = captures === null ? [] : readdirSync(captures).filter((name) => name.endsWith(".tgz"));
  it.each(names)("%s: every log of it", { timeout: 120_000 }, async (name) => {
    const logs = await logsOfCapture(join(captures ?? "", name));
    expect(logs.length).toBeGreaterThan(5);
    for (const { bytes } of logs) expect(await difference(bytes)).toBeNull();
  });
});

/** A line as the flow shows it, of a form that no reader minds. */
const glanceOf = (message: string): Glance => {
  const bytes = encoder.encode(`${message}\n`);
  wordScan.read(bytes);
  return {
    bytes,
    from: 0,
    to: bytes.length - 1,
    line: 1,
    clock: "printk",
    ms: 1000,
    sequence: null,
    words: wordScan.bitsIn(0, bytes.length),
    stamp: () => ({ clock: "printk", ms: 1000, resolutionMs: 1e-3, zoned: true }),
    toLine: () => lineOf(message),
  };
};

/** Whether the reader reads anything from this line alone. */
const tells = (reader: LineReader<unknown>, message: string, ident: string): boolean => {
  const line = lineOf(message, { ident, stamps: [{ clock: "printk", ms: 1000, resolutionMs: 1e-3, zoned: true }] });
  reader.line(line);
  return /"from"/.test(JSON.stringify(reader.end()));
};

const READERS = {
  kernel: createKernelReader,
  kubelet: createKubeletReader,
  system: createSystemReader,
  kube: createKubeTextReader,
} as const;
const IDENTS = ["kernel", "kubelet", "containerd", "systemd", "systemd-journald", "earlyoom", "nohang", "npd", "app"];
const CONTEXT = { columns: ["uid", "tgid", "total_vm", "rss", "nr_ptes", "swapents", "oom_score_adj", "name"] };

/** Messages that are known to a reader and that its glance passes over. */
const passedOver = (messages: Iterable<string>): string[] => {
  const lost: string[] = [];
  for (const message of messages) {
    if (!isPlain(message)) continue;
    const at = glanceOf(message);
    const shown = (create: (typeof READERS)[keyof typeof READERS], ident: string): boolean =>
      !create(() => {}).glancer(ident)(at);
    if (classify(message.trim(), CONTEXT) !== null && !shown(createKernelReader, "kernel")) lost.push(message);
    for (const create of Object.values(READERS)) {
      for (const ident of IDENTS) {
        if (
          !shown(create, ident) &&
          tells(
            create(() => {}),
            message,
            ident,
          )
        )
          lost.push(`${ident}: ${message}`);
      }
    }
  }
  return lost;
};

describe("what a reader knows is not passed over", () => {
  it.each(fixtures)("$name", async (text) => {
    expect(passedOver(new Set((await linesIn(text)).map(({ message }) => message)))).toEqual([]);
  });

  it.skipIf(corpus.length === 0)("corpus", { timeout: 120_000 }, async () => {
    for (const text of corpus)
      expect(passedOver(new Set((await linesIn(text)).map(({ message }) => message)))).toEqual([]);
  });

  it.each(["kernel", "kubelet", "system", "kube"])("the samples above the patterns of %s", (folder) => {
    const sources = filesOf(join(here, "../../../src/parse", folder), /\.ts$/);
    const samples = sources.flatMap(({ bytes }) => {
      const comments = new TextDecoder().decode(bytes).match(/^ {0,8}(?:\/\/|\/?\*{1,2}).*$/gm) ?? [];
      return comments.flatMap((comment) => [
        comment.replace(/^ {0,8}(?:\/\/|\/?\*{1,2}) ?/, "").replace(/ ?\*\/$/, ""),
        ...[...comment.matchAll(/`([^`]+)`/g)].map(([, sample = ""]) => sample),
      ]);
    });
    const klog = samples.map((sample) => `I1124 01:16:10.106764     410 kubelet.go:84] ${sample}`);
    const manager = samples.map((sample) => `I1124 01:16:10.106764     410 eviction_manager.go:84] ${sample}`);
    const whole = [...samples, ...klog, ...manager];
    expect(whole.length).toBeGreaterThan(30);
    expect(passedOver(new Set(whole))).toEqual([]);
  });
});
