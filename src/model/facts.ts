// What src/parse hands to src/timeline: what each file says, in its own units and on its own clocks, and what could not be read.
import type { CaptureSummary } from "./capture.ts";
import type { Problem, SourceRef } from "./evidence.ts";
import type { KernelEvent } from "./kernel.ts";
import type { KubeEvent, KubeletConfig, KubeletEvent, NodeDetail, NodeFact, PodFact, SystemEvent } from "./kubelet.ts";
import type { Beats, ClockBinding, LogCoverage } from "./log.ts";
import type { Samples } from "./samples.ts";

export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  /** Parser that read it, or null: kept as unknown, with a problem. */
  readonly parser: string | null;
}

/** What one log file holds. */
export interface LogFacts {
  readonly path: string;
  /** "kmsg" | "dmesg" | "dmesg-T" | "dmesg-iso" | "journal-json" | "journal-short-precise" | "rfc3164" | … */
  readonly format: string;
  readonly lines: number;
  readonly coverage: readonly LogCoverage[];
  readonly bindings: readonly ClockBinding[];
  readonly kernel: readonly KernelEvent[];
  readonly kubelet: readonly KubeletEvent[];
  readonly system: readonly SystemEvent[];
  /** Every line of the kubelet, for its silence. */
  readonly kubeletBeats: Beats;
  /** Least and greatest sequence number of its /dev/kmsg records; null where it has none. */
  readonly sequences: readonly [first: number, last: number] | null;
}

export interface Facts {
  readonly capture: { readonly name: string; readonly layout: string; readonly summary: CaptureSummary };
  readonly files: readonly SourceFile[];
  readonly problems: readonly Problem[];
  readonly samples: Samples;
  readonly logs: readonly LogFacts[];
  /** Readings of several clocks at once that are no log line: clock.tsv, /proc/timer_list, /proc/stat btime. */
  readonly bindings: readonly ClockBinding[];
  readonly configs: readonly KubeletConfig[];
  readonly pods: readonly PodFact[];
  readonly nodes: readonly NodeFact[];
  readonly events: readonly KubeEvent[];
  readonly details: readonly NodeDetail[];
  /** Boot ids in the order of the capture, where known. */
  readonly bootIds: readonly string[];
  /** The collector's own pids and cgroups: left out of every finding. */
  readonly collector: {
    readonly pids: readonly number[];
    readonly cgroups: readonly string[];
    readonly from: readonly SourceRef[];
  };
}
