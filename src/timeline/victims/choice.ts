// Why this task and no other: what its size and its oom_score_adj each gave it, who was next, and who would have died had its pod been of
// another quality of service.
import { bytesText } from "../incidents/sentence.ts";
import type { Ranked } from "./badness.ts";

/** What the kubelet sets (pkg/kubelet/qos/policy.go); Burstable lies between, by its request. */
const CLASSES = [
  { name: "Guaranteed", adj: -997 },
  { name: "BestEffort", adj: 1000 },
] as const;

export const rankedName = ({ task, points }: Ranked): string => `${task.comm} (${task.pid}) with ${points} points`;

/** Whose memory it was that ran out: what the points are reckoned in. */
export interface OomScope {
  readonly totalPages: number;
  readonly pageSize: number;
  /** A limit's kill is among tasks that mostly share one value, for they are of one pod. */
  readonly wholeNode: boolean;
}

/** `ranked`: eligible tasks, the chosen one first. */
export const whyChosen = (ranked: readonly Ranked[], { totalPages, pageSize, wholeNode }: OomScope): string | null => {
  const [chosen, next] = ranked;
  if (chosen === undefined) return null;
  const adj = chosen.task.oomScoreAdj ?? 0;
  const step = Math.trunc(totalPages / 1000);
  const own = chosen.points - adj * step;
  const parts = `${own} of its points are its own ${bytesText(own * pageSize)}, ${adj * step} its oom_score_adj of ${adj}`;
  if (next === undefined) return `no other task could be chosen; ${parts}`;
  const others = CLASSES.filter((other) => wholeNode && other.adj !== adj && adj > -997).map((other) => {
    const points = own + other.adj * step;
    const dies =
      points > next.points ? "it would have died all the same" : `${next.task.comm} (${next.task.pid}) would have died`;
    return `with ${other.adj}, as in a ${other.name} pod, it would have had ${points} and ${dies}`;
  });
  return [`next would have been ${rankedName(next)}`, parts, ...others].join("; ");
};
