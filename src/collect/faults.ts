// What is said where a compressed stream or an archive is damaged.
import type { Problem } from "../model/evidence.ts";
import type { CompressionFault } from "./compression-fault.ts";
import type { Container } from "./container.ts";
import type { TarEnd } from "./tar-reader.ts";

const count = (n: number): string => n.toLocaleString("en-US");
const bytesOf = (n: number): string => (n === 1 ? "1 byte" : `${count(n)} bytes`);

type Said = Pick<Problem, "severity" | "code" | "message" | "costs">;

const SAID: Readonly<Record<CompressionFault["kind"], (fault: CompressionFault) => Said>> = {
  truncated: ({ format, bytesIn, bytesOut }) => ({
    severity: "warning",
    code: `${format}-truncated`,
    message: `the ${format} data ends before its end: ${bytesOf(bytesIn)} of it are there and give ${bytesOf(bytesOut)}`,
    costs: "what came after; copy the file again if the original is whole",
  }),
  torn: ({ format, bytesOut }) => ({
    severity: "warning",
    code: `${format}-torn`,
    message: `a ${format} member breaks off after ${bytesOf(bytesOut)} of content, and another one begins there`,
    costs: "the end of the torn part; a line that it broke off in is kept as far as it goes",
  }),
  corrupt: ({ format, bytesOut, lost, detail }) => ({
    severity: "error",
    code: `${format}-corrupt`,
    message: `the ${format} data is damaged (${detail}) after ${bytesOf(bytesOut)} of content; ${bytesOf(lost)} of it could not be decompressed`,
    costs: "that part, and what was decompressed shortly before it may be wrong",
  }),
  garbage: ({ format, bytesOut, lost, detail }) => ({
    severity: "warning",
    code: `${format}-garbage`,
    message: `${bytesOf(lost)} of the file are no ${format} data (${detail}), after ${bytesOf(bytesOut)} of content`,
    costs: "whatever stood there",
  }),
  ratio: ({ format, bytesOut, detail }) => ({
    severity: "error",
    code: "expansion-limit",
    message: `the ${format} data grows ${detail} (${bytesOf(bytesOut)} so far): not what a log does, reading was stopped`,
    costs: "what comes after",
  }),
};

/** A compressed text. `isInput`: it is the input itself. */
export const compressionProblem = (fault: CompressionFault, file: string, isInput: boolean): Problem => {
  const said = SAID[fault.kind](fault);
  return { ...said, code: isInput && fault.kind === "truncated" ? "input-truncated" : said.code, file, line: null };
};

export interface ArchivePosition {
  /** Last entry that was begun, or null. */
  readonly path: string | null;
  readonly read: number;
  readonly bytes: number;
  readonly cut: boolean;
}

const where = (at: ArchivePosition): string => {
  if (at.path === null) return "before its first file";
  return at.cut ? `inside ${at.path}, after ${count(at.read)} of its ${bytesOf(at.bytes)}` : `after ${at.path}`;
};

/** An archive that was not read to its end; null where nothing is wrong. */
export const archiveProblem = (
  file: string,
  isInput: boolean,
  faults: readonly CompressionFault[],
  end: TarEnd,
  at: ArchivePosition,
): Problem | null => {
  const fault = faults[0] ?? null;
  if (fault?.kind === "ratio") return compressionProblem(fault, file, isInput);
  const costs = "everything that comes after; copy the file again if the original is whole";
  const subject = isInput ? "the input" : "this archive";
  if (fault?.kind === "corrupt" || end.kind === "damaged") {
    const why = fault?.kind === "corrupt" ? `its ${fault.format} data: ${fault.detail}` : end.detail;
    const code = isInput ? "input-damaged" : "archive-damaged";
    const message = `${subject} is damaged ${where(at)} (${why}); what comes before was read, and the end of that may be wrong`;
    return { severity: "error", code, file, line: null, message, costs };
  }
  if (fault?.kind === "truncated" || end.kind === "truncated" || at.cut) {
    const code = isInput ? "input-truncated" : "archive-truncated";
    return { severity: "warning", code, file, line: null, message: `${subject} ends early: ${where(at)}`, costs };
  }
  return fault === null ? null : compressionProblem(fault, file, isInput);
};

const TOOLS: Readonly<Record<Exclude<Container, "gzip" | "zstd" | "tar" | null>, string>> = {
  xz: "xz -d",
  bzip2: "bzip2 -d",
  zip: "unzip",
  "7z": "7z x",
};

export const unsupportedContainer = (kind: keyof typeof TOOLS, file: string, isInput: boolean): Problem => ({
  severity: isInput ? "error" : "warning",
  code: "compression-unsupported",
  file,
  line: null,
  message: `this is ${kind} data, which is not read yet`,
  costs: `all of it; undo it with "${TOOLS[kind]}" and analyse the result`,
});

export const nestedTooDeep = (file: string): Problem => ({
  severity: "warning",
  code: "archive-too-deep",
  file,
  line: null,
  message: "this archive lies inside an archive inside an archive, and was not opened",
  costs: "what it holds; unpack it and analyse it by itself",
});

export const expansionLimit = (file: string, limit: number): Problem => ({
  severity: "error",
  code: "expansion-limit",
  file,
  line: null,
  message: `more than ${bytesOf(limit)} came out of the compressed input: reading was stopped here`,
  costs: "everything that comes after",
});

export const fileLimit = (file: string, limit: number): Problem => ({
  severity: "error",
  code: "file-limit",
  file,
  line: null,
  message: `the input holds more than ${count(limit)} files: this one and all that follow were not read`,
  costs: "everything that comes after; analyse a smaller part",
});

export const inputEmpty = (file: string, what: "file" | "directory"): Problem => ({
  severity: "error",
  code: "input-empty",
  file,
  line: null,
  message: what === "file" ? "the file is empty" : "there is no file in this directory",
  costs: "everything",
});
