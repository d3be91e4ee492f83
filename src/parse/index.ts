// Every file of a capture is read by the first parser that claims it; what no parser claims is said once per kind.
import type { Capture, CapturedFile } from "../model/capture.ts";
import type { Report } from "../model/evidence.ts";
import type { Facts } from "../model/facts.ts";
import { configParsers } from "./config/index.ts";
import { FactsBuilder } from "./facts-builder.ts";
import { kubeParsers } from "./kube/index.ts";
import { labTicks } from "./lab/index.ts";
import { textFile } from "./log/text-file.ts";
import type { Parser } from "./parser.ts";
import { nodeDetails, otherSettings } from "./proc/details.ts";
import { onceRead } from "./proc/once.ts";
import { bookkeeping, clockTable, manifest } from "./segment/bundle.ts";
import { segment } from "./segment/index.ts";
import { segmentIndex } from "./segment/inventory.ts";
import { UnreadFiles } from "./unread.ts";

export const parsers: readonly Parser[] = [
  segment,
  labTicks,
  manifest,
  segmentIndex,
  clockTable,
  bookkeeping,
  nodeDetails,
  onceRead,
  otherSettings,
  ...configParsers,
  ...kubeParsers,
  textFile,
];

export const parserOf = (file: CapturedFile): Parser | null => parsers.find((parser) => parser.claims(file)) ?? null;

/** Reads a capture to its end. Problems go to `report` as they are found and stand in the facts as well. */
export const parse = async (capture: Capture, report: Report): Promise<Facts> => {
  const facts = new FactsBuilder();
  const say: Report = (problem) => {
    facts.problems.push(problem);
    report(problem);
  };
  const unread = new UnreadFiles();
  for await (const file of capture.files()) {
    const parser = parserOf(file);
    facts.path = file.path;
    if (parser === null) unread.add(file);
    else await parser.parse(file, facts, say);
    facts.files.push({ path: file.path, bytes: file.bytes ?? 0, parser: parser?.id ?? null });
  }
  unread.flush(say);
  return facts.finish(capture, say);
};
