// journalctl -o verbose: a header with wall clock and cursor, then indented fields in any order.
import { isoStamp, microsStamp, parseIso } from "../stamps.ts";
import type { Stamp } from "../../../model/instant.ts";
import type { MessageLine, MultiLineForm, TakeEntry } from "./entry.ts";
import { decodeJournalFields } from "./journal-fields.ts";

/** `Tue 2026-11-24 01:18:22.867906 UTC [s=5dd4…;i=d30;b=e200160902ad4e6cb1e8c041f88d16c4;m=23af3423;t=660fb7c8bf1c2;x=7ed6…]` */
const HEADER = /^\S{1,12} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) (\S{1,8}) \[s=[0-9a-f]{1,32};/;
/** The cursor's own fields, hexadecimal: boot id, CLOCK_MONOTONIC and CLOCK_REALTIME of receipt in microseconds. */
const CURSOR = /;b=([0-9a-f]{32});m=([0-9a-f]{1,16});t=([0-9a-f]{1,16});/;
/** `    MESSAGE=java invoked oom-killer: …` */
const FIELD = /^ {4}([A-Z_][A-Z0-9_]{0,63})=/;
/** `    MESSAGE=[1.2K blob data]`: journalctl without --all */
const BLOB = /^\[\d[\d.]{0,9}[KMG]?B? blob data\]$/;
const FIELDS_MAX = 512;

interface Head {
  readonly stamps: readonly Stamp[];
  readonly bootId: string | null;
}

const readHeader = (text: string): Head | null => {
  const match = HEADER.exec(text);
  if (!match) return null;
  const [, time = "", zone = ""] = match;
  const cursor = CURSOR.exec(text);
  if (cursor) {
    const [, bootId = "", monotonic = "", realtime = ""] = cursor;
    return {
      stamps: [
        microsStamp("receipt", Number.parseInt(realtime, 16)),
        microsStamp("receipt-monotonic", Number.parseInt(monotonic, 16)),
      ],
      bootId,
    };
  }
  const iso = parseIso(zone === "UTC" || zone === "GMT" ? `${time}Z` : time);
  return { stamps: iso ? [isoStamp("receipt", iso)] : [], bootId: null };
};

/** `lost` is called with the line of each message that journalctl did not print. */
export const createJournalVerbose = (emit: TakeEntry, lost: (line: number) => void): MultiLineForm => {
  const fields = new Map<string, string>();
  let head: Head | null = null;
  let message: MessageLine[] = [];
  let last: string | null = null;

  const finish = (): void => {
    if (head && message.length > 0) {
      const rest = decodeJournalFields("journal-verbose", (name) => fields.get(name) ?? null, "");
      emit({
        decoded: { ...rest, stamps: [...rest.stamps, ...head.stamps], bootId: rest.bootId ?? head.bootId },
        message,
      });
    }
    fields.clear();
    message = [];
    last = null;
    head = null;
  };
  const takeField = (text: string, line: number, name: string, value: string): void => {
    last = name;
    if (name === "MESSAGE") {
      if (BLOB.test(value)) lost(line);
      else message = [{ text: value, raw: text, line }];
    } else if (fields.size < FIELDS_MAX) fields.set(name, value);
  };
  const take = (text: string, line: number): boolean => {
    const next = text.includes(" [s=") ? readHeader(text) : null;
    if (next) {
      finish();
      head = next;
      return true;
    }
    if (!head) return false;
    const field = FIELD.exec(text);
    if (field) {
      takeField(text, line, field[1] ?? "", text.slice(field[0].length));
      return true;
    }
    if (/^\s/.test(text) && last !== null) {
      if (last === "MESSAGE") message.push({ text: text.trimStart(), raw: text, line });
      return true;
    }
    finish();
    return false;
  };
  return { take, flush: finish };
};
