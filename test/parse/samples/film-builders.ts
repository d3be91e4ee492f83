// Captured files and captures made from text, and the real captures where they exist.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { openCapture } from "../../../src/collect/open-capture.ts";
import type { Capture, CapturedFile } from "../../../src/model/capture.ts";
import type { Problem } from "../../../src/model/evidence.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { parse } from "../../../src/parse/index.ts";

export interface TextFile {
  readonly path: string;
  readonly text: string | Uint8Array;
  readonly nodePath?: string | null;
  readonly modifiedMs?: number | null;
  readonly tick?: string;
  /** Chunks of this many bytes. */
  readonly cut?: number;
  readonly bytes?: number | null;
}

const encoder = new TextEncoder();

export const captured = (file: TextFile): CapturedFile => {
  const bytes = typeof file.text === "string" ? encoder.encode(file.text) : file.text;
  const cut = file.cut ?? 65_536;
  return {
    path: file.path,
    baseName: file.path.slice(file.path.lastIndexOf("/") + 1),
    nodePath: file.nodePath ?? null,
    tick: file.tick === undefined ? null : { name: file.tick, realMs: Number(file.tick) * 1000 },
    bytes: file.bytes === undefined ? bytes.length : file.bytes,
    modifiedMs: file.modifiedMs ?? null,
    head: bytes.subarray(0, 4096),
    async *chunks() {
      for (let from = 0; from < bytes.length; from += cut) yield bytes.slice(from, from + cut);
    },
  };
};

export const captureOf = (files: readonly TextFile[]): Capture => ({
  name: "built",
  layout: "built",
  async *files() {
    for (const file of files) yield captured(file);
  },
  problems: () => [],
  summary: () => ({ bytes: 0, sha256: null, files: files.length, integrity: null }),
});

export interface Parsed {
  readonly facts: Facts;
  readonly problems: readonly Problem[];
}

export const parsed = async (files: readonly TextFile[]): Promise<Parsed> => {
  const problems: Problem[] = [];
  const facts = await parse(captureOf(files), (problem) => problems.push(problem));
  return { facts, problems };
};

const CAPTURES = resolve("..", "shared", "captures");

export const CAPTURE_NAMES = [
  "a3-global-oom-json-6.12",
  "b-eviction-wins-6.12",
  "b3-eviction-6.12",
  "c1-both-6.12",
  "d1-container-oom-loop-6.12",
  "h1-memoryhigh-throttle-6.12",
] as const;
export type CaptureName = (typeof CAPTURE_NAMES)[number];

export const hasCaptures = (): boolean => {
  if (existsSync(CAPTURES)) return true;
  if (process.env["CI"] !== undefined) throw new Error(`${CAPTURES} is missing, and CI is set`);
  console.warn(`SKIPPED: ${CAPTURES} is not there: the real captures were not tested`);
  return false;
};

export const capturePath = (name: CaptureName): string => resolve(CAPTURES, `${name}.tgz`);

const cache = new Map<string, Promise<Parsed>>();

/** A real capture, parsed once per test file. */
export const realCapture = (name: CaptureName): Promise<Parsed> => {
  const known = cache.get(name) ?? parseReal(name);
  cache.set(name, known);
  return known;
};

/** Without the logs and listings, which have tests of their own. */
export const isSample = (file: CapturedFile): boolean =>
  file.tick !== null ||
  file.path.startsWith("cgroup-fs/") ||
  /^\/(?:proc|etc|sys)\//.test(file.nodePath ?? "") ||
  ["uname", "versions", "list-boots"].includes(file.path);

const parseReal = async (name: CaptureName): Promise<Parsed> => {
  const problems: Problem[] = [];
  const capture = await openCapture(capturePath(name), (problem) => problems.push(problem));
  const samplesOnly: Capture = {
    name: capture.name,
    layout: capture.layout,
    async *files() {
      for await (const file of capture.files()) if (isSample(file)) yield file;
    },
    problems: () => capture.problems(),
    summary: () => capture.summary(),
  };
  return { facts: await parse(samplesOnly, (problem) => problems.push(problem)), problems };
};
