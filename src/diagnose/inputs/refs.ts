// Lines to cite for what the timeline holds.
import type { Evidence } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { Floor, PlacedEvent, StoryEviction, StoryKill, ThresholdsInForce } from "../../model/timeline.ts";
import { nameOf } from "./cgroup.ts";
import type { Case, Window } from "./incident.ts";

export const refOf = ({ file, line, endLine, text }: Evidence): SourceRef =>
  endLine === null ? { file, line, text } : { file, line, endLine, text };

/** Its first victim, by name. */
export const victimName = (kill: StoryKill): string => kill.doc.victims[0]?.comm ?? "a process";

/** memory.available at a kill of the incident. */
export const floorOf = (floors: readonly Floor[], incident: Case): Floor | null =>
  floors.find((floor) => incident.kills.some((kill) => kill.doc.id === floor.killId)) ?? null;

/** The line that says who was killed, else the first of the report. */
export const killRef = (kill: StoryKill): SourceRef | null => {
  const { evidence } = kill.doc;
  const line = evidence.find((e) => /Killed process/.test(e.text)) ?? evidence[0];
  return line === undefined ? null : refOf(line);
};

export const evictionRef = (eviction: StoryEviction): SourceRef | null => {
  const line = eviction.doc.evidence[0];
  return line === undefined ? null : refOf(line);
};

/** The line of the message that carries "available: …Ki", where one does. */
export const observedRef = (eviction: StoryEviction): SourceRef | null => {
  const line = eviction.doc.evidence.find((e) => /available: -?\d/.test(e.text)) ?? eviction.doc.evidence[0];
  return line === undefined ? null : refOf(line);
};

export const hardRef = (thresholds: ThresholdsInForce): SourceRef | null =>
  thresholds.config?.refs["evictionHard.memory.available"] ??
  thresholds.config?.refs["evictionHard"] ??
  thresholds.refs[0] ??
  null;

export const softRef = (thresholds: ThresholdsInForce): SourceRef | null =>
  thresholds.config?.refs["evictionSoft.memory.available"] ?? thresholds.config?.refs["evictionSoft"] ?? null;

/** Lines of the kubelet within a window, in time order. */
export const linesIn = (
  lines: readonly PlacedEvent<KubeletEvent>[],
  window: Window,
  slackMs = 0,
): readonly PlacedEvent<KubeletEvent>[] =>
  lines.filter(({ at }) => at.best >= window.fromMs - slackMs && at.best <= window.toMs + slackMs);

/** The pods that lost something, by name; the first process where no pod is known. */
export const victimsOf = (incident: Case): string[] => [
  ...new Set(incident.kills.map((kill) => nameOf(kill.doc.pod) ?? victimName(kill))),
];

export const evictedOf = (eviction: StoryEviction): string =>
  eviction.doc.pods.map((pod) => nameOf(pod) ?? pod.uid ?? "a pod").join(", ") || "no pod";
