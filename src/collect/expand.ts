// From a file as it is stored to the texts it holds: compression undone, archives opened, names cleaned, limits kept.
import type { CapturedFile } from "../model/capture.ts";
import type { Report } from "../model/evidence.ts";
import { type ByteSource, drain, iterate, peek } from "./byte-source.ts";
import type { CompressionFault } from "./compression-fault.ts";
import { type Container, containerOf } from "./container.ts";
import { cleanName, TopFolder, withoutSuffix } from "./entry-names.ts";
import {
  type ArchivePosition,
  archiveProblem,
  compressionProblem,
  expansionLimit,
  fileLimit,
  nestedTooDeep,
  unsupportedContainer,
} from "./faults.ts";
import { Gunzip } from "./gunzip.ts";
import { sniffGzip } from "./gzip-members.ts";
import { LayoutGuess, nodePathOf, tickOf } from "./layouts/index.ts";
import type { Limits } from "./limits.ts";
import type { Seal } from "./seal.ts";
import { DUPLICATE, LINK, LONG_NAME, SPECIAL, type Tally, UNSAFE_NAME } from "./tally.ts";
import { type TarEntry, TarReader } from "./tar-reader.ts";
import { Unzstd } from "./unzstd.ts";

/** A file as the input stores it. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: number | null;
  readonly modifiedMs: number | null;
  readonly source: ByteSource;
  /** True once the archive around it proved to end inside it: what is wrong inside then needs no problem of its own. */
  readonly isCut: () => boolean;
}

const HEAD = 4096;

export class Expander {
  readonly layout = new LayoutGuess();
  files = 0;
  readonly #report: Report;
  readonly #limits: Limits;
  readonly #seal: Seal;
  readonly #tally: Tally;
  readonly #seen = new Set<string>();
  #expanded = 0;
  #stopped = false;

  constructor(report: Report, limits: Limits, seal: Seal, tally: Tally) {
    this.#report = report;
    this.#limits = limits;
    this.#seal = seal;
    this.#tally = tally;
  }

  /** True once a limit ended the reading. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** The input itself, where it is one file. */
  async *input(stored: StoredFile): AsyncGenerator<CapturedFile> {
    yield* this.#open(stored, stored.source, 0, "");
  }

  /** A file of the input directory. */
  async *walked(stored: StoredFile): AsyncGenerator<CapturedFile> {
    yield* this.#member(stored, 0, true);
  }

  /** A file of a directory or an archive; `depth` counts the archives around it, `sealed`: the seal of the input could name it. */
  async *#member(stored: StoredFile, depth: number, sealed: boolean): AsyncGenerator<CapturedFile> {
    if (!this.#admit(stored.path)) {
      stored.source.close();
      return;
    }
    const watched = sealed ? this.#seal.watch(stored.path, stored.source) : { source: stored.source, whole: false };
    // Whoever undoes compression lets go of its input early; the seal still has to see the rest.
    const kept = { pull: () => watched.source.pull(), close: () => undefined };
    try {
      if (sealed && this.#seal.isSums(stored.path)) this.files += 1;
      else yield* this.#open(stored, kept, depth, `${stored.path}/`);
      if (watched.whole) await drain(watched.source);
    } finally {
      stored.source.close();
    }
  }

  #admit(path: string): boolean {
    if (this.#stopped) return false;
    if (path.length > this.#limits.maxPathLength) {
      this.#tally.add(LONG_NAME, path);
      return false;
    }
    // The collector compresses a closed segment into a new file and removes the plain one then: a crash leaves both.
    const key = /^(?:ticks|logs)\/[^/]{1,255}$/.test(path) ? path.replace(/\.gz$/, "") : path;
    if (this.#seen.has(key)) {
      this.#tally.add(DUPLICATE, path);
      return false;
    }
    if (this.#seen.size >= this.#limits.maxFiles) {
      this.#stop(fileLimit(path, this.#limits.maxFiles));
      return false;
    }
    this.#seen.add(key);
    return true;
  }

