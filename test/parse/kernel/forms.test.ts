// One report has the same facts in every form that tools, mail, terminals and pages give it.
import { beforeAll, describe, expect, it } from "vitest";
import type { LogFacts } from "../../../src/model/facts.ts";
import { LineDecoder } from "../../../src/parse/log/line-decoder.ts";
import { caseNamed } from "./cases.ts";
import { readBytes } from "./read-log.ts";
import { type Form, FORMS, type KernelRecord, PLAIN } from "./render.ts";

const ignore = (): void => {};
const encoder = new TextEncoder();

const recordsOf = (log: Uint8Array): KernelRecord[] => {
  const records: { micros: number; lines: string[] }[] = [];
  const decoder = new LineDecoder("case", {
    line({ stamps: [stamp], message }) {
      const last = records.at(-1);
      const micros = stamp ? Math.round(stamp.ms * 1000) : (last?.micros ?? 0);
      // a listing's first block is one record of several lines
      const same = last?.micros === micros && message.startsWith(" ") && last.lines[0]?.startsWith("active_anon");
      if (same) last?.lines.push(message);
      else records.push({ micros, lines: [message] });
    },
    unreadable: ignore,
  });
  for (const [index, line] of new TextDecoder().decode(log).trimEnd().split("\n").entries())
    decoder.push(line, index + 1);
  decoder.end();
  return records;
};

/** Where and when things were read differs; what was read does not. */
const PLACES: ReadonlySet<string> = new Set(["stamps", "from", "bootId", "host"]);
const placeless = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(placeless);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !PLACES.has(name))
      .map(([name, inner]) => [name, placeless(inner)]),
  );
};
const told = ({ kernel }: LogFacts): unknown => placeless(kernel);

const WHOLE = [
  "capture-global-dmesg",
  "capture-memcg-group-kmsg",
  "el7-memcg-thread-and-child",
  "v4.4-nr-pmds-sacrificed-child",
  "v4.14-nodemask-and-memcg-one-liners",
  "v4.19-oom-group",
  "v5.0-summary-and-two-kill-lines",
  "strange-names",
  "arm32-highmem-without-numa-and-memcg",
  "page-size-64k",
  "v7.0-newest-words",
];

describe.each(WHOLE)("%s", (name) => {
  const records = recordsOf(caseNamed(name).log);
  const readIn = async (form: Form): Promise<unknown> => {
    const printed = form(records);
    return told((await readBytes(typeof printed === "string" ? encoder.encode(printed) : printed)).facts);
  };
  let wanted: unknown;
  beforeAll(async () => {
    wanted = await readIn(PLAIN);
    expect(JSON.stringify(wanted)).toMatch(/^\[\{"kind":"oom-report","invoked":\{"comm".*"lineSeen":true/);
  });

  it.each(Object.entries(FORMS))("%s", async (_, form) => {
    expect(await readIn(form)).toEqual(wanted);
  });
});
