// Pairs of findings of which at most one may hold for one incident: each says what the other denies.
import type { Finding } from "../../../src/model/analysis.ts";

const PAIRS: readonly (readonly [string, string])[] = [
  // How the pod's memory grew.
  ["steady-leak", "allocation-burst"],
  ["limit-below-working-set", "steady-leak"],
  ["limit-below-working-set", "allocation-burst"],
  ["limit-below-working-set", "tmpfs-charged-to-pod"],
  ["limit-below-working-set", "thread-or-map-overhead"],
  // Whether the kubelet could react, and whether it did.
  ["kernel-faster-than-loop", "threshold-below-floor"],
  ["threshold-too-small", "threshold-below-floor"],
  ["kernel-faster-than-loop", "eviction-blocked"],
  ["threshold-too-small", "eviction-blocked"],
  ["eviction-not-enforced", "threshold-below-floor"],
  ["eviction-not-enforced", "threshold-too-small"],
  ["eviction-not-enforced", "eviction-blocked"],
  ["eviction-not-enforced", "stale-observation-eviction"],
  ["eviction-not-enforced", "soft-grace-too-long"],
  // Memory that could be dropped at once does not make anybody reclaim or wait.
  ["page-cache-counted-as-used", "kswapd-outrun"],
  ["page-cache-counted-as-used", "direct-reclaim-storm"],
  ["page-cache-counted-as-used", "refault-thrash"],
  ["page-cache-counted-as-used", "kernel-memory-unseen"],
  // Who took it.
  ["culprit-outside-pods", "kubepods-exhausted"],
  ["culprit-outside-pods", "tmpfs-charged-to-pod"],
  ["culprit-outside-pods", "steady-leak"],
  ["group-kill", "half-alive"],
];

export const contradictions = (findings: readonly Finding[]): readonly string[] => {
  const held = (id: string): readonly string[] =>
    findings.find((f) => f.id === id && f.verdict === "holds")?.incidentIds ?? [];
  return PAIRS.filter(([a, b]) => held(a).some((incident) => held(b).includes(incident))).map(
    ([a, b]) => `${a} and ${b}`,
  );
};

/** Every id above is a rule's. */
export const contradicting: readonly string[] = [...new Set(PAIRS.flat())];
