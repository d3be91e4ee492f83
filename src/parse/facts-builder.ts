// Gathers what the parsers hand over.
import type { Capture } from "../model/capture.ts";
import { type Problem, type Report, sourceRef, type SourceRef } from "../model/evidence.ts";
import type { Facts, LogFacts, SourceFile } from "../model/facts.ts";
import type { KubeEvent, KubeletConfig, NodeDetail, NodeFact, PodFact } from "../model/kubelet.ts";
import type { ClockBinding } from "../model/log.ts";
import { withLossBetween } from "./log/lost-between.ts";
import type { FactSink } from "./parser.ts";
import { formatOf } from "./samples/format-of.ts";
import { SampleStore } from "./samples/store.ts";

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order of files in an archive is nobody's statement: a directory and its archive give the same facts in the same order. */
const byPlace = <T extends { readonly from: readonly [SourceRef, ...SourceRef[]] }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => byText(a.from[0].file, b.from[0].file) || a.from[0].line - b.from[0].line);

export class FactsBuilder implements FactSink {
  readonly samples = new SampleStore(formatOf);
  readonly files: SourceFile[] = [];
  readonly problems: Problem[] = [];
  readonly #logs: LogFacts[] = [];
  readonly #bindings: ClockBinding[] = [];
  readonly #configs: KubeletConfig[] = [];
  readonly #pods: PodFact[] = [];
  readonly #nodes: NodeFact[] = [];
  readonly #events: KubeEvent[] = [];
  readonly #details: NodeDetail[] = [];
  readonly #bootIds = new Set<string>();
  readonly #pids = new Set<number>();
  readonly #cgroups = new Set<string>();
  readonly #collectorRefs: SourceRef[] = [];
  /** File that is being read: what a collector's own pid is cited from. */
  path = "";

  log(facts: LogFacts): void {
    this.#logs.push(facts);
  }
  binding(binding: ClockBinding): void {
    this.#bindings.push(binding);
  }
  config(config: KubeletConfig): void {
    this.#configs.push(config);
  }
  pod(pod: PodFact): void {
    this.#pods.push(pod);
  }
  node(node: NodeFact): void {
    this.#nodes.push(node);
  }
  event(event: KubeEvent): void {
    this.#events.push(event);
  }
  detail(detail: NodeDetail): void {
    this.#details.push(detail);
  }
  bootId(id: string): void {
    // The journal prints boot ids without dashes, /proc/sys/kernel/random/boot_id with them.
    this.#bootIds.add(id.replaceAll("-", "").toLowerCase());
  }
  collectorPid(pid: number): void {
    this.#pids.add(pid);
    this.#cite();
  }
  collectorCgroup(cgroup: string): void {
    this.#cgroups.add(cgroup);
    this.#cite();
  }

  #cite(): void {
    if (!this.#collectorRefs.some((ref) => ref.file === this.path))
      this.#collectorRefs.push(sourceRef(this.path, 1, ""));
  }

  finish(capture: Capture, report: Report): Facts {
    const samples = this.samples.finish(report);
    return {
      capture: { name: capture.name, layout: capture.layout, summary: capture.summary() },
      files: this.files.toSorted((a, b) => byText(a.path, b.path)),
      problems: this.problems,
      samples,
      logs: withLossBetween(this.#logs.toSorted((a, b) => byText(a.path, b.path))),
      bindings: this.#bindings.toSorted((a, b) => byText(a.ref.file, b.ref.file) || a.ref.line - b.ref.line),
      configs: byPlace(this.#configs),
      pods: byPlace(this.#pods),
      nodes: byPlace(this.#nodes),
      events: byPlace(this.#events),
      details: this.#details.toSorted((a, b) => byText(a.fact.from[0].file, b.fact.from[0].file)),
      bootIds: [...this.#bootIds],
      collector: { pids: [...this.#pids], cgroups: [...this.#cgroups], from: this.#collectorRefs },
    };
  }
}
