// Every event of every source on one axis, in time order, each told once.
import type { TimelineEvent } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { KernelEvent, KernelNote } from "../../model/kernel.ts";
import { pieceOf } from "../../model/log.ts";
import type { KubeEvent, KubeletEvent, PodKey, SystemEvent } from "../../model/kubelet.ts";
import type { StoryEviction, StoryKill, StoryUserspaceKill } from "../../model/timeline.ts";
import type { LogFacts } from "../../model/facts.ts";
import type { Clocks } from "../clocks/clocks.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import { podName } from "../incidents/sentence.ts";
import type { Placed } from "../kubelet/merged-lines.ts";

export interface EventInputs {
  readonly logs: readonly LogFacts[];
  readonly kills: readonly StoryKill[];
  readonly evictions: readonly StoryEviction[];
  readonly userspaceKills: readonly StoryUserspaceKill[];
  readonly kubeletLines: readonly Placed<KubeletEvent>[];
  readonly systemLines: readonly Placed<SystemEvent>[];
  readonly events: readonly KubeEvent[];
  readonly clocks: Clocks;
}

interface Draft {
  readonly at: When;
  readonly lane: TimelineEvent["lane"];
  readonly kind: string;
  readonly summary: string;
  readonly evidence: SourceRef | null;
}

/** The document's timeline holds at most so many events; what comes after them is counted in one more. */
const MOST_EVENTS = 5000;

const nameOf = (pod: PodKey): string => podName({ ...pod, container: null, containerId: null }) ?? "a pod";

const podList = (pods: readonly PodKey[]): string =>
  pods.length === 0
    ? "no pod named"
    : pods.slice(0, 3).map(nameOf).join(", ") + (pods.length > 3 ? ` and ${pods.length - 3} more` : "");

/** One line a kubelet event; null for those that would only be noise between the others. */
// oxlint-disable-next-line max-lines-per-function -- a switch over every kind that the reader knows, one line each
const sayKubelet = (event: KubeletEvent): string | null => {
  switch (event.kind) {
    case "attempting-to-reclaim":
      return `Kubelet attempts to reclaim ${event.resource ?? "a resource"}`;
    case "must-evict":
      return `Kubelet must evict pods to reclaim ${event.resource ?? "a resource"}`;
    case "unable-to-evict":
      return "Kubelet was unable to evict any pod";
    case "no-pods-to-evict":
      return "Thresholds met, but no pod is active to evict";
    case "criteria-not-met":
      return `Kubelet noticed ${event.signal ?? "a signal"} under a threshold; its grace period runs`;
    case "ranked":
      return `Kubelet ranked pods for eviction: ${podList(event.pods)}`;
    case "evicting":
      return `Kubelet evicts ${podList(event.pods)}`;
    case "evicted":
      return `Kubelet reports ${podList(event.pods)} evicted`;
    case "failed-to-evict":
      return `Kubelet failed to evict ${podList(event.pods)}${event.error === null ? "" : `: ${event.error}`}`;
    case "critical-not-evicted":
      return `Kubelet cannot evict the critical pod ${podList(event.pods)}`;
    case "waiting-for-cleanup":
      return `Kubelet waits for ${podList(event.pods)} to be cleaned up`;
    case "cleaned-up":
      return `${podList(event.pods)} cleaned up`;
    case "cleanup-timed-out":
      return `Timed out waiting for ${podList(event.pods)} to be cleaned up`;
    case "admission-refused":
      return `Kubelet refused to admit ${podList(event.pods)}`;
    case "killing-container":
      return `Kubelet kills container ${event.container ?? ""} of ${podList(event.pods)}`.replace("  ", " ");
    case "sys-oom":
      return `Kubelet tells of the kernel's kill of ${event.victimComm ?? "a process"}${event.victimPid === null ? "" : ` (pid ${event.victimPid})`}`;
    case "pleg":
      return event.what === "ContainerDied" || event.what === "ContainerStarted"
        ? `${event.what} in ${nameOf(event.pod)}`
        : null;
    case "node-event":
      return `Node condition: ${event.event}`;
    case "starving":
    case "crash-loop":
    case "shutdown":
      return event.summary;
    case "started":
      return `Kubelet started${event.version === null ? "" : ` (${event.version})`}`;
    case "summary-failed":
      return "Kubelet lost a pass: no summary stats";
    case "notifier":
      return event.what === "crossed" ? `The kernel told the kubelet that the ${event.threshold} was crossed` : null;
    case "reduced-without-evicting":
    case "reclaim-failed":
    case "node-conditions":
    case "no-observation":
    case "synchronize-failed":
    case "housekeeping":
    case "no-resources-starved":
    case "observation":
    case "flag":
      return null;
  }
};

const saySystem = (event: SystemEvent): { lane: TimelineEvent["lane"]; summary: string } | null => {
  switch (event.kind) {
    case "task-oom":
      return { lane: "runtime", summary: `Runtime saw an OOM kill in container ${event.containerId.slice(0, 12)}` };
    case "task-exit":
      return {
        lane: "runtime",
        summary: `Container ${event.containerId.slice(0, 12)} exited${event.exitCode === null ? "" : ` with ${event.exitCode}`}`,
      };
    case "unit-oom":
    case "unit-failed":
    case "unit-started":
    case "unit-stopped":
    case "boot":
      return { lane: "runtime", summary: event.summary };
    case "journal-lost":
      return { lane: "collector", summary: event.summary };
    case "userspace-kill":
      return null;
  }
};

