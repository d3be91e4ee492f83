// Facts of loose files, read by the parsers of the pipeline: what the tests of this folder begin with.
import { readFileSync } from "node:fs";
import type { CapturedFile } from "../../../src/model/capture.ts";
import type { Problem, Report } from "../../../src/model/evidence.ts";
import type { Facts, LogFacts } from "../../../src/model/facts.ts";
import type { KubeEvent, KubeletConfig, NodeFact, PodFact } from "../../../src/model/kubelet.ts";
import { configParsers } from "../../../src/parse/config/index.ts";
import { kubeParsers } from "../../../src/parse/kube/index.ts";
import { textFile } from "../../../src/parse/log/text-file.ts";
import type { FactSink, Parser } from "../../../src/parse/parser.ts";
import { captured } from "../../parse/samples/film-builders.ts";

export const capturedFile = (path: string, content: Uint8Array, chunkSize = content.length): CapturedFile =>
  captured({ path, text: content, cut: chunkSize });

export interface Gathered {
  readonly logs: LogFacts[];
  readonly pods: PodFact[];
  readonly nodes: NodeFact[];
  readonly events: KubeEvent[];
  readonly configs: KubeletConfig[];
  readonly bootIds: string[];
  readonly problems: Problem[];
  readonly parsers: (string | null)[];
}

const none = (): void => {};

/** Where a parser of text puts what it reads, and what it has put there. */
export const gathering = (): { readonly out: Gathered; readonly sink: FactSink; readonly report: Report } => {
  const out: Gathered = {
    logs: [],
    pods: [],
    nodes: [],
    events: [],
    configs: [],
    bootIds: [],
    problems: [],
    parsers: [],
  };
  const sink: Omit<FactSink, "samples"> = {
    log: (facts) => out.logs.push(facts),
    pod: (fact) => out.pods.push(fact),
    node: (fact) => out.nodes.push(fact),
    event: (event) => out.events.push(event),
    config: (config) => out.configs.push(config),
    bootId: (id) => out.bootIds.push(id),
    binding: none,
    detail: none,
    collectorPid: none,
    collectorCgroup: none,
  };
  // none of these formats writes samples
  return { out, sink: sink as FactSink, report: (problem) => out.problems.push(problem) };
};

export const gather = async (
  files: readonly CapturedFile[],
  parsers: readonly Parser[] = [...configParsers, ...kubeParsers, textFile],
): Promise<Gathered> => {
  const { out, sink, report } = gathering();
  for (const file of files) {
    const parser = parsers.find((p) => p.claims(file));
    out.parsers.push(parser?.id ?? null);
    await parser?.parse(file, sink, report);
  }
  return out;
};

export const factsOfFiles = async (files: readonly CapturedFile[]): Promise<Facts> => {
  const { logs, pods, nodes, events, configs, problems } = await gather(files);
  return {
    capture: {
      name: "test",
      layout: "loose",
      summary: { bytes: 0, sha256: null, files: files.length, integrity: null },
    },
    files: [],
    problems,
    samples: { ticks: [], files: new Map(), tasks: [], cgroups: [], pageSize: { bytes: 4096, proven: false } },
    logs,
    bindings: [],
    configs,
    pods,
    nodes,
    events,
    details: [],
    bootIds: [],
    collector: { pids: [], cgroups: [], from: [] },
  };
};

export const factsOf = (paths: readonly string[]): Promise<Facts> =>
  factsOfFiles(paths.map((path) => capturedFile(path, new Uint8Array(readFileSync(path)))));

export const textFact = (name: string, text: string): CapturedFile =>
  capturedFile(name, new TextEncoder().encode(text));
