// What the kubelet saw and what it did about it: its signals over the ticks, its evictions, and which signal each one acted on.
import type { PodRef } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import type { StoryEviction, ThresholdsInForce, Timeline } from "../../model/timeline.ts";
import { allocatableVariant, nodeVariants, type VariantSeries } from "../available/memory-available.ts";
import type { Clocks } from "../clocks/clocks.ts";
import { assembleEvictions } from "../evictions/assemble.ts";
import { kubeletVersionOf } from "../node/node-facts.ts";
import type { PodIndex } from "../pods/pod-index.ts";
import { thresholdsInForce } from "../thresholds/in-force.ts";
import { type FittedEviction, storyEvictions } from "./story-evictions.ts";

export interface Signals {
  readonly thresholds: ThresholdsInForce;
  readonly evictions: readonly StoryEviction[];
  readonly available: Timeline["available"];
  readonly allocatable: Timeline["allocatable"];
}

/** A pod as one source names it, with what the others know of it. */
const namer =
  (index: PodIndex) =>
  (pod: PodRef): PodRef => {
    const byName = pod.name === null ? null : index.ofName(pod.namespace, pod.name);
    const known = pod.uid === null ? byName : index.ofUid(pod.uid);
    if (known === null) return pod;
    const { namespace, name, uid } = known.pod;
    return { ...pod, namespace: pod.namespace ?? namespace, name: pod.name ?? name, uid: pod.uid ?? uid };
  };

/** The variant that fits what the kubelet printed; else the newest that can be computed. */
const chosenVariant = (
  variants: readonly VariantSeries[],
  evictions: readonly FittedEviction[],
): Timeline["available"] => {
  const fit = evictions.find((eviction) => eviction.fit?.series.signal === "memory.available")?.fit ?? null;
  const chosen = fit?.series ?? variants[0];
  return chosen ? { variant: chosen.variant, fitted: fit !== null, samples: chosen.samples } : null;
};

export const readSignals = (facts: Facts, clocks: Clocks, index: PodIndex, memTotalBytes: number | null): Signals => {
  const assembled = assembleEvictions(facts, (stamps, bootId) => clocks.place(stamps, bootId, "kubelet")).filter(
    (eviction) => eviction.trigger === "node-pressure",
  );
  const told = assembled.flatMap((e): { bytes: number; ref: SourceRef }[] =>
    e.thresholdBytes === null || e.resource !== "memory" ? [] : [{ bytes: e.thresholdBytes, ref: e.from[0] }],
  );
  const thresholds = thresholdsInForce(facts, memTotalBytes, told);
  const node = nodeVariants(facts.samples, clocks.tick, kubeletVersionOf(facts));
  const kubepods = allocatableVariant(facts.samples, clocks.tick);
  const variants = kubepods === null ? node : [...node, kubepods];
  const fitted = storyEvictions(assembled, variants, thresholds, namer(index));
  return {
    thresholds,
    evictions: fitted.map(({ story }) => story),
    available: chosenVariant(node, fitted),
    allocatable:
      kubepods === null || kubepods.limitBytes === null
        ? null
        : { variant: kubepods.variant, limitBytes: kubepods.limitBytes, samples: kubepods.samples },
  };
};