const isNote = (event: KernelEvent): event is KernelNote =>
  !["oom-report", "reaped", "mark", "boot", "lost"].includes(event.kind);

/** Notes, boots and losses of the kernel's log, from the one form that holds most of them. */
const kernelNotes = ({ logs, clocks }: EventInputs): Draft[] => {
  const best = logs.toSorted((a, b) => b.kernel.length - a.kernel.length)[0];
  // what is missing between two pieces of one log is told of in the second
  const series = best === undefined ? undefined : pieceOf(best.path)?.series;
  const pieces = logs.filter((log) => log !== best && series !== undefined && pieceOf(log.path)?.series === series);
  const losses = pieces.flatMap(({ kernel }) => kernel.filter(({ kind }) => kind === "lost"));
  return [...(best?.kernel ?? []), ...losses].flatMap((event): Draft[] => {
    const at = clocks.place(event.stamps, event.bootId, "kernel");
    const evidence = event.from[0];
    if (isNote(event)) return [{ at, lane: "kernel", kind: `kernel.${event.kind}`, summary: event.summary, evidence }];
    if (event.kind === "boot")
      return [{ at, lane: "kernel", kind: "kernel.boot", summary: `Linux ${event.release} booted`, evidence }];
    if (event.kind === "lost")
      return [
        {
          at,
          lane: "kernel",
          kind: "kernel.lost",
          summary: `At least ${event.count} ${event.what === "records" ? "kernel records" : "OOM reports"} lost`,
          evidence,
        },
      ];
    return [];
  });
};

const kills = ({ kills: all }: EventInputs): Draft[] =>
  all.map((kill) => {
    const first = kill.doc.victims[0];
    const who = first ? `${first.comm} (pid ${first.pid})` : "a process that no line names";
    const more = kill.doc.count > 1 ? ` and ${kill.doc.count - 1} more` : "";
    const pod = podName(kill.doc.pod);
    const [line] = kill.doc.evidence;
    return {
      at: kill.at,
      lane: "kernel",
      kind: "kernel.oom-kill",
      summary:
        kill.doc.count === 0
          ? "OOM killer invoked, no line names a victim"
          : `Kernel killed ${who}${more}${pod === null ? "" : ` of ${pod}`}`,
      evidence: line ? { file: line.file, line: line.line, text: line.text } : null,
    };
  });

const refOf = (
  list: readonly { readonly file: string; readonly line: number; readonly text: string }[],
): SourceRef | null => {
  const [first] = list;
  return first ? { file: first.file, line: first.line, text: first.text } : null;
};

const REASONS =
  /^(?:Evicted|EvictionThresholdMet|SystemOOM|OOMKilling|OOMKilled|ExceededGracePeriod|NodeHas(?:In)?[Ss]ufficientMemory|NodeNotReady|NodeReady|Rebooted|BackOff|TaintManagerEviction|FailedNodeAllocatableEnforcement|Starting)$/;

const fromLines = ({ kubeletLines, systemLines }: EventInputs): Draft[] => [
  ...kubeletLines.flatMap(({ event, at }): Draft[] => {
    const summary = sayKubelet(event);
    return summary === null
      ? []
      : [{ at, lane: "kubelet", kind: `kubelet.${event.kind}`, summary, evidence: event.from[0] }];
  }),
  ...systemLines.flatMap(({ event, at }): Draft[] => {
    const said = saySystem(event);
    return said === null ? [] : [{ at, ...said, kind: `system.${event.kind}`, evidence: event.from[0] }];
  }),
];

const fromApi = ({ events, clocks }: EventInputs): Draft[] =>
  events
    .filter((event) => REASONS.test(event.reason))
    .map((event) => {
      const at = clocks.place(event.last.length > 0 ? event.last : event.first, null, "kubelet");
      const times = event.count > 1 ? ` (${event.count} times, last)` : "";
      const summary = `Event ${event.reason} on ${event.object.kind} ${nameOf(event.object)}${times}: ${event.message}`;
      return {
        at,
        lane: "kubelet",
        kind: `event.${event.reason}`,
        summary: summary.slice(0, 300),
        evidence: event.from[0],
      };
    });

const userspace = (inputs: EventInputs): Draft[] =>
  inputs.userspaceKills.map(({ at, doc }) => ({
    at,
    lane: "userspace",
    kind: "userspace.kill",
    summary: `${doc.daemon} killed ${doc.target}`,
    evidence: refOf(doc.evidence),
  }));

export const timelineEvents = (inputs: EventInputs): TimelineEvent[] => {
  const drafts = [
    ...kernelNotes(inputs),
    ...kills(inputs),
    ...fromLines(inputs),
    ...userspace(inputs),
    ...fromApi(inputs),
  ];
  const key = (at: When): number => (isPlaced(at) ? at.best : Number.isFinite(at.reading) ? at.reading : 0);
  const ordered = drafts.toSorted((a, b) => key(a.at) - key(b.at));
  const further = ordered.slice(MOST_EVENTS);
  return [...ordered.slice(0, MOST_EVENTS), ...counted(further)].map(({ at, lane, kind, summary, evidence }) => ({
    at: toInstant(at),
    lane,
    kind,
    summary,
    evidence: evidence === null ? null : toEvidence(evidence),
  }));
};

const counted = (further: readonly Draft[]): Draft[] => {
  const [first] = further;
  if (first === undefined) return [];
  const summary = `${further.length} further ${further.length === 1 ? "event" : "events"} from here on, not listed`;
  return [{ at: first.at, lane: "collector", kind: "timeline.further", summary, evidence: null }];
};
