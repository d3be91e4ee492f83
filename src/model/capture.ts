// What src/collect hands on: named byte streams in the order in which the input holds them.

import type { Problem } from "./evidence.ts";

/** One regular file of the input. Archives are read in one pass: consume or skip a file before asking for the next. */
export interface CapturedFile {
  /** Path below the input's single top folder (if it has one), with "/": what evidence cites. */
  readonly path: string;
  /** Last part of `path` without a `.gz` or `.zst` that was undone on the way. */
  readonly baseName: string;
  /** Where the file stood on the node, if path or layout says so: "/proc/meminfo", "/sys/fs/cgroup/kubepods.slice/memory.stat". */
  readonly nodePath: string | null;
  /** Set for the files of a capture whose layout keeps one directory a tick. */
  readonly tick: TickDirectory | null;
  /** Size in the archive or on disk, before any decompression. Null where the archive does not say. */
  readonly bytes: number | null;
  /** Modification time in epoch ms, as the archive or the file system has it. */
  readonly modifiedMs: number | null;
  /** The first bytes (up to 4096, fewer where the file is shorter), already decompressed: for content sniffing. */
  readonly head: Uint8Array;
  /** The content, decompressed. May be consumed once. A stream that breaks off ends early and a Problem was reported. */
  chunks(): AsyncIterable<Uint8Array>;
}

export interface TickDirectory {
  /** Its name: "1795482763.272". */
  readonly name: string;
  /** The wall clock that the name gives, epoch ms. */
  readonly realMs: number;
}

export interface Capture {
  /** Base name of the input only. */
  readonly name: string;
  /** "memforensics-1" | "lab-ticks" | "loose" | a foreign layout's id. Settled once the first files were seen; read it after `files()`. */
  readonly layout: string;
  files(): AsyncIterable<CapturedFile>;
  /** What could not be opened, unpacked or trusted, so far. */
  problems(): readonly Problem[];
  /** After `files()` ended: total size, hash of the whole input where it is one file, and whether the seal fits. */
  summary(): CaptureSummary;
}

export interface CaptureSummary {
  readonly bytes: number;
  readonly sha256: string | null;
  readonly files: number;
  readonly integrity: "verified" | "unsealed" | "mismatch" | null;
}
