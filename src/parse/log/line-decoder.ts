// Lines of one text file, in any form or several, as LogLines: single-line forms by their decoration, multi-line forms entry by entry.
import { type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";
import { decodeLine } from "./decode-line.ts";
import type { Decoded } from "./decoded.ts";
import type { Entry, MultiLineForm } from "./forms/entry.ts";
import { JournalExport } from "./forms/journal-export.ts";
import { withoutMarkup } from "../text/markup.ts";
import { createJournalVerbose } from "./forms/journal-verbose.ts";
import { decodeJsonLine } from "./forms/json-line.ts";
import { createJsonPretty } from "./forms/json-pretty.ts";
import { isKmsgDictionary } from "./forms/kmsg.ts";

export interface LineSink {
  /** `form` is "text" where no decoration was found. */
  line(line: LogLine, form: string): void;
  /** A record that is there and cannot be read. */
  unreadable(line: number, why: "cut" | "blob"): void;
}

const BLANKS = /\u00a0/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' own colour codes are what is taken off
const ESCAPE = /\x1b\[[0-9;?]{0,32}[A-Za-z]/g;

/** NULs, colours and mail's hard blanks are no part of a message. */
const clean = (raw: string): string => {
  let text = raw;
  if (text.includes("\0")) text = text.replaceAll("\0", "");
  if (text.includes("\u001b")) text = text.replace(ESCAPE, "");
  if (text.includes("\u00a0")) text = text.replace(BLANKS, " ");
  if (text.includes("&") || text.includes("<")) text = withoutMarkup(text);
  return text;
};

/** rsyslog writes control characters as #ooo: a report's inner line feed is #012 ($EscapeControlCharactersOnReceive). */
const rsyslogLines = (message: string): readonly string[] | null =>
  message.includes("#012") ? message.split("#012") : null;

const logLine = (from: Omit<Decoded, "message">, message: string, ref: SourceRef): LogLine => ({
  stamps: from.stamps,
  bootId: from.bootId,
  host: from.host,
  ident: from.ident,
  pid: from.pid,
  caller: from.caller,
  sequence: from.sequence,
  message,
  ref,
});

const undecorated = (message: string, ref: SourceRef): LogLine => ({
  stamps: [],
  bootId: null,
  host: null,
  ident: null,
  pid: null,
  caller: null,
  sequence: null,
  message,
  ref,
});

/** A container's log may be a kernel's: a pod that follows /dev/kmsg, a job's output. */
const CARRIERS: ReadonlySet<string> = new Set(["cri", "docker-json", "iso-prefixed"]);

const withInner = (outer: Decoded | null): Decoded | null => {
  const inner = outer && CARRIERS.has(outer.form) ? decodeLine(outer.message) : null;
  return outer && inner ? { ...inner, stamps: [...inner.stamps, ...outer.stamps] } : outer;
};

export class LineDecoder {
  readonly #path: string;
  readonly #sink: LineSink;
  readonly #multiLine: readonly MultiLineForm[];
  #current: MultiLineForm | null = null;
  #afterKmsg = false;

  constructor(path: string, sink: LineSink) {
    this.#path = path;
    this.#sink = sink;
    const take = (entry: Entry): void => this.#takeEntry(entry);
    const lost = (line: number): void => sink.unreadable(line, "blob");
    this.#multiLine = [new JournalExport(take), createJournalVerbose(take, lost), createJsonPretty(take, lost)];
  }

  push(raw: string, line: number): void {
    if (this.#takeMultiLine(raw, line)) this.#afterKmsg = false;
    else this.#takeSingle(clean(raw), line);
  }

  end(): void {
    for (const form of this.#multiLine) form.flush();
  }

  #takeEntry({ decoded, message }: Entry): void {
    for (const part of message) {
      this.#sink.line(
        logLine(decoded, clean(part.text), sourceRef(this.#path, part.line, clean(part.raw))),
        decoded.form,
      );
    }
  }

  #takeMultiLine(text: string, line: number): boolean {
    if (this.#current?.take(text, line)) return true;
    const left = this.#current;
    this.#current = this.#multiLine.find((form) => form !== left && form.take(text, line)) ?? null;
    return this.#current !== null;
  }

  #takeSingle(text: string, line: number): void {
    const ref = sourceRef(this.#path, line, text);
    const json = text.includes("{") ? decodeJsonLine(text) : null;
    if (json === "unreadable" || json === "lost") {
      this.#sink.unreadable(line, json === "lost" ? "blob" : "cut");
      return;
    }
    const found = withInner(json ?? decodeLine(text));
    this.#afterKmsg = found?.form === "kmsg" || (this.#afterKmsg && isKmsgDictionary(text));
    if (found) this.#takeDecoded(found, ref);
    else if (!this.#afterKmsg) this.#sink.line(undecorated(text, ref), "text");
  }

  #takeDecoded(found: Decoded, ref: SourceRef): void {
    if (!found.message.includes("\n") && !found.message.includes("#012")) {
      this.#sink.line(logLine(found, found.message, ref), found.form);
      return;
    }
    const parts = (found.ident === "kernel" ? rsyslogLines(found.message) : null) ?? [found.message];
    for (const part of parts.flatMap((text) => (text.includes("\n") ? text.split("\n") : [text]))) {
      this.#sink.line(logLine(found, part, ref), found.form);
    }
  }
}
