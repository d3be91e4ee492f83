// Whole captures, read once for each test file. They lie beside the checkout.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openCapture } from "../../../src/collect/open-capture.ts";
import { diagnose } from "../../../src/diagnose/index.ts";
import { type Inputs, inputsOf } from "../../../src/diagnose/inputs/inputs.ts";
import type { Finding } from "../../../src/model/analysis.ts";
import type { Problem } from "../../../src/model/evidence.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { Timeline } from "../../../src/model/timeline.ts";
import { parse } from "../../../src/parse/index.ts";
import { buildTimeline } from "../../../src/timeline/build-timeline.ts";
import { sharedFolder } from "../../project/shared.ts";

export const FOLDER = sharedFolder("captures");

export interface Diagnosed {
  readonly facts: Facts;
  readonly timeline: Timeline;
  readonly inputs: Inputs;
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
}

const ignore = (): void => {};

export const diagnosed = (facts: Facts): Diagnosed => {
  const timeline = buildTimeline(facts, ignore);
  return { facts, timeline, inputs: inputsOf(timeline), ...diagnose(timeline) };
};

const read = async (name: string): Promise<Diagnosed> => {
  const path = join(FOLDER ?? "", `${name}.tgz`);
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  return diagnosed(await parse(await openCapture(path, ignore), ignore));
};

const known = new Map<string, Promise<Diagnosed>>();

export const capture = (name: string): Promise<Diagnosed> => {
  const reading = known.get(name) ?? read(name);
  known.set(name, reading);
  return reading;
};

export const found = (d: Diagnosed, id: string): Finding | undefined => d.findings.find((f) => f.id === id);
export const held = (d: Diagnosed): string[] => d.findings.filter((f) => f.verdict === "holds").map((f) => f.id);
