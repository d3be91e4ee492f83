import { extract, type ExtractEvents, type Header } from "tar-stream";
import type { ByteSource } from "./byte-source.ts";
import { isZero } from "./container.ts";

export interface TarEntry extends ByteSource {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "special";
  /** Of a link. */
  readonly target: string | null;
  readonly bytes: number;
  readonly modifiedMs: number | null;
  /** How much of it was pulled. */
  readonly read: number;
  /** True once the archive turned out to end inside this entry. */
  readonly cut: boolean;
}

/** Why and where an archive stopped. */
export interface TarEnd {
  readonly kind: "complete" | "truncated" | "damaged";
  readonly detail: string;
}

interface Pending {
  readonly header: Header;
  readonly stream: ExtractEvents["entry"][1];
  readonly next: () => void;
}

const BLOCK = 512;
// allowUnknownFormat: archives of the old form have no magic, and their checksum tells as much (the option is missing in its types).
// A mark of 1 makes each write wait until its bytes are used up: one chunk in hand, and the end of the input is known exactly.
const OPTIONS = { allowUnknownFormat: true, highWaterMark: 1 };

/** Pulls entries out of tar-stream one after the other. Its own iterators throw away what they hold when an archive breaks off. */
export class TarReader {
  readonly #source: ByteSource;
  readonly #extract = extract(OPTIONS);
  #pending: Pending | null = null;
  #current: { entry: OpenEntry; next: () => void } | null = null;
  #error: string | null = null;
  #started = false;
  #sourceEnded = false;
  #lastBlockIsZero = false;
  #wakeReader: (() => void) | null = null;
  #wakePump: (() => void) | null = null;

  constructor(source: ByteSource) {
    this.#source = source;
    this.#extract.on("entry", (header, stream, next) => {
      stream.on("readable", () => this.#signal());
      stream.on("error", () => this.#signal()); // told by the extractor's own error
      this.#pending = { header, stream, next: () => next() };
      this.#signal();
    });
    this.#extract.on("drain", () => this.#signalPump());
    this.#extract.on("error", (error: Error) => {
      this.#error = error.message;
      this.#signal();
      this.#signalPump();
    });
  }

  /** The next entry; what the caller left of the one before is passed over. Null at the end, wherever that is. */
  async next(): Promise<TarEntry | null> {
    if (!this.#started) {
      this.#started = true;
      void this.#pump();
    }
    await this.#leave();
    for (;;) {
      const pending = this.#pending;
      if (pending !== null) {
        this.#pending = null;
        const entry = new OpenEntry(
          pending,
          () => this.#stopped(),
          () => this.#wait(),
        );
        this.#current = { entry, next: pending.next };
        return entry;
      }
      if (this.#stopped()) return null;
      await this.#wait();
    }
  }

  /** After the last entry. */
  end(): TarEnd {
    if (this.#error !== null) return { kind: "damaged", detail: this.#error };
    if (this.#lastBlockIsZero) return { kind: "complete", detail: "" };
    return { kind: "truncated", detail: "the end-of-archive marker is missing" };
  }

  close(): void {
    this.#sourceEnded = true;
    this.#extract.destroy();
    this.#source.close();
    this.#signalPump();
  }

  async #leave(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    await current.entry.skip();
    current.next();
  }

  async #pump(): Promise<void> {
    for (;;) {
      const chunk = this.#sourceEnded ? null : await this.#source.pull();
      if (chunk === null || this.#error !== null) break;
      this.#lastBlockIsZero = chunk.length >= BLOCK && isZero(chunk.subarray(chunk.length - BLOCK));
      if (!this.#extract.write(chunk)) {
        await new Promise<void>((resolve) => {
          this.#wakePump = resolve;
        });
      }
    }
    this.#sourceEnded = true;
    this.#signal();
  }

  #stopped(): boolean {
    return this.#sourceEnded || this.#error !== null;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeReader = resolve;
    });
  }

  #signal(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = null;
    wake?.();
  }

  #signalPump(): void {
    const wake = this.#wakePump;
    this.#wakePump = null;
    wake?.();
  }
}

class OpenEntry implements TarEntry {
  readonly name: string;
  readonly kind: TarEntry["kind"];
  readonly target: string | null;
  readonly bytes: number;
  readonly modifiedMs: number | null;
  read = 0;
  cut = false;
  readonly #stream: Pending["stream"];
  readonly #stopped: () => boolean;
  readonly #wait: () => Promise<void>;

  constructor({ header, stream }: Pending, stopped: () => boolean, wait: () => Promise<void>) {
    this.name = header.name;
    this.kind = kindOf(header.type);
    this.target = header.linkname === "" ? null : header.linkname;
    this.bytes = header.size;
    this.modifiedMs = modifiedOf(header);
    this.#stream = stream;
    this.#stopped = stopped;
    this.#wait = wait;
  }

  async pull(): Promise<Uint8Array | null> {
    while (this.read < this.bytes && !this.cut) {
      const chunk = this.#stream.read();
      if (chunk instanceof Uint8Array) {
        this.read += chunk.length;
        return chunk;
      }
      if (this.#stopped()) this.cut = true;
      else await this.#wait();
    }
    return null;
  }

  async skip(): Promise<void> {
    while ((await this.pull()) !== null);
    this.#stream.resume(); // reads the end, so that the extractor lets go of it
  }

  close(): void {
    // Passed over by the next call of TarReader.next(): an archive has to be read through anyway.
  }
}

const kindOf = (type: Header["type"]): TarEntry["kind"] => {
  switch (type) {
    case "file":
    case "contiguous-file":
      return "file";
    case "directory":
      return "directory";
    case "link":
    case "symlink":
      return "link";
    default:
      return "special";
  }
};

/** A pax header has the fraction of a second, the plain one whole seconds. */
const modifiedOf = (header: Header): number | null => {
  const { pax } = header;
  if (typeof pax === "object" && pax !== null && "mtime" in pax) {
    const exact = Number(pax.mtime);
    if (Number.isFinite(exact)) return exact * 1000;
  }
  const whole = header.mtime.getTime();
  return Number.isNaN(whole) ? null : whole;
};
