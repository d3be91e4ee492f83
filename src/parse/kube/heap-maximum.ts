// The heap maximum that a pod's spec gives a managed runtime. Arguments and environment may hold secrets: of them only these few
// settings are looked at, and only their numbers are kept; no text of theirs goes into a fact.
import type { HeapMaximum } from "../../model/heap-maximum.ts";
import { type DocNode, get, itemsOf, scalarTextAt, textAt } from "./doc-tree.ts";

/** Longer arguments are scripts: their head is looked at. */
const MAX_TEXT = 16_384;
const END = String.raw`(?=$|[\s"',;])`;
const START = String.raw`(?:^|[\s"',;=])`;

/** "-Xmx512m", "-XX:MaxHeapSize=512m"; without a unit bytes. The last one counts (java(1)). */
const XMX = new RegExp(String.raw`${START}-(?:Xmx|XX:MaxHeapSize=)(\d{1,15})([kKmMgGtT]?)${END}`, "g");
/** "-XX:MaxRAMPercentage=75.0": of the container's limit. */
const RAM_PERCENTAGE = new RegExp(String.raw`${START}-XX:MaxRAMPercentage=(\d{1,3}(?:\.\d{1,6})?)${END}`, "g");
/** "--max-old-space-size=4096": MiB; underscores are taken as well (node(1)). */
const OLD_SPACE = new RegExp(String.raw`${START}--max[-_]old[-_]space[-_]size[= ](\d{1,9})${END}`, "g");
/** GOMEMLIMIT "900MiB" (runtime package, GOMEMLIMIT). */
const GO = /^(\d{1,18})(B|KiB|MiB|GiB|TiB)?$/;
/** DOTNET_GCHeapHardLimit is hexadecimal, with or without 0x (dotnet, garbage collector config). */
const HEX = /^(?:0[xX])?([0-9a-fA-F]{1,14})$/;

const K = 1024;
const JAVA_UNITS: Readonly<Record<string, number>> = { "": 1, k: K, m: K ** 2, g: K ** 3, t: K ** 4 };
const GO_UNITS: Readonly<Record<string, number>> = { B: 1, KiB: K, MiB: K ** 2, GiB: K ** 3, TiB: K ** 4 };

const last = (pattern: RegExp, text: string): RegExpMatchArray | undefined =>
  [...text.slice(0, MAX_TEXT).matchAll(pattern)].at(-1);

const ofText = (text: string): HeapMaximum | null => {
  const xmx = last(XMX, text);
  if (xmx !== undefined) {
    const bytes = Number(xmx[1]) * (JAVA_UNITS[(xmx[2] ?? "").toLowerCase()] ?? 1);
    return { runtime: "JVM", setting: "-Xmx", bytes, percent: null };
  }
  const ram = last(RAM_PERCENTAGE, text);
  if (ram !== undefined)
    return { runtime: "JVM", setting: "-XX:MaxRAMPercentage", bytes: null, percent: Number(ram[1]) };
  const old = last(OLD_SPACE, text);
  if (old !== undefined)
    return { runtime: "Node.js", setting: "--max-old-space-size", bytes: Number(old[1]) * K ** 2, percent: null };
  return null;
};

/** Variables whose value is a list of arguments. */
const OPTIONS = /^(?:JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS|JAVA_OPTS|JVM_OPTS|NODE_OPTIONS)$/;

const ofVariable = (name: string, value: string): HeapMaximum | null => {
  if (OPTIONS.test(name)) return ofText(value);
  if (name === "GOMEMLIMIT") {
    const go = GO.exec(value);
    const bytes = go === null ? null : Number(go[1]) * (GO_UNITS[go[2] ?? "B"] ?? 1);
    return bytes === null ? null : { runtime: "Go", setting: "GOMEMLIMIT", bytes, percent: null };
  }
  const hex = /^(?:DOTNET|COMPlus)_GCHeapHardLimit(?:Percent)?$/.test(name) ? HEX.exec(value)?.[1] : undefined;
  if (hex === undefined) return null;
  const number = Number.parseInt(hex, 16);
  return name.endsWith("Percent")
    ? { runtime: ".NET", setting: "DOTNET_GCHeapHardLimitPercent", bytes: null, percent: number }
    : { runtime: ".NET", setting: "DOTNET_GCHeapHardLimit", bytes: number, percent: null };
};

/** Of one container of a pod's spec: arguments count before the environment. Null where neither names one. */
export const heapMaximumOf = (container: DocNode | undefined): HeapMaximum | null => {
  const words = [...itemsOf(get(container, "command")), ...itemsOf(get(container, "args"))]
    .map((node) => textAt(node))
    .filter((text) => text !== null);
  const given = ofText(words.join(" "));
  if (given !== null) return given;
  for (const variable of itemsOf(get(container, "env"))) {
    const found = ofVariable(
      textAt(variable, "name") ?? "",
      (scalarTextAt(variable, "value") ?? "").slice(0, MAX_TEXT),
    );
    if (found !== null) return found;
  }
  return null;
};
