// Lines of one text file, in any form or several, as LogLines: single-line forms by their decoration, multi-line forms entry by entry.
import { type SourceRef, sourceRef } from "../../model/evidence.ts";
import type { LogLine } from "../../model/log.ts";
import { decodeLine } from "./decode-line.ts";
import type { Decoded } from "./decoded.ts";
import type { Entry } from "./forms/entry.ts";
import { createJournalExport } from "./forms/journal-export.ts";
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

export const createLineDecoder = (path: string, sink: LineSink) => {
  let afterKmsg = false;

  const takeEntry = (entry: Entry): void => {
    for (const part of entry.message) {
      sink.line(
        logLine(entry.decoded, clean(part.text), sourceRef(path, part.line, clean(part.raw))),
        entry.decoded.form,
      );
    }
  };
  const lost = (line: number): void => sink.unreadable(line, "blob");
  const multiLine = [
    createJournalExport(takeEntry),
    createJournalVerbose(takeEntry, lost),
    createJsonPretty(takeEntry, lost),
  ] as const;
  let current: (typeof multiLine)[number] | null = null;

  const takeDecoded = (found: Decoded, ref: SourceRef): void => {
    const parts = found.ident === "kernel" ? rsyslogLines(found.message) : null;
    for (const part of parts ?? [found.message]) {
      if (!part.includes("\n")) sink.line(logLine(found, part, ref), found.form);
      else for (const inner of part.split("\n")) sink.line(logLine(found, inner, ref), found.form);
    }
  };
  const takeMultiLine = (text: string, line: number): boolean => {
    if (current?.take(text, line)) return true;
    const found = multiLine.find((form) => form !== current && form.take(text, line)) ?? null;
    current = found;
    return found !== null;
  };
  const takeSingle = (text: string, line: number): void => {
    const ref = sourceRef(path, line, text);
    const json = text.includes("{") ? decodeJsonLine(text) : null;
    if (json === "unreadable" || json === "lost") {
      sink.unreadable(line, json === "lost" ? "blob" : "cut");
      return;
    }
    const found = json ?? decodeLine(text);
    afterKmsg = found?.form === "kmsg" || (afterKmsg && isKmsgDictionary(text));
    if (found) takeDecoded(found, ref);
    else if (!afterKmsg) sink.line(undecorated(text, ref), "text");
  };
  return {
    push: (raw: string, line: number): void => {
      if (takeMultiLine(raw, line)) {
        afterKmsg = false;
        return;
      }
      takeSingle(clean(raw), line);
    },
    end: (): void => {
      for (const form of multiLine) form.flush();
    },
  };
};
