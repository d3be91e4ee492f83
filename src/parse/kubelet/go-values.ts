// Values as Go and klog print them: quoted strings, structs, lists of pods.
import type { PodKey } from "../../model/kubelet.ts";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** The end (after the closing quote) of the Go-quoted string that begins at `from`, or -1 where it is cut. */
export const endOfQuoted = (text: string, from: number): number => {
  for (let i = from + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === 0x22) return i + 1;
  }
  return -1;
};

/** An API error with a whole object in it may reach this; what is longer stays as it is quoted. */
const MAX_UNQUOTED = 131_072;

const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs;

const unescaped = (
  all: string,
  x: string | undefined,
  u: string | undefined,
  long: string | undefined,
  octal: string | undefined,
  one: string | undefined,
): string => {
  const code = x ?? u ?? long;
  if (code !== undefined) {
    const point = Number.parseInt(code, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : all;
  }
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
  return one === undefined ? all : (ESCAPES[one] ?? one);
};

/** strconv.Unquote of the inside of a quoted string; a wrong escape stays as it stands. */
export const unquoteGo = (inside: string): string =>
  inside.length <= MAX_UNQUOTED && inside.includes("\\") ? inside.replace(ESCAPE, unescaped) : inside;

/** No struct or list of the kubelet's is longer: what does not close by then is cut or hostile. */
const MAX_BALANCED = 131_072;

/** The end of a `{…}` or `[…]` that begins at `from`, strings respected; -1 where it does not close. */
export const endOfBalanced = (text: string, from: number): number => {
  let depth = 0;
  const stop = Math.min(text.length, from + MAX_BALANCED);
  for (let i = from; i < stop; i++) {
    const c = text[i];
    if (c === '"') {
      const end = endOfQuoted(text, i);
      if (end < 0) return -1;
      i = end - 1;
    } else if (c === "{" || c === "[") depth++;
    else if ((c === "}" || c === "]") && --depth === 0) return i + 1;
  }
  return -1;
};

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
/** name_namespace(uid): pkg/kubelet/util/format/pod.go, up to 1.20. A static pod's uid has 32 hex digits and no dashes. */
const OLD_POD = /^([a-z0-9][a-z0-9.-]{0,252})_([a-z0-9][a-z0-9-]{0,62})\(([0-9a-fA-F-]{1,64})\)$/;

/** "ns/name" (KObj), "name_ns(uid)" (≤1.20) or, shortened by hand, "name". */
export const podKeyOf = (text: string): PodKey | null => {
  const old = OLD_POD.exec(text);
  if (old !== null) return { namespace: old[2] ?? null, name: old[1] ?? null, uid: old[3]?.toLowerCase() ?? null };
  const slash = text.indexOf("/");
  const namespace = slash < 0 ? null : text.slice(0, slash);
  const name = text.slice(slash + 1);
  if (!NAME.test(name) || (namespace !== null && !NAME.test(namespace))) return null;
  return { namespace, name, uid: null };
};

/**
 * `["ns/a","ns/b"]` (1.26+), `[ns/a ns/b]` (1.21–1.25), `a_ns(uid), b_ns(uid)` (≤1.20). Names that are none are left out; beside one
 * with a uid, one without is half of one.
 */
export const podListOf = (text: string): PodKey[] => {
  const pods = text
    .replace(/^\[|\]$/g, "")
    .split(/[\s,]+/)
    .map((item) => podKeyOf(item.replace(/^"|"$/g, "")))
    .filter((pod) => pod !== null);
  return pods.some((pod) => pod.uid !== null) ? pods.filter((pod) => pod.uid !== null) : pods;
};

/**
 * Fields of a Go struct: JSON since klog 2.110 (`{"Pid":1031,…}`), `%+v` before (`&{Pid:1031 ProcessName:x …}`), and Go syntax
 * (`&pleg.PodLifecycleEvent{ID:"…", Type:"…"}`). Values as text, in the order in which they stand.
 */
export const structFields = (text: string): ReadonlyMap<string, string> => {
  const open = text.indexOf("{");
  if (open < 0) return new Map();
  if (text.startsWith('{"')) {
    const object = jsonObject(text);
    if (object !== null) return new Map(Object.entries(object).map(([key, value]) => [key, textOf(value)]));
  }
  const fields = new Map<string, string>();
  // A value reaches to the next ` Key:` or the end of the struct, else it is cut; values hold blanks ("2021-03-02 10:00:00 +0000 UTC") and colons of their own.
  for (const [, key = "", value = ""] of text
    .slice(open + 1, open + 4096)
    .matchAll(/(?:^|[ ,])([A-Z][A-Za-z]{0,40}):("(?:[^"\\]|\\.){0,1024}"|.{0,256}?)(?=,? [A-Z][A-Za-z]{0,40}:|\})/g)) {
    fields.set(key, value.startsWith('"') ? unquoteGo(value.slice(1, -1)) : value);
  }
  return fields;
};

/** Null for all that is not a JSON object; log text may hold anything. */
export const jsonObject = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null; // not JSON: the caller reads the older form
  }
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  return value === null || value === undefined ? "" : JSON.stringify(value);
};
