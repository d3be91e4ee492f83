// The files that describe a bundle of format 1 as a whole: what they give as facts. The seal is src/collect's.
import type { CapturedFile } from "../../model/capture.ts";
import { sourceRef } from "../../model/evidence.ts";
import type { Stamp } from "../../model/instant.ts";
import type { FactSink, Parser } from "../parser.ts";
import { linesOf, textOf, wholeFile } from "../samples/whole-file.ts";
import { resolutionOf } from "./directives.ts";

// #uptime	monotonic	realtime	boot_offset	kmsg_seq	boot_id
// 81234.51	81234510223114	1795484163598000000	0	8123	5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11
export const clockTable: Parser = {
  id: "segment/clock",
  claims: (file) => file.path === "clock.tsv",
  parse: async (file, sink, report) => {
    const bytes = await wholeFile(file, report);
    if (bytes === null) return;
    linesOf(bytes).forEach((line, i) => {
      if (line.startsWith("#") || line.startsWith("uptime\t")) return;
      const stamps = clockRow(line);
      if (stamps.length > 1) sink.binding({ stamps, bootId: bootOf(line), ref: sourceRef(file.path, i + 1, line) });
      else {
        const message = "A row of clock readings could not be read.";
        sink.samples.say("clock", {
          severity: "warning",
          code: "unreadable-line",
          file: file.path,
          line: i + 1,
          message,
          costs: "It does not bind the clocks.",
        });
      }
    });
  },
};

const bootOf = (line: string): string | null => /^[0-9a-f-]{32,36}$/.exec(line.split("\t")[5] ?? "")?.[0] ?? null;

const clockRow = (line: string): Stamp[] => {
  const [up = "", monotonic = "", real = ""] = line.split("\t");
  const stamps: Stamp[] = [];
  const nanoseconds = (text: string): number | null =>
    /^\d{1,20}$/.test(text) ? Number(BigInt(text) / 1000n) / 1000 : null;
  if (/^\d{1,12}\.\d{1,3}$/.test(up))
    stamps.push({ clock: "boot", ms: Number(up) * 1000, resolutionMs: resolutionOf(up), zoned: true });
  const sinceBoot = nanoseconds(monotonic);
  if (sinceBoot !== null) stamps.push({ clock: "receipt-monotonic", ms: sinceBoot, resolutionMs: 0.001, zoned: true });
  const wall = nanoseconds(real);
  if (wall !== null) stamps.push({ clock: "realtime", ms: wall, resolutionMs: wallResolution(real), zoned: true });
  return stamps;
};

/** It may be rounded down to a second, 10 ms or a microsecond: told by its zeros. Never finer than a microsecond. */
const wallResolution = (ns: string): number => {
  const zeros = /0*$/.exec(ns)?.[0].length ?? 0;
  return zeros >= 9 ? 1000 : zeros >= 7 ? 10 : zeros >= 6 ? 1 : 0.001;
};

// {"format": 1, "state": "sealed", "host": "worker-1", "boot": "…", "kernel": "…", "page_size": 4096, "self": {"pids": [1, 2], "cgroup": "/sys/fs/cgroup/…"}}
export const manifest: Parser = {
  id: "segment/manifest",
  claims: (file) => file.path === "manifest.json",
  parse: async (file, sink, report) => {
    const bytes = await wholeFile(file, report);
    if (bytes === null) return;
    const document = objectOf(textOf(bytes));
    if (document === null) {
      const message = "The manifest is no JSON object.";
      report({
        severity: "warning",
        code: "unreadable-manifest",
        file: file.path,
        line: 1,
        message,
        costs: "The collector's own processes may stand in findings.",
      });
      return;
    }
    readManifest(document, file, textOf(bytes).split("\n"), sink);
  },
};

const readManifest = (
  document: Readonly<Record<string, unknown>>,
  file: CapturedFile,
  lines: readonly string[],
  sink: FactSink,
): void => {
  const detail = (key: "hostname" | "kernelRelease" | "machine" | "bootId", name: string): void => {
    const value = document[name];
    if (typeof value !== "string" || value === "") return;
    const index = Math.max(
      0,
      lines.findIndex((line) => line.includes(`"${name}":`)),
    );
    sink.detail({ key, fact: { value, from: [sourceRef(file.path, index + 1, lines[index] ?? "")] } });
  };
  detail("hostname", "host");
  detail("kernelRelease", "kernel");
  detail("machine", "machine");
  detail("bootId", "boot");
  if (typeof document["boot"] === "string" && document["boot"] !== "") sink.bootId(document["boot"]);
  const pageSize = document["page_size"];
  if (typeof pageSize === "number" && pageSize >= 4096 && pageSize <= 65536) sink.samples.pageSize(pageSize);
  const self = document["self"];
  if (!isObject(self)) return;
  const { pids, cgroup } = self as { readonly pids?: unknown; readonly cgroup?: unknown };
  if (Array.isArray(pids)) for (const pid of pids) if (typeof pid === "number") sink.collectorPid(pid);
  if (typeof cgroup === "string" && cgroup !== "")
    sink.collectorCgroup(cgroup.replace(/^\/sys\/fs\/cgroup(?:\/memory|\/unified)?(?=\/)/, ""));
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const objectOf = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    // Not JSON: the caller says so.
    return null;
  }
};

/** What the collector wrote about itself; its pids and cgroup stand in the manifest. */
export const bookkeeping: Parser = {
  id: "segment/bookkeeping",
  claims: (file) => file.path === "collector.log" || file.path === "SHA256SUMS",
  parse: async (file, sink) => {
    let text = "";
    for await (const chunk of file.chunks())
      if (file.path === "collector.log" && text.length < 1_000_000) text += textOf(chunk);
    // 812.31 own cgroup /sys/fs/cgroup/memforensics-8123
    for (const match of text.matchAll(/^\S{1,20} own cgroup (\/\S{1,300})$/gm)) {
      sink.collectorCgroup((match[1] ?? "").replace(/^\/sys\/fs\/cgroup(?:\/memory|\/unified)?(?=\/)/, ""));
    }
  },
};
