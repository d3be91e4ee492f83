// All rules, in the order of their groups.
import { groupKill } from "./container/group-kill.ts";
import { limitBelowWorkingSet } from "./container/limit-below-working-set.ts";
import { restartLoop } from "./container/restart-loop.ts";
import { slabGrowth } from "./kernel-memory/slab-growth.ts";
import { kubepodsExhausted } from "./limits/kubepods-exhausted.ts";
import { memoryHighThrottling } from "./memory-qos/memory-high-throttling.ts";
import { kernelMemoryUnseen } from "./blind-spots/kernel-memory-unseen.ts";
import { pageCacheCountedAsUsed } from "./page-cache/page-cache-counted-as-used.ts";
import { tmpfsChargedToPod } from "./page-cache/tmpfs-charged-to-pod.ts";
import { evictionBlocked } from "./race/eviction-blocked.ts";
import { evictionFreedTooLittle } from "./race/eviction-freed-too-little.ts";
import { evictionNotEnforced } from "./race/eviction-not-enforced.ts";
import { kernelFasterThanLoop } from "./race/kernel-faster-than-loop.ts";
import { kubeletStarved } from "./race/kubelet-starved.ts";
import { softGraceTooLong } from "./race/soft-grace-too-long.ts";
import { staleObservationEviction } from "./race/stale-observation-eviction.ts";
import { thresholdBelowFloor } from "./race/threshold-below-floor.ts";
import { thresholdTooSmall } from "./race/threshold-too-small.ts";
import type { Rule } from "./rule.ts";
import { culpritOutsidePods } from "./victims/culprit-outside-pods.ts";

export const RULES: readonly Rule[] = [
  kernelFasterThanLoop,
  thresholdBelowFloor,
  thresholdTooSmall,
  softGraceTooLong,
  staleObservationEviction,
  evictionFreedTooLittle,
  evictionBlocked,
  kubeletStarved,
  evictionNotEnforced,
  kernelMemoryUnseen,
  pageCacheCountedAsUsed,
  tmpfsChargedToPod,
  limitBelowWorkingSet,
  groupKill,
  restartLoop,
  kubepodsExhausted,
  culpritOutsidePods,
  slabGrowth,
  memoryHighThrottling,
];