  #stop(problem: ReturnType<typeof fileLimit>): void {
    this.#stopped = true;
    this.#report(problem);
  }

  async *#open(stored: StoredFile, source: ByteSource, depth: number, prefix: string): AsyncGenerator<CapturedFile> {
    const isInput = prefix === "";
    let current = await peek(source, HEAD);
    let kind = containerOf(current.head);
    let undone = 0;
    const faults: CompressionFault[] = [];
    while ((kind === "gzip" || kind === "zstd") && undone < this.#limits.maxArchiveDepth) {
      const layer: CompressionFault[] = [];
      const told = { isArchive: kind === "gzip" ? containerOf(sniffGzip(current.head)) === "tar" : null };
      const onFault = (fault: CompressionFault): void => {
        if (told.isArchive === null) layer.push(fault);
        else if (told.isArchive) faults.push(fault);
        else if (!(fault.kind === "truncated" && stored.isCut()))
          this.#report(compressionProblem(fault, stored.path, isInput));
      };
      const plain =
        kind === "gzip"
          ? new Gunzip(current.source, { ...this.#limits, members: told.isArchive === false, onFault })
          : new Unzstd(current.source, { ...this.#limits, onFault });
      current = await peek(this.#budgeted(plain, stored.path), HEAD);
      undone += 1;
      kind = containerOf(current.head);
      // A zstd block has to be whole before anything of it is known.
      told.isArchive ??= kind === "tar";
      for (const fault of layer) onFault(fault);
    }
    if (kind === "tar") yield* this.#archive(stored, current.source, depth, prefix, faults);
    else if (kind === null) yield* this.#yield(stored, current.head, current.source, undone);
    else this.#refuse(kind, stored.path, isInput);
    if (undone > 0) current.source.close();
  }

  #refuse(kind: Exclude<Container, "tar" | null>, path: string, isInput: boolean): void {
    this.#report(kind === "gzip" || kind === "zstd" ? nestedTooDeep(path) : unsupportedContainer(kind, path, isInput));
  }

  async *#yield(
    stored: StoredFile,
    head: Uint8Array,
    source: ByteSource,
    undone: number,
  ): AsyncGenerator<CapturedFile> {
    const name = stored.path.slice(stored.path.lastIndexOf("/") + 1);
    const plain = undone > 0 ? withoutSuffix(stored.path) : stored.path;
    this.layout.see(plain);
    this.files += 1;
    let taken = false;
    yield {
      path: stored.path,
      baseName: undone > 0 ? withoutSuffix(name) : name,
      nodePath: nodePathOf(plain, head),
      tick: tickOf(plain),
      bytes: stored.bytes,
      modifiedMs: stored.modifiedMs,
      head,
      chunks: () => {
        if (taken) throw new Error(`${stored.path} was already read`);
        taken = true;
        return iterate(source);
      },
    };
  }

  async *#archive(
    stored: StoredFile,
    source: ByteSource,
    depth: number,
    prefix: string,
    faults: readonly CompressionFault[],
  ): AsyncGenerator<CapturedFile> {
    if (depth >= this.#limits.maxArchiveDepth) {
      this.#report(nestedTooDeep(stored.path));
      return;
    }
    const tar = new TarReader(source);
    const top = new TopFolder();
    let at: ArchivePosition = { path: null, read: 0, bytes: 0, cut: false };
    try {
      for (let entry = await tar.next(); entry !== null && !this.#stopped; entry = await tar.next()) {
        const path = this.#nameOf(entry, top, prefix);
        if (path === null) continue;
        const open = entry;
        yield* this.#member(
          { path, bytes: entry.bytes, modifiedMs: entry.modifiedMs, source: entry, isCut: () => open.cut },
          depth + 1,
          prefix === "",
        );
        at = { path, read: entry.read, bytes: entry.bytes, cut: false };
        await drain(entry);
        at = { path, read: entry.read, bytes: entry.bytes, cut: entry.cut };
      }
      const problem = this.#stopped ? null : archiveProblem(stored.path, prefix === "", faults, tar.end(), at);
      if (problem !== null && !stored.isCut()) this.#report(problem);
    } finally {
      tar.close();
    }
  }

  /** Null where the entry is no file to be read. */
  #nameOf(entry: TarEntry, top: TopFolder, prefix: string): string | null {
    const name = cleanName(entry.name);
    const path = top.strip(name.path, entry.kind === "directory");
    if (name.suspicious && entry.kind !== "directory") this.#tally.add(UNSAFE_NAME, prefix + path);
    if (entry.kind === "directory" || path === "") return null;
    if (entry.kind === "file") return prefix + path;
    this.#tally.add(entry.kind === "link" ? LINK : SPECIAL, prefix + path);
    return null;
  }

  /** Counts what decompression gives against the limit for the whole input. */
  #budgeted(source: ByteSource, path: string): ByteSource {
    const pull = async (): Promise<Uint8Array | null> => {
      const chunk = this.#stopped ? null : await source.pull();
      if (chunk === null) return null;
      this.#expanded += chunk.length;
      if (this.#expanded <= this.#limits.maxExpandedBytes) return chunk;
      this.#stop(expansionLimit(path, this.#limits.maxExpandedBytes));
      source.close();
      return null;
    };
    return { pull, close: () => source.close() };
  }
}
