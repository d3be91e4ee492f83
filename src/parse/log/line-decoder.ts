// Lines of one text file, in any form or several, as LogLines: single-line forms by their decoration, multi-line forms entry by entry.
import { type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";
import { clean } from "./clean.ts";
import { decodeLine } from "./decode-line.ts";
import type { Decoded } from "./decoded.ts";
import type { Entry, MultiLineForm } from "./forms/entry.ts";
import { withInnerPrintk } from "./forms/bracket.ts";
import { JournalExport } from "./forms/journal-export.ts";
import { createJournalVerbose } from "./forms/journal-verbose.ts";
import { decodeJsonLine } from "./forms/json-line.ts";
import { createJsonPretty } from "./forms/json-pretty.ts";
import { isKmsgDictionary, isPlainDictionary } from "./forms/kmsg.ts";
import { MailText } from "./mail.ts";
import { withWholeName } from "./task-name.ts";

export interface LineSink {
  /** `form` is "text" where no decoration was found. */
  line(line: LogLine, form: string): void;
  /** A record that is there and cannot be read. */
  unreadable(line: number, why: "cut" | "blob"): void;
}

/** rsyslog writes control characters as #ooo: a report's inner line feed is #012 ($EscapeControlCharactersOnReceive). */
const rsyslogLines = (message: string): readonly string[] | null =>
  message.includes("#012") ? message.split("#012") : null;

/** A record joined of several may have kept the kernel's stamp of each. */
const withOwnStamp = (found: Decoded, part: string): Decoded => {
  const outer = { ...found, stamps: found.stamps.filter(({ clock }) => clock !== "printk"), message: part };
  const inner = withInnerPrintk(outer);
  return inner === outer ? { ...found, message: part } : inner;
};

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
  readonly #mail: MailText;
  #current: MultiLineForm | null = null;
  #afterKmsg = false;

  /** `quotedPrintable`: the text shows that it is. */
  constructor(path: string, sink: LineSink, quotedPrintable = false) {
    this.#path = path;
    this.#sink = sink;
    this.#mail = new MailText(quotedPrintable, (text, line, endLine) => this.#push(text, line, endLine));
    const take = (entry: Entry): void => this.#takeEntry(entry);
    const lost = (line: number): void => sink.unreadable(line, "blob");
    this.#multiLine = [new JournalExport(take), createJournalVerbose(take, lost), createJsonPretty(take, lost)];
  }

  push(raw: string, line: number): void {
    this.#mail.push(raw, line);
  }

  end(): void {
    this.#mail.end();
    for (const form of this.#multiLine) form.flush();
  }

  /** No entry of several lines is open, and no mail: a line of another form stands for itself. */
  get idle(): boolean {
    return this.#current === null && this.#mail.idle;
  }

  /** A line of a one-line form was read by others. */
  passed(kmsg: boolean): void {
    this.#afterKmsg = kmsg;
  }

  /** Whether this is a line of the dictionary of the record before it, which is left out. */
  passDictionary(bytes: Uint8Array, from: number, to: number): boolean {
    return this.#afterKmsg && isPlainDictionary(bytes, from, to);
  }

  #push(raw: string, line: number, endLine: number): void {
    if (this.#takeMultiLine(raw, line)) this.#afterKmsg = false;
    else this.#takeSingle(clean(raw), line, endLine);
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

  #takeSingle(text: string, line: number, endLine: number): void {
    const ref = sourceRef(this.#path, line, text, endLine);
    const json = text.includes("{") ? decodeJsonLine(text) : null;
    if (json === "unreadable" || json === "lost") {
      this.#sink.unreadable(line, json === "lost" ? "blob" : "cut");
      return;
    }
    const found = withInner(json ?? decodeLine(text));
    this.#afterKmsg = found?.form === "kmsg" || (this.#afterKmsg && isKmsgDictionary(text));
    if (found) this.#takeDecoded(found, ref);
    else if (!this.#afterKmsg) {
      for (const part of rsyslogLines(text) ?? [text]) this.#sink.line(undecorated(part, ref), "text");
    }
  }

  #takeDecoded(found: Decoded, ref: SourceRef): void {
    if (!found.message.includes("\n") && !found.message.includes("#012")) {
      this.#sink.line(logLine(found, found.message, ref), found.form);
      return;
    }
    const message = found.ident === "kernel" ? withWholeName(found.message) : found.message;
    const parts = (found.ident === "kernel" ? rsyslogLines(message) : null) ?? [message];
    for (const part of parts.flatMap((text) => (text.includes("\n") ? text.split("\n") : [text]))) {
      const own = found.ident === "kernel" ? withOwnStamp(found, part) : { ...found, message: part };
      this.#sink.line(logLine(own, own.message, ref), found.form);
    }
  }
}
