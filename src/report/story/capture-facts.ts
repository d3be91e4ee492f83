// Facts of a whole capture: pressure, the least that was available, what was killed and evicted in it.
import type { Analysis, NextCaptureItem } from "../../model/analysis.ts";
import { exactBytes, iec } from "../format/bytes.ts";
import { grouped, percent } from "../format/number.ts";
import { fact, type KeyFact, type Maker, unknown } from "./key-fact.ts";
import { podName } from "./names.ts";
import { hardThreshold, isShared, whyUnknown } from "./story.ts";

export const stalled: Maker = (story, incident) => peakShare(story.a, !isShared(incident));

/** `ofPods`: where the incident is one pod's, its pods' own waits come first. */
function peakShare(a: Analysis, ofPods: boolean): KeyFact {
  const own = a.series.filter((s) => /^pod\/.{1,64}\.psi\.some$/.test(s.id));
  const among = ofPods && own.length > 0 ? own : a.series;
  const label = "Peak wait for memory";
  let best: { id: string; peak: number } | null = null;
  for (const series of among) {
    if (!/psi(\.memory)?\.some$/.test(series.id)) continue;
    const peak = series.values.reduce<number>((m, v) => Math.max(m, v ?? 0), 0);
    if (best === null || peak > best.peak) best = { id: series.id, peak };
  }
  if (best === null) return unknown(label, whyUnknown(a, ["psi"], "no pressure samples"));
  const uid = /^pod\/(.{1,64})\.psi\.some$/.exec(best.id)?.[1];
  const pod = a.pods.find((p) => p.pod.uid === uid);
  const where =
    uid !== undefined
      ? (podName(pod?.pod ?? null) ?? "a pod")
      : best.id.startsWith("kubepods")
        ? "all pods together"
        : "the node";
  return fact(label, percent(best.peak), `of an interval, ${where}: at least one task waited`);
}

export const least: Maker = (story) => leastAvailable(story.a);

export function leastAvailable(a: Analysis): KeyFact {
  const label = "Least memory.available";
  const series = a.series.find((s) => s.id === "node.memory.available.kubelet");
  const values = (series?.values ?? []).filter((v) => v !== null);
  if (values.length === 0) return unknown(label, whyUnknown(a, ["meminfo", "cgroup"], "no sample bears it"));
  const low = Math.min(...values);
  const hard = hardThreshold(a)?.bytes ?? null;
  const note = hard === null ? "no hard threshold for memory is known" : `the hard threshold is ${iec(hard)}`;
  return fact(label, iec(low), note, exactBytes(low));
}

export const kernelKills: Maker = (story) => killCount(story.a);

export function killCount(a: Analysis): KeyFact {
  const n = a.oomKills.reduce((sum, k) => sum + k.count, 0);
  if (n > 0) return fact("Kernel kills", grouped(n), "in the whole capture");
  const kernelLog = a.coverage.sources["kernelLog"] ?? "absent";
  if (kernelLog === "present") return fact("Kernel kills", "none", "the kernel log covers the capture");
  return fact(
    "Kernel kills",
    "none seen",
    kernelLog === "partial" ? "the kernel log has gaps" : "there is no kernel log to exclude one",
  );
}

export const evictionCount = (a: Analysis): KeyFact => {
  const n = a.evictions.length;
  if (n > 0) return fact("Evictions", grouped(n), "in the whole capture");
  const log = a.coverage.sources["kubeletLog"] ?? "absent";
  return log === "present"
    ? fact("Evictions", "none", "the kubelet's log covers the capture")
    : fact("Evictions", "none seen", `the kubelet's log is ${log}`);
};

/** A document of an older version holds none. */
export const nextCapture = (a: Analysis): readonly NextCaptureItem[] => a.nextCapture ?? [];

/** What an item would decide: the verdict itself, or a finding by its id. */
export const questionName = (id: string): string => (id === "verdict" ? "who acted first" : id);
