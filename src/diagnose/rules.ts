// All rules, in the order of their groups.
import { balloonShrunk } from "./blind-spots/balloon-shrunk.ts";
import { hugepagesReserved } from "./blind-spots/hugepages-reserved.ts";
import { kernelMemoryUnseen } from "./blind-spots/kernel-memory-unseen.ts";
import { unaccountedMemory } from "./blind-spots/unaccounted-memory.ts";
import { allocationBurst } from "./container/allocation-burst.ts";
import { groupKill } from "./container/group-kill.ts";
import { halfAlive } from "./container/half-alive.ts";
import { limitBelowWorkingSet } from "./container/limit-below-working-set.ts";
import { restartLoop } from "./container/restart-loop.ts";
import { runtimeHeapMismatch } from "./container/runtime-heap-mismatch.ts";
import { steadyLeak } from "./container/steady-leak.ts";
import { threadOrMapOverhead } from "./container/thread-or-map-overhead.ts";
import { dyingCgroups } from "./kernel-memory/dying-cgroups.ts";
import { slabGrowth } from "./kernel-memory/slab-growth.ts";
import { socketOrConntrackMemory } from "./kernel-memory/socket-or-conntrack-memory.ts";
import { kubepodsExhausted } from "./limits/kubepods-exhausted.ts";
import { nodeOvercommitted } from "./limits/node-overcommitted.ts";
import { podLimitReached } from "./limits/pod-limit-reached.ts";
import { reservationTooSmall } from "./limits/reservation-too-small.ts";
import { highWouldHave } from "./memory-qos/high-would-have.ts";
import { memoryHighThrottling } from "./memory-qos/memory-high-throttling.ts";
import { protectionMissing } from "./memory-qos/protection-missing.ts";
import { protectionOvercommitted } from "./memory-qos/protection-overcommitted.ts";
import { aftermath } from "./others/aftermath.ts";
import { panicOrWatchdog } from "./others/panic-or-watchdog.ts";
import { userspaceKiller } from "./others/userspace-killer.ts";
import { dirtyPageBacklog } from "./page-cache/dirty-page-backlog.ts";
import { pageCacheCountedAsUsed } from "./page-cache/page-cache-counted-as-used.ts";
import { tmpfsChargedToPod } from "./page-cache/tmpfs-charged-to-pod.ts";
import { cpuThrottledPressure } from "./psi/cpu-throttled-pressure.ts";
import { firstStalled } from "./psi/first-stalled.ts";
import { evictionBlocked } from "./race/eviction-blocked.ts";
import { evictionFreedTooLittle } from "./race/eviction-freed-too-little.ts";
import { evictionNotEnforced } from "./race/eviction-not-enforced.ts";
import { kernelFasterThanLoop } from "./race/kernel-faster-than-loop.ts";
import { kubeletStarved } from "./race/kubelet-starved.ts";
import { softGraceTooLong } from "./race/soft-grace-too-long.ts";
import { staleObservationEviction } from "./race/stale-observation-eviction.ts";
import { thresholdBelowFloor } from "./race/threshold-below-floor.ts";
import { thresholdTooSmall } from "./race/threshold-too-small.ts";
import { directReclaimStorm } from "./reclaim/direct-reclaim-storm.ts";
import { highOrderFragmentation } from "./reclaim/high-order-fragmentation.ts";
import { kswapdOutrun } from "./reclaim/kswapd-outrun.ts";
import { minTtlKill } from "./reclaim/min-ttl-kill.ts";
import { refaultThrash } from "./reclaim/refault-thrash.ts";
import { swapFull } from "./reclaim/swap-full.ts";
import { swapThrash } from "./reclaim/swap-thrash.ts";
import { watermarkBoosted } from "./reclaim/watermark-boosted.ts";
import { watermarkLow } from "./reclaim/watermark-low.ts";
import { zoneOrNumaImbalance } from "./reclaim/zone-or-numa-imbalance.ts";
import type { Rule } from "./rule.ts";
import { culpritOutsidePods } from "./victims/culprit-outside-pods.ts";
import { nodeAgentKilled } from "./victims/node-agent-killed.ts";
import { protectedPodKilled } from "./victims/protected-pod-killed.ts";
import { victimNotLargest } from "./victims/victim-not-largest.ts";
import { wrongOomScoreAdj } from "./victims/wrong-oom-score-adj.ts";

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
  unaccountedMemory,
  hugepagesReserved,
  balloonShrunk,
  pageCacheCountedAsUsed,
  dirtyPageBacklog,
  tmpfsChargedToPod,
  limitBelowWorkingSet,
  steadyLeak,
  allocationBurst,
  runtimeHeapMismatch,
  threadOrMapOverhead,
  groupKill,
  halfAlive,
  restartLoop,
  podLimitReached,
  kubepodsExhausted,
  nodeOvercommitted,
  reservationTooSmall,
  nodeAgentKilled,
  protectedPodKilled,
  victimNotLargest,
  wrongOomScoreAdj,
  culpritOutsidePods,
  slabGrowth,
  dyingCgroups,
  socketOrConntrackMemory,
  kswapdOutrun,
  directReclaimStorm,
  refaultThrash,
  watermarkLow,
  watermarkBoosted,
  zoneOrNumaImbalance,
  highOrderFragmentation,
  swapFull,
  swapThrash,
  minTtlKill,
  memoryHighThrottling,
  protectionMissing,
  protectionOvercommitted,
  highWouldHave,
  firstStalled,
  cpuThrottledPressure,
  userspaceKiller,
  panicOrWatchdog,
  aftermath,
];
