// A kubelet line taken apart, whatever its form: klog text unstructured (≤1.20) or structured, or JSON (logging.format: json).
import type { Stamp } from "../../model/instant.ts";
import { endOfBalanced, endOfQuoted, isRecord, jsonObject, textOf, unquoteGo } from "./go-values.ts";
import { type KlogHeader, parseKlogHeader, type Severity } from "./klog-header.ts";

export interface KlogMessage {
  readonly severity: Severity | null;
  /** The line's own clock: the klog header or JSON's ts. */
  readonly own: Stamp | null;
  readonly pid: number | null;
  readonly file: string | null;
  readonly message: string;
  /** Keys of a structured line, values as text: strings unquoted, structs and lists as they stand, objects as "ns/name". */
  readonly fields: ReadonlyMap<string, string>;
  readonly structured: boolean;
}

const NO_FIELDS: ReadonlyMap<string, string> = new Map();
const noFields = (): ReadonlyMap<string, string> => NO_FIELDS;

type Header = Pick<KlogMessage, "severity" | "pid" | "file"> & { readonly stamp: Stamp | null };

/** Nine of ten lines mean nothing to an incident and are known by their message: their keys are never read. */
class LazyMessage implements KlogMessage {
  readonly severity: Severity | null;
  readonly own: Stamp | null;
  readonly pid: number | null;
  readonly file: string | null;
  readonly message: string;
  readonly structured: boolean;
  /** Reads them, once. */
  #fields: ReadonlyMap<string, string> | (() => ReadonlyMap<string, string>);

  constructor(header: Header, message: string, structured: boolean, fields: () => ReadonlyMap<string, string>) {
    this.severity = header.severity;
    this.own = header.stamp;
    this.pid = header.pid;
    this.file = header.file;
    this.message = message;
    this.structured = structured;
    this.#fields = fields;
  }

