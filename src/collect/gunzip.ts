import { type ByteSource, concatAll } from "./byte-source.ts";
import type { CompressionFault } from "./compression-fault.ts";
import { isZero } from "./container.ts";
import { GzipMembers, type GzipPiece, inflateDamaged } from "./gzip-members.ts";
import { InflateEngine } from "./inflate-engine.ts";

export interface GunzipOptions {
  /** True for text: members are told apart, so that a torn one costs no more than its own end. */
  readonly members: boolean;
  readonly maxRatio: number;
  readonly ratioAfterBytes: number;
  readonly onFault: (fault: CompressionFault) => void;
}

interface Gap {
  readonly kind: "garbage" | "corrupt";
  readonly detail: string;
  bytes: number;
  zeros: boolean;
}

/** A member is kept, compressed, while it is read, to rescue what zlib throws away before damage; longer ones are not. */
const MAX_KEPT = 8 * 2 ** 20;

const LINE_END = new Uint8Array([0x0a]);

/** Undoes gzip member by member, and goes on behind damage where it can. */
export class Gunzip implements ByteSource {
  readonly #input: ByteSource;
  readonly #members: GzipMembers;
  readonly #options: GunzipOptions;
  #engine: InflateEngine | null = null;
  #piece: GzipPiece | null = null;
  /** The member so far, as it is stored. */
  #kept: Uint8Array[] = [];
  #stashed: GzipPiece | null = null;
  #gap: Gap | null = null;
  #done = false;
  #bytesIn = 0;
  #bytesOut = 0;
  #lineOpen = false;

  constructor(input: ByteSource, options: GunzipOptions) {
    this.#input = input;
    this.#members = new GzipMembers(input, options.members);
    this.#options = options;
  }

  async pull(): Promise<Uint8Array | null> {
    while (!this.#done) {
      const chunk = (await this.#engine?.next()) ?? (await this.#advance());
      if (chunk !== null) return this.#passOn(chunk);
    }
    return null;
  }

  close(): void {
    this.#done = true;
    this.#engine?.close();
    this.#engine = null;
    this.#input.close();
  }

  #passOn(chunk: Uint8Array): Uint8Array | null {
    this.#bytesOut += chunk.length;
    this.#lineOpen = chunk[chunk.length - 1] !== LINE_END[0];
    const { maxRatio, ratioAfterBytes } = this.#options;
    if (this.#bytesOut <= ratioAfterBytes || this.#bytesOut <= this.#bytesIn * maxRatio) return chunk;
    this.#fault("ratio", 0, `over ${maxRatio} bytes out for each byte in`);
    this.close();
    return null;
  }

  /** One step once the engine has nothing more to give; the result, if any, is output too. */
  async #advance(): Promise<Uint8Array | null> {
    const engine = this.#engine;
    if (engine === null) return this.#findMember();
    if (engine.error !== null) return this.#memberFailed(engine, engine.error);
    if (engine.ended) return this.#memberEnded(engine);
    const piece = await this.#members.next();
    if (piece === null || piece.startsMember) {
      this.#stashed = piece;
      engine.finish();
    } else {
      this.#feed(engine, piece);
    }
    return null;
  }

  #feed(engine: InflateEngine, piece: GzipPiece): void {
    this.#bytesIn += piece.bytes.length;
    this.#piece = piece;
    if (engine.fed <= MAX_KEPT) this.#kept.push(piece.bytes);
    engine.feed(piece.bytes);
  }

  /** Passes over what is no gzip member, to the next one or the end. */
  async #findMember(): Promise<Uint8Array | null> {
    const piece = this.#stashed ?? (await this.#members.next());
    this.#stashed = null;
    if (piece !== null && !piece.startsMember) {
      this.#bytesIn += piece.bytes.length;
      this.#passOver(piece.bytes, "garbage", "bytes that are no gzip data");
      return null;
    }
    const gap = this.#gap;
    this.#gap = null;
    // gzip(1): zeros behind the last member are padding. Before another member they are a hole.
    const isPadding = piece === null && gap?.kind === "garbage" && gap.zeros;
    if (gap !== null && !isPadding)
      this.#fault(gap.kind, gap.bytes, gap.kind === "garbage" && gap.zeros ? "a hole of zeros" : gap.detail);
    if (piece === null) {
      this.close();
      return null;
    }
    this.#engine = new InflateEngine(piece.bytes.length);
    this.#kept = [];
    this.#feed(this.#engine, piece);
    // What broke off inside a line must not be read as one line with what follows.
    return gap?.kind === "corrupt" && this.#lineOpen ? LINE_END : null;
  }

  #passOver(bytes: Uint8Array, kind: Gap["kind"], detail: string): void {
    this.#gap ??= { kind, detail, bytes: 0, zeros: true };
    this.#gap.bytes += bytes.length;
    this.#gap.zeros &&= isZero(bytes);
  }

  #memberEnded(engine: InflateEngine): null {
    const behind = this.#behind(engine);
    if (behind.length > 0) this.#passOver(behind, "garbage", "bytes that are no gzip data");
    this.#drop(engine);
    return null;
  }

  #memberFailed(engine: InflateEngine, error: string): Uint8Array | null {
    this.#drop(engine);
    if (error === UNEXPECTED_END) {
      const torn = this.#stashed !== null;
      this.#fault(
        torn ? "torn" : "truncated",
        0,
        torn ? "another gzip member begins inside it" : "the gzip data ends before its end",
      );
      return torn && this.#lineOpen ? LINE_END : null;
    }
    // A member's own header was looked at before: this is what follows a complete member, and its first byte was still taken.
    const kind = error === "incorrect header check" ? "garbage" : "corrupt";
    const { output, behind } = this.#rescue(engine);
    this.#passOver(behind, kind, error);
    if (kind === "garbage" && this.#gap !== null) this.#gap.bytes += 1;
    return output;
  }

  /** What inflates before the damage and was not given out yet, and what of the input is left then. */
  #rescue(engine: InflateEngine): { output: Uint8Array | null; behind: Uint8Array } {
    if (engine.fed > MAX_KEPT) return { output: null, behind: this.#behind(engine) };
    const member = concatAll(this.#kept);
    const { inflated, good } = inflateDamaged(member, engine.fed - (this.#piece?.bytes.length ?? 0));
    return {
      output: inflated.length > engine.produced ? inflated.subarray(engine.produced) : null,
      behind: member.subarray(good),
    };
  }

  /** What of the last piece the engine did not use. */
  #behind(engine: InflateEngine): Uint8Array {
    const piece = this.#piece?.bytes ?? new Uint8Array(0);
    return piece.subarray(Math.max(0, piece.length - (engine.fed - engine.consumed)));
  }

  #drop(engine: InflateEngine): void {
    engine.close();
    this.#engine = null;
  }

  #fault(kind: CompressionFault["kind"], lost: number, detail: string): void {
    this.#options.onFault({ format: "gzip", kind, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut, lost, detail });
  }
}

const UNEXPECTED_END = "unexpected end of file";
