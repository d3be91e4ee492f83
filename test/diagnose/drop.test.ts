// Nothing flips: dropping a source turns holds or refuted into unknown or into no finding, never into each other.
import { describe, expect, it } from "vitest";
import type { InputKey, Inputs } from "../../src/diagnose/inputs/inputs.ts";
import { RULES } from "../../src/diagnose/rules.ts";
import { runRules } from "../../src/diagnose/run.ts";
import type { Finding } from "../../src/model/analysis.ts";
import type { Facts } from "../../src/model/facts.ts";
import { CAPTURE_NAMES } from "../parse/samples/film-builders.ts";
import { capture, diagnosed, FOLDER } from "./builders/captures.ts";
import { coverage, NOT_CAPTURED, node } from "./builders/inputs.ts";
import { unknownThresholds } from "./builders/story.ts";
import { container } from "./cases/container.ts";
import { memory } from "./cases/memory.ts";
import { race } from "./cases/race.ts";
import { reclaim } from "./cases/reclaim.ts";

const none = () => null;

/** Parts of the inputs that may be absent, each as it is then. */
const DROPS: Readonly<Record<string, Partial<Inputs>>> = {
  meminfo: { meminfo: null, memAvailable: null, freeLoss: none },
  vmstat: { vmstat: null },
  zoneinfo: { zoneinfo: null },
  slabinfo: { slabinfo: null },
  pressure: { psiMemory: null, psiIo: null, psiCpu: null },
  "root memory.stat": { root: null, available: null, loss: none },
  kubepods: { kubepods: null, allocatable: null, podsLoss: none },
  cgroups: { cgroups: [], root: null, kubepods: null, available: null, allocatable: null, loss: none, podsLoss: none },
  tasks: { tasks: [] },
  kubelet: { kubelet: null },
  pods: { podFacts: [], podMemory: [] },
  floors: { floors: [] },
  configuration: { thresholds: unknownThresholds(), config: null },
};

const verdicts = (findings: readonly Finding[]): Map<string, string> => new Map(findings.map((f) => [f.id, f.verdict]));

const flips = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...before].flatMap(([id, was]) => {
    const now = after.get(id);
    return (was === "holds" && now === "refuted") || (was === "refuted" && now === "holds")
      ? [`${id}: ${was} became ${now}`]
      : [];
  });

/** Each single input, as it is where its file or object was not captured; incidents and kills are what a rule speaks of. */
const ABSENT: { readonly [K in Exclude<InputKey, "incidents" | "kills" | "kubernetes" | "pageSize">]: Inputs[K] } = {
  ...NOT_CAPTURED,
  thresholds: unknownThresholds(),
  node: { ...node(), memTotalBytes: null, swapTotalBytes: null, cpus: null, reserved: null, memoryQoS: "unknown" },
  coverage: coverage(),
  loss: none,
  podsLoss: none,
  freeLoss: none,
};
const SINGLES = Object.entries(ABSENT).map(([key, value]) => [key, { [key]: value }] as const);

/** A rule sees what it declares and nothing else: only those that declare one of the dropped inputs can change. */
const flipsOf = (inputs: Inputs): string[] => {
  const before = verdicts(runRules(RULES, inputs).findings);
  return [...Object.entries(DROPS), ...SINGLES].flatMap(([name, drop]) => {
    const rules = RULES.filter((rule) => rule.needs.some((key) => key in drop));
    const dropped = runRules(rules, { ...inputs, ...drop });
    return [...flips(before, verdicts(dropped.findings)), ...dropped.problems.map((p) => p.message)].map(
      (flip) => `without ${name}, ${flip}`,
    );
  });
};

const CASES = Object.entries({ ...race, ...memory, ...container, ...reclaim }).flatMap(([id, cases]) =>
  Object.entries(cases).map(([verdict, make]) => [`${id} ${verdict}`, make] as const),
);

describe("built cases", () => {
  it.each(CASES)("%s", (_name, make) => {
    expect(flipsOf(make())).toEqual([]);
  });
});

const withoutFiles = (facts: Facts, pattern: RegExp): Facts => ({
  ...facts,
  samples: { ...facts.samples, files: new Map([...facts.samples.files].filter(([path]) => !pattern.test(path))) },
});

/** Whole sources of a capture, as if they had not been collected. */
const SOURCES: Readonly<Record<string, (facts: Facts) => Facts>> = {
  "the kubelet's log": (facts) => ({
    ...facts,
    logs: facts.logs.map((log) => ({
      ...log,
      kubelet: [],
      kubeletBeats: [],
      coverage: log.coverage.filter((c) => c.ident !== "kubelet"),
    })),
  }),
  "the kernel's log": (facts) => ({
    ...facts,
    logs: facts.logs.map((log) => ({ ...log, kernel: [], coverage: log.coverage.filter((c) => c.ident !== "kernel") })),
  }),
  "the cgroups": (facts) => withoutFiles(facts, /^\/sys\/fs\/cgroup\//),
  "/proc/vmstat and /proc/zoneinfo": (facts) => withoutFiles(facts, /^\/proc\/(?:vmstat|zoneinfo)$/),
  "the pressure files": (facts) => withoutFiles(facts, /^\/proc\/pressure\/|memory\.pressure$/),
  "/proc/meminfo": (facts) => withoutFiles(facts, /^\/proc\/meminfo$/),
  "the API's objects": (facts) => ({ ...facts, pods: [], nodes: [], events: [] }),
};

describe.skipIf(FOLDER === null).each(CAPTURE_NAMES)("%s", (name) => {
  it("has verdicts to lose", async () => {
    const { findings } = await capture(name);
    expect(findings.some((f) => f.verdict !== "unknown")).toBe(true);
  });

  it("without any one input, or a source's inputs together", async () => {
    expect(flipsOf((await capture(name)).inputs)).toEqual([]);
  });

  it.each(Object.entries(SOURCES))("without %s", async (_source, without) => {
    const whole = await capture(name);
    expect(flips(verdicts(whole.findings), verdicts(diagnosed(without(whole.facts)).findings))).toEqual([]);
  });
});