  get fields(): ReadonlyMap<string, string> {
    if (typeof this.#fields === "function") this.#fields = this.#fields();
    return this.#fields;
  }
}

/** More keys than any call has; the rest of a hostile line is not read. */
const MAX_FIELDS = 64;

/**
 * `"message" key="string" key=number key={json} key=<` (klog serialize.KVListFormat). A value that breaks off ends the line:
 * what was read before it stands.
 */
export const parseFields = (text: string): ReadonlyMap<string, string> => {
  const fields = new Map<string, string>();
  let at = 0;
  for (let n = 0; at < text.length && n < MAX_FIELDS; n++) {
    while (at < text.length && (text[at] === " " || text[at] === "\n")) at++;
    const equals = text.indexOf("=", at);
    if (equals < 0 || equals - at > 128 || /[\s"]/.test(text.slice(at, equals))) break;
    const key = text.slice(at, equals);
    const [value, next] = fieldValue(text, equals + 1);
    const whole = !EXACT.test(key)
      ? value
      : next < text.length || isClosed(key, text, equals + 1)
        ? value
        : upToCut(value);
    if (!fields.has(key) && whole !== null) fields.set(key, whole);
    at = next;
  }
  return fields;
};

/** Keys whose values name or measure something: half a name is another name, "283900" of "283900Ki" another quantity. */
const EXACT =
  /^(?:pods?|podUID|podID|containerID|object|available|capacity|quantity|resource|resourceName|signal|threshold|duration|notifier|kubeletVersion)$/;
/** Printed bare up to 1.28: at a line's end only a whole one is known for one. */
const SIGNAL = /^(?:memory|allocatableMemory|nodefs|imagefs|containerfs|pid)\.(?:available|inodesFree)$/;
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "[": "]", "{": "}" };
const isClosed = (key: string, text: string, from: number): boolean => {
  const open = text[from];
  if (open === undefined) return false;
  if (key === "signal" && open !== '"') return SIGNAL.test(text.slice(from).trimEnd());
  const close = CLOSING[open];
  return close === undefined || (text.length > from + 1 && text.endsWith(close));
};
/** Of a list that breaks off, the names before the last; of a name that breaks off, nothing. */
const upToCut = (value: string): string | null => {
  const last = value.startsWith("[") ? Math.max(value.lastIndexOf(","), value.lastIndexOf(" ")) : -1;
  return last < 0 ? null : value.slice(0, last);
};

const fieldValue = (text: string, at: number): readonly [value: string, next: number] => {
  const first = text[at];
  if (first === '"') {
    const end = endOfQuoted(text, at);
    return end < 0 ? [unquoteGo(text.slice(at + 1)), text.length] : [unquoteGo(text.slice(at + 1, end - 1)), end];
  }
  // A value with a newline (1.25+): `key=<`, each line behind a TAB, ` >` alone.
  if (first === "<" && text[at + 1] === "\n") {
    const end = text.indexOf("\n >", at);
    const body = text.slice(at + 2, end < 0 ? undefined : end);
    return [body.replace(/^\t/gm, ""), end < 0 ? text.length : end + 3];
  }
  const open = first === "&" ? at + 1 : at;
  if (text[open] === "{" || text[open] === "[") {
    const end = endOfBalanced(text, open);
    if (end > 0) return [text.slice(at, end), end];
    // A quote in a %+v value: it then reaches to the next key or the end.
    const next = / [A-Za-z_]\w{0,40}=/.exec(text.slice(at, at + 65_536));
    const stop = next === null ? text.length : at + next.index;
    return [text.slice(at, stop), stop];
  }
  const end = text.indexOf(" ", at);
  return end < 0 ? [text.slice(at), text.length] : [text.slice(at, end), end];
};

/**
 * A line that stands as a string in another log: `msg="I0302 … eviction_manager.go:366] \"Eviction manager: …\" …" component=kubelet`
 * (k0s), `{"message":"I0302 …","systemd_unit":"kubelet.service"}` (log shippers). What is within the quotes, unquoted.
 */
const QUOTED_HEADER = /["'](?=[IWEF]\d{4} {1,3}\d\d:\d\d:\d\d\.)/;
const PLAIN_HEADER = /^[IWEF]\d{4} /;
const withinQuotes = (text: string): string => {
  if (PLAIN_HEADER.test(text)) return text;
  const quote = text.slice(0, 400).search(QUOTED_HEADER);
  if (quote < 0) return text;
  if (text[quote] === "'") {
    const close = text.indexOf("'", quote + 1);
    return text.slice(quote + 1, close < 0 ? undefined : close);
  }
  const end = endOfQuoted(text, quote);
  return unquoteGo(text.slice(quote + 1, end < 0 ? undefined : end - 1)).trimEnd();
};

const parseText = (line: string): KlogMessage | null => {
  const text = withinQuotes(line);
  const header = parseKlogHeader(text);
  return header === null ? null : behindHeader(header, text);
};

/** The line whose header was read. */
const behindHeader = (header: KlogHeader, text: string): KlogMessage => {
  const rest = text.slice(header.end);
  return rest.startsWith('"') ? structuredText(header, rest) : new LazyMessage(header, rest, false, noFields);
};

/** `"message" key=…`; a message that breaks off has no keys. */
const structuredText = (header: Header, rest: string): KlogMessage => {
  const end = endOfQuoted(rest, 0);
  const message = unquoteGo(rest.slice(1, end < 0 ? undefined : end - 1));
  return new LazyMessage(header, message, true, end < 0 ? noFields : () => parseFields(rest.slice(end)));
};

/**
 * {"ts":1795483982271.4038,"caller":"eviction/eviction_manager.go:194","msg":"Eviction manager: starting control loop","v":0}
 * component-base/logs/json: ts is epoch ms with a fraction, an error has no v.
 */
const parseJson = (text: string): KlogMessage | null => {
  const object = jsonObject(text);
  const message = object?.["msg"];
  const ts = object?.["ts"];
  if (object === null || typeof message !== "string" || typeof ts !== "number") return null;
  const caller = typeof object["caller"] === "string" ? object["caller"] : "";
  const isError = object["v"] === undefined;
  return new LazyMessage(
    {
      severity: isError ? "E" : "I",
      // seconds in the alpha of 1.19 and 1.20, ms since
      stamp: { clock: "realtime", ms: ts < SECONDS_BELOW ? ts * 1000 : ts, resolutionMs: 1e-3, zoned: true },
      pid: null,
      file: /([\w.+-]{1,80}\.go)(?::\d{1,6})?$/.exec(caller)?.[1] ?? null,
    },
    message.trimEnd(),
    isError || Object.keys(object).some((key) => !JSON_FRAME.has(key)),
    () =>
      new Map(
        Object.entries(object).flatMap(([key, value]) =>
          JSON_HEAD.has(key) ? [] : [[key, jsonValue(value)] as const],
        ),
      ),
  );
};

/** Epoch ms before 1973, epoch seconds until 5138. */
const SECONDS_BELOW = 1e11;

const JSON_HEAD: ReadonlySet<string> = new Set(["ts", "msg", "caller"]);
const JSON_FRAME: ReadonlySet<string> = new Set([...JSON_HEAD, "v"]);

/** Objects (KObj) are {"name":…,"namespace":…} in JSON: put into the text form, "ns/name". */
const jsonValue = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => JSON.stringify(jsonValue(item))).join(",")}]`;
  if (
    isRecord(value) &&
    typeof value["name"] === "string" &&
    Object.keys(value).every((k) => k === "name" || k === "namespace")
  ) {
    return typeof value["namespace"] === "string" ? `${value["namespace"]}/${value["name"]}` : value["name"];
  }
  return textOf(value);
};

/** Messages without a header of any kind ("Eviction manager: …" pasted alone) are worth a look only if they name the manager. */
const BARE = /^\s{0,8}"?eviction manager: /i;

/** `172.20.0.2: {"ts":…` (talosctl logs kubelet): a prefix of some collector stands before the object. */
export const JSON_BEHIND = 200;

/** `known`: the header, where it is known to stand at the front, and no JSON near it. */
export const parseKlogMessage = (text: string, known: KlogHeader | null = null): KlogMessage | null => {
  if (known !== null) return behindHeader(known, text);
  const start = text.search(/\S/);
  const object = start >= 0 && text[start] === "{" ? start : text.slice(0, JSON_BEHIND).indexOf('{"ts":');
  if (object >= 0) {
    const json = parseJson(text.slice(object));
    if (json !== null) return json;
  }
  const klog = parseText(text);
  if (klog !== null) return klog;
  if (!BARE.test(text)) return null;
  const bare = text.trim();
  const nothing = { severity: null, stamp: null, pid: null, file: null };
  return bare.startsWith('"') ? structuredText(nothing, bare) : new LazyMessage(nothing, bare, false, noFields);
};
