// What a parser is: a value that claims a file by path or by content and turns it into facts. It never throws on input,
// never skips silently, and knows no other file.
import type { CapturedFile } from "../model/capture.ts";
import type { Report } from "../model/evidence.ts";
import type { LogFacts } from "../model/facts.ts";
import type { KubeEvent, KubeletConfig, NodeDetail, NodeFact, PodFact } from "../model/kubelet.ts";
import type { ClockBinding, LogLine } from "../model/log.ts";
import type { Glancer } from "./log/glance.ts";
import type { SampleSink } from "./samples/sink.ts";

export interface Parser {
  /** "proc/slabinfo": folder and file name below src/parse. */
  readonly id: string;
  /** By path (`nodePath`, `path`, `baseName`) or by `head`. The first parser of the list that claims a file reads it. */
  claims(file: CapturedFile): boolean;
  parse(file: CapturedFile, sink: FactSink, report: Report): Promise<void>;
}

/** Where parsers put what they read. */
export interface FactSink {
  readonly samples: SampleSink;
  log(facts: LogFacts): void;
  binding(binding: ClockBinding): void;
  config(config: KubeletConfig): void;
  pod(pod: PodFact): void;
  node(node: NodeFact): void;
  event(event: KubeEvent): void;
  detail(detail: NodeDetail): void;
  bootId(id: string): void;
  collectorPid(pid: number): void;
  collectorCgroup(cgroup: string): void;
}

/** Reads one text's lines in order; text files are fed to all line readers at once, for one file may hold kernel, kubelet and kubectl text. */
export interface LineReader<T> {
  line(line: LogLine): void;
  /** Looks at this speaker's lines before `line` has them, or in its stead. */
  glancer(ident: string): Glancer;
  /** Lines that were looked at will not be there any more. */
  settle(): void;
  /** After the last line. */
  end(): T;
}
