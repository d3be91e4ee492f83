// Opens what was captured: a bundle, its directory or spool, one text, or any archive or folder in which known files lie.
import { createHash } from "node:crypto";
import { openSync, readdirSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Capture, CapturedFile, CaptureSummary } from "../model/capture.ts";
import type { Problem, Report } from "../model/evidence.ts";
import { drain, tap } from "./byte-source.ts";
import { CannotOpen, cannotOpen } from "./cannot-open.ts";
import { walkDirectory } from "./directory.ts";
import { cleanName } from "./entry-names.ts";
import { Expander } from "./expand.ts";
import { inputEmpty } from "./faults.ts";
import { openRegularFile, readDescriptor } from "./file-source.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { Seal, type SealState } from "./seal.ts";
import { LINK, SPECIAL, Tally, UNREADABLE } from "./tally.ts";

export interface OpenedCapture extends Capture {
  /** After `files()` ended: what the seal says. */
  seal(): SealState;
}

/** Throws CannotOpen where there is nothing to read; everything else about the input is a problem. */
export const openCapture = async (input: string, report: Report, limits: Limits = LIMITS): Promise<OpenedCapture> => {
  const name = basename(resolve(input));
  try {
    const stat = statSync(input);
    if (stat.isDirectory()) {
      readdirSync(input);
      return new OpenCapture(name, report, limits, (self) => self.readDirectory(input));
    }
    if (!stat.isFile() && !stat.isFIFO())
      throw new CannotOpen(
        `${input} is neither a file nor a directory`,
        "give the path of a bundle, of an unpacked one, or of a log",
      );
    const fd = openSync(input, "r");
    return new OpenCapture(name, report, limits, (self) => self.readFile(fd, stat.size, stat.mtimeMs));
  } catch (error) {
    throw error instanceof CannotOpen ? error : cannotOpen(input, error);
  }
};

class OpenCapture implements OpenedCapture {
  readonly name: string;
  readonly #report: Report;
  readonly #seal = new Seal();
  readonly #tally = new Tally();
  readonly #expander: Expander;
  readonly #read: (self: OpenCapture) => AsyncGenerator<CapturedFile>;
  readonly #problems: Problem[] = [];
  #bytes = 0;
  #sha256: string | null = null;

  constructor(name: string, report: Report, limits: Limits, read: (self: OpenCapture) => AsyncGenerator<CapturedFile>) {
    this.name = name;
    this.#report = (problem) => {
      this.#problems.push(problem);
      report(problem);
    };
    this.#read = read;
    this.#expander = new Expander(this.#report, limits, this.#seal, this.#tally);
  }

  get layout(): string {
    return this.#expander.layout.id;
  }

  async *files(): AsyncGenerator<CapturedFile> {
    yield* this.#read(this);
    this.#tally.flush(this.#report);
  }

  problems(): readonly Problem[] {
    return this.#problems;
  }

  summary(): CaptureSummary {
    return {
      bytes: this.#bytes,
      sha256: this.#sha256,
      files: this.#expander.files,
      integrity: this.#seal.state().integrity,
    };
  }

  seal(): SealState {
    return this.#seal.state();
  }

  async *readFile(fd: number, size: number, modifiedMs: number): AsyncGenerator<CapturedFile> {
    const hash = createHash("sha256");
    const file = readDescriptor(fd, size, () => this.#tally.add(UNREADABLE, this.name));
    const source = tap(file, (chunk) => {
      hash.update(chunk);
      this.#bytes += chunk.length;
    });
    try {
      // Readers of compressed data let go of it early; the hash needs all of it.
      const kept = { pull: () => source.pull(), close: () => undefined };
      yield* this.#expander.input({ path: this.name, bytes: size, modifiedMs, source: kept, isCut: () => false });
      await drain(source);
      this.#sha256 = hash.digest("hex");
      if (this.#bytes === 0) this.#report(inputEmpty(this.name, "file"));
    } finally {
      source.close();
    }
  }

  async *readDirectory(root: string): AsyncGenerator<CapturedFile> {
    const unreadable = (path: string): void => this.#tally.add(UNREADABLE, path);
    const events = {
      onLink: (path: string): void => this.#tally.add(LINK, path),
      onSpecial: (path: string): void => this.#tally.add(SPECIAL, path),
      onUnreadable: unreadable,
    };
    let found = 0;
    for (const walked of walkDirectory(root, events)) {
      if (this.#expander.stopped) break;
      found += 1;
      const { path } = cleanName(walked.path);
      const file = this.#openWalked(walked.fullPath, path);
      if (file === null) continue;
      this.#bytes += file.bytes;
      yield* this.#expander.walked({
        path,
        bytes: file.bytes,
        modifiedMs: file.modifiedMs,
        source: file.source,
        isCut: () => false,
      });
    }
    if (found === 0) this.#report(inputEmpty(this.name, "directory"));
  }

  #openWalked(fullPath: string, path: string): ReturnType<typeof openRegularFile> {
    try {
      const file = openRegularFile(fullPath, () => this.#tally.add(UNREADABLE, path));
      if (file === null) this.#tally.add(SPECIAL, path);
      return file;
    } catch {
      this.#tally.add(UNREADABLE, path); // told as a problem: vanished since it was listed, or not ours to read
      return null;
    }
  }
}
