import type { StoryUserspaceKill } from "../../model/timeline.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import type { AssembledUserspaceKill } from "../evictions/assembled-eviction.ts";

export const storyUserspaceKills = (kills: readonly AssembledUserspaceKill[]): StoryUserspaceKill[] =>
  kills.map((kill, i) => ({
    at: kill.at,
    doc: {
      id: `userspace-kill-${i + 1}`,
      at: toInstant(kill.at),
      daemon: kill.daemon,
      target: kill.target,
      reason: kill.reason,
      evidence: kill.from.map(toEvidence),
    },
  }));
