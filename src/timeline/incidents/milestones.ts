// What happened when in one incident, each with its line.
import type { Milestone, MilestoneKind } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { Samples } from "../../model/samples.ts";
import type { SignalSample } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import type { Placed } from "../kubelet/merged-lines.ts";
import type { Group } from "./form.ts";
import { firstKill } from "./outcome.ts";
import type { Reboot } from "./reboot.ts";

export interface MilestoneInputs {
  readonly group: Group;
  readonly samples: Samples;
  readonly tickAt: TickAt;
  readonly kubelet: readonly Placed<KubeletEvent>[];
  readonly crossing: { readonly at: When; readonly evidence: readonly SourceRef[] } | null;
  /** The signal that crossed, over all ticks, and the highest threshold in force. */
  readonly signal: readonly SignalSample[];
  readonly thresholdBytes: number | null;
  readonly reboot: Reboot | null;
}

interface Found {
  readonly kind: MilestoneKind;
  readonly at: When;
  readonly evidence: readonly SourceRef[];
}

const SLACK_MS = 1000;

const inside = (group: Group, at: When): boolean =>
  group.axis === "wall" && isPlaced(at) && at.best >= group.from - SLACK_MS && at.best <= group.to + SLACK_MS;

const firstLine = (
  inputs: MilestoneInputs,
  kinds: readonly KubeletEvent["kind"][],
  about: (e: KubeletEvent) => boolean = () => true,
): Placed<KubeletEvent> | undefined =>
  inputs.kubelet.find(({ event, at }) => kinds.includes(event.kind) && inside(inputs.group, at) && about(event));

const isMemory = (event: KubeletEvent): boolean => {
  if (event.kind === "criteria-not-met") return event.signal === null || /memory/i.test(event.signal);
  if ("resource" in event) return event.resource === null || /memory/i.test(event.resource);
  return true;
};

const kernelMilestones = ({ group }: MilestoneInputs): Found[] => {
  const kill = firstKill(group.kills);
  if (kill === null) return [];
  const found: Found[] = [];
  if (kill.invokedAt !== null && kill.report?.invoked)
    found.push({ kind: "kernel-invoked-oom", at: kill.invokedAt, evidence: [kill.report.invoked.from] });
  const line = kill.report?.kills[0]?.from;
  found.push({ kind: "kernel-killed", at: kill.at, evidence: line ? [line] : [] });
  const reaped = kill.report?.reaped[0];
  if (kill.reapedAt !== null && reaped)
    found.push({ kind: "kernel-reaped", at: kill.reapedAt, evidence: [reaped.from] });
  return found;
};

const kubeletMilestones = (inputs: MilestoneInputs): Found[] => {
  const found: Found[] = [];
  const add = (kind: MilestoneKind, line: Placed<KubeletEvent> | undefined): void => {
    if (line) found.push({ kind, at: line.at, evidence: line.event.from });
  };
  add("kubelet-noticed", firstLine(inputs, ["criteria-not-met", "attempting-to-reclaim"], isMemory));
  add("kubelet-ranked", firstLine(inputs, ["ranked"]));
  add(
    "kubelet-saw-oom",
    firstLine({ ...inputs, group: { ...inputs.group, to: inputs.group.to + 60_000 } }, ["sys-oom"]),
  );
  const done = inputs.group.evictions.find((e) => e.completedAt !== null);
  if (done?.completedAt)
    found.push({
      kind: "kubelet-evicted",
      at: done.completedAt,
      evidence: inputs.kubelet
        .filter((l) => l.event.kind === "cleaned-up" && inside(inputs.group, l.at))
        .flatMap((l) => l.event.from)
        .slice(0, 1),
    });
  return found;
};

/** First rise of allocstall_* in the incident: a task had to reclaim for itself (all zones; global reclaim only up to 7.0). */
const directReclaim = ({ group, samples, tickAt }: MilestoneInputs): Found[] => {
  const file = samples.files.get("/proc/vmstat");
  if (!file || group.axis !== "wall") return [];
  const names = file.fields().filter((name) => name === "allocstall" || name.startsWith("allocstall_"));
  const columns = names.flatMap((name) => {
    const column = file.column(name);
    return column === null ? [] : [{ name, column }];
  });
  for (let i = 1; i < file.length; i++) {
    const at = tickAt(file.tickOf(i));
    if (at.best < group.from - 30_000 || at.best > group.to) continue;
    const risen = columns.find(({ column }) => (column[i] ?? 0) > (column[i - 1] ?? 0));
    if (risen) return [{ kind: "direct-reclaim-began", at, evidence: [file.ref(i, risen.name)] }];
  }
  return [];
};

const recovered = ({ group, signal, thresholdBytes, samples }: MilestoneInputs): Found[] => {
  const kill = firstKill(group.kills);
  const since =
    kill !== null && isPlaced(kill.at) ? kill.at.latest : (group.evictions[0]?.at.best ?? Number.POSITIVE_INFINITY);
  if (thresholdBytes === null) return [];
  const back = signal.find(
    (sample) => sample.at.earliest >= since && sample.value >= thresholdBytes && sample.at.best <= group.to + 30_000,
  );
  if (!back) return [];
  const meminfo = samples.files.get("/proc/meminfo");
  const reading = meminfo?.readingAtOrBefore(back.tick) ?? -1;
  return [
    {
      kind: "memory-recovered",
      at: back.at,
      evidence: meminfo && reading >= 0 ? [meminfo.ref(reading, "MemFree")] : [],
    },
  ];
};

const pressureBegan = ({ group, samples, tickAt }: MilestoneInputs): Found[] => {
  const span = group.pressure.toSorted((a, b) => a.from - b.from)[0];
  if (!span) return [];
  const index = samples.ticks.findIndex((_, i) => tickAt(i).best >= span.from);
  if (index < 0) return [];
  const path =
    span.kind === "node-available" || span.kind === "allocatable-available" ? "/proc/meminfo" : "/proc/pressure/memory";
  const file = samples.files.get(path);
  const reading = file?.readingAtOrBefore(index) ?? -1;
  const field = path === "/proc/meminfo" ? "MemFree" : "some.total";
  return [
    { kind: "pressure-began", at: tickAt(index), evidence: file && reading >= 0 ? [file.ref(reading, field)] : [] },
  ];
};

/** In true order: by instant, undecided ones by best estimate. */
export const milestonesOf = (inputs: MilestoneInputs): Milestone[] => {
  const found = [
    ...pressureBegan(inputs),
    ...(inputs.crossing === null ? [] : [{ kind: "threshold-crossed" as const, ...inputs.crossing }]),
    ...directReclaim(inputs),
    ...kubeletMilestones(inputs),
    ...kernelMilestones(inputs),
    ...recovered(inputs),
    ...(inputs.reboot === null ? [] : [{ kind: "node-rebooted" as const, ...inputs.reboot }]),
  ];
  const key = (at: When): number => (isPlaced(at) ? at.best : at.reading);
  return found
    .toSorted((a, b) => key(a.at) - key(b.at))
    .map(({ kind, at, evidence }) => ({ kind, at: toInstant(at), evidence: evidence.map(toEvidence) }));
};
