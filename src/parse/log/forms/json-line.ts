// One JSON object a line: journalctl -o json, docker's json-file.
import { type Decoded, decoded } from "../decoded.ts";
import { isoStamp, microsStamp, parseIso } from "../stamps.ts";
import { withInnerPrintk } from "./bracket.ts";
import { decodeJournalFields } from "./journal-fields.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A field that is no valid UTF-8 is an array of bytes; one that occurs several times an array of values (systemd.io/JOURNAL_EXPORT_FORMATS). */
export const journalValue = (value: unknown): string | null => {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (!Array.isArray(value)) return null;
  const bytes = value.filter((byte): byte is number => typeof byte === "number" && byte >= 0 && byte < 256);
  if (value.length > 0 && bytes.length === value.length) return new TextDecoder().decode(Uint8Array.from(bytes));
  return value.length > 0 ? journalValue(value[0]) : null;
};

/** "unreadable": it began as such a record and is cut or damaged. "lost": journalctl printed null for a message over 4096 bytes. */
export type JsonLine = Decoded | "unreadable" | "lost" | null;

/** A cut line may still hold its whole message. */
const CUT_MESSAGE = /"MESSAGE"\s?:\s?("(?:[^"\\]|\\.){0,65536}")/;
const fieldOfCut = (text: string, name: string): string | null => {
  const at = text.indexOf(`"${name}"`);
  return at < 0 ? null : (/^"[A-Z_]{1,64}"\s?:\s?"([^"\\]{0,256})"/.exec(text.slice(at, at + 400))?.[1] ?? null);
};
const decodeCut = (text: string): JsonLine => {
  const quoted = CUT_MESSAGE.exec(text)?.[1];
  if (quoted === undefined) return "unreadable";
  try {
    const message: unknown = JSON.parse(quoted);
    return typeof message === "string"
      ? decodeJournalFields("journal-json", (name) => fieldOfCut(text, name), message)
      : "unreadable";
  } catch {
    return "unreadable"; // an escape cut in the middle
  }
};

const ofJournal = (record: Readonly<Record<string, unknown>>): JsonLine => {
  const message = journalValue(record["MESSAGE"]);
  if (message === null) return record["MESSAGE"] === null ? "lost" : null;
  return decodeJournalFields("journal-json", (name) => journalValue(record[name]), message);
};

/** Longer records are no lines of a log. */
const SHIPPED_MAX = 65_536;

/** {"log":"…\n","stream":"stderr","time":"2026-11-24T01:18:22.776961123Z"} */
const ofDocker = (record: Readonly<Record<string, unknown>>): Decoded | null => {
  const { log, time } = record;
  if (typeof log !== "string" || typeof time !== "string" || typeof record["stream"] !== "string") return null;
  const iso = parseIso(time);
  return decoded("docker-json", log.replace(/\n$/, ""), { stamps: iso ? [isoStamp("receipt", iso)] : [] });
};

const textOf = (record: Readonly<Record<string, unknown>>, ...names: readonly string[]): string | null => {
  for (const name of names) {
    const value = record[name];
    if (typeof value === "string") return value;
  }
  return null;
};
const recordIn = (record: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> => {
  const value = record[name];
  return isRecord(value) ? value : {};
};

/**
 * Log shippers' records: {"jsonPayload":{"MESSAGE":…,"SYSLOG_IDENTIFIER":"kernel"},"timestamp":…} (Google Cloud Logging),
 * {"@timestamp":…,"syslog":{"identifier":"kernel"},"message":…} (journalbeat), {"message":"[  598.593873] …"}, and fluent-bit's kmsg
 * input, {"priority":4,"sec":598,"usec":593873,"msg":…}. Null where the record does not say that the kernel speaks and its text does not show it.
 */
const ofShipper = (record: Readonly<Record<string, unknown>>): Decoded | null => {
  const payload = recordIn(record, "jsonPayload");
  const message = textOf(record, "message", "textPayload", "msg") ?? textOf(payload, "MESSAGE", "message");
  if (message === null) return null;
  const { sec, usec } = record;
  const kmsg = typeof sec === "number" && typeof usec === "number";
  const speaker =
    textOf(payload, "SYSLOG_IDENTIFIER") ??
    textOf(record, "SYSLOG_IDENTIFIER", "ident", "program", "appname") ??
    textOf(recordIn(record, "syslog"), "identifier", "appname");
  const iso = parseIso(textOf(record, "@timestamp", "timestamp", "time") ?? "");
  const outer = decoded("json-shipped", message, {
    stamps: [...(kmsg ? [microsStamp("printk", sec * 1e6 + usec)] : []), ...(iso ? [isoStamp("receipt", iso)] : [])],
    ident: "kernel",
    host: textOf(payload, "_HOSTNAME"),
  });
  const inner = withInnerPrintk(outer);
  return kmsg || speaker === "kernel" || inner !== outer ? inner : null;
};

/** A record whose text is a kernel's line with its own stamp needs no word on who speaks. */
const SHIPPED_TEXT = /"(?:message|textPayload|MESSAGE)"\s?:\s?"(?:<\d{1,3}>)?\[ {0,8}\d{1,10}\.\d{6}\]/;
const isShipped = (text: string): boolean =>
  text.length < SHIPPED_MAX &&
  (text.includes('"kernel"') || (text.includes('"usec":') && text.includes('"msg":')) || SHIPPED_TEXT.test(text));

const isJournal = (text: string): boolean =>
  text.includes('"MESSAGE"') &&
  (text.includes('"__REALTIME_TIMESTAMP"') || text.includes('"_TRANSPORT"') || text.includes('"_BOOT_ID"'));

/** A record of the journal that is cut before its message ends: no other program's objects have such names (systemd.journal-fields(7)). */
const isCutRecord = (text: string): boolean =>
  /^\{"(?:__?[A-Z][A-Z_]{2,63}|SYSLOG_[A-Z]{3,20}|MESSAGE)"\s?:/.test(text) && !text.trimEnd().endsWith("}");

/** Also `data: {…}` (-o json-sse), a record separator before it (-o json-seq), a list of them (jq -s). */
export const decodeJsonLine = (line: string): JsonLine => {
  const start = line.indexOf("{");
  if (start < 0 || start > 6 || (start > 0 && !/^(?:data: |\x1e|[[,]\s{0,4})$/.test(line.slice(0, start)))) return null;
  const rest = start === 0 ? line : line.slice(start);
  const text = rest.endsWith("}") ? rest : rest.replace(/(?<=\})[,\]]{1,2}\s{0,4}$/, "");
  const journal = isJournal(text);
  const docker = !journal && text.includes('"log":') && text.includes('"stream":');
  if (!journal && !docker && !isShipped(text)) return isCutRecord(text) ? "unreadable" : null;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return journal ? decodeCut(text) : null;
  }
  if (!isRecord(record)) return null;
  if (journal) return ofJournal(record) ?? ofShipper(record);
  return docker ? ofDocker(record) : ofShipper(record);
};
