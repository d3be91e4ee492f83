// Hard or soft: from the thresholds in the configuration, the value acted on, and the grace that the kill was given.
import type { KubeletConfig } from "../../model/kubelet.ts";
import { parseQuantity } from "../../parse/kube/quantity.ts";
import type { Draft } from "./draft.ts";

/** Hard evictions override the pod's grace with 0 (≤1.29) or 1 s (1.30+), which the runtime's floor may raise to 2 (eviction_manager.go, kuberuntime minimumGracePeriodInSeconds). */
const MAX_HARD_GRACE_SEC = 2;

const quantityOf = (map: Readonly<Record<string, string>> | null): number | null => {
  const text = map?.["memory.available"];
  return text === undefined ? null : parseQuantity(text);
};

export const kindOf = (draft: Draft, configs: readonly KubeletConfig[]): "hard" | "soft" | null => {
  const grace = draft.rounds.find((round) => round.gracePeriodSec !== null)?.gracePeriodSec ?? null;
  if (grace !== null && grace > MAX_HARD_GRACE_SEC) return "soft";
  if (draft.resource !== "memory") return null;
  const soft = quantityOf(configs.find((c) => c.evictionSoft !== null)?.evictionSoft ?? null);
  const hard = quantityOf(configs.find((c) => c.evictionHard !== null)?.evictionHard ?? null);
  // No soft threshold can be missing from a configz; a file or flags may be overlaid by others.
  if (soft === null)
    return configs.some((c) => c.source === "configz" && c.evictionSoft === null) ||
      (grace !== null && configs.length > 0)
      ? "hard"
      : null;
  const observed = draft.message?.availableBytes ?? null;
  if (observed !== null && hard !== null && observed >= hard && observed < soft) return "soft";
  // Below both: the message shows whichever threshold was met first, the grace tells (unless soft ones have as little).
  const maxGrace = configs.find((c) => c.evictionMaxPodGracePeriodSec !== null)?.evictionMaxPodGracePeriodSec ?? 0;
  return grace !== null && maxGrace > MAX_HARD_GRACE_SEC ? "hard" : null;
};
