// Facts of kills at a limit: how many, which limit, how often.
import { exactBytes, iec } from "../format/bytes.ts";
import { grouped, listed, median, percent, plural } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { brief, fact, type Maker, unknown } from "./key-fact.ts";
import { incidentScope, podName, scopeWords } from "./names.ts";
import { podUnderPressure, whyUnknown } from "./story.ts";

export const deaths: Maker = (story, incident) => {
  const kills = story.killsOf(incident);
  const label = "Killed by the kernel";
  if (kills.length === 0)
    return story.a.coverage.sources["kernelLog"] === "present"
      ? fact(label, "none", "the kernel log covers the capture")
      : unknown(label, whyUnknown(story.a, ["kernelLog"], "the kernel log has gaps"));
  const processes = kills.reduce((n, k) => n + k.count, 0);
  if (processes === 0) return unknown(label, "the OOM killer was invoked, and no line names a victim");
  const of = [
    ...new Set(
      kills
        .map((k) => podName(k.pod))
        .filter((n) => n !== null)
        .map(brief),
    ),
  ];
  const whose =
    of.length === 0
      ? scopeWords(incidentScope(incident, kills))
      : of.length <= 2
        ? listed(of)
        : plural(of.length, "pod");
  return fact(
    label,
    plural(processes, "process", "processes"),
    `in ${plural(kills.filter((k) => k.count > 0).length, "kill")}, ${whose}`,
  );
};

export const limit: Maker = (story, incident) => {
  const kill = story.killsOf(incident).find((k) => k.limitBytes !== null);
  if (kill?.limitBytes == null) return unknown("Limit", "no kernel report in the capture prints it");
  const whose = podName(kill.pod) ?? kill.limitedCgroup;
  const of = whose === null ? "" : ` ${brief(whose)}`;
  return fact("Limit", iec(kill.limitBytes), `of the ${incident.scope}${of}`, exactBytes(kill.limitBytes));
};

export const podLimit: Maker = (story) => {
  const uid = podUnderPressure(story);
  const pod = uid === null ? undefined : story.pods.get(uid);
  if (pod?.limitBytes == null) return unknown("Limit", "no source in the capture states the pod's limit");
  const peak = pod.peak?.workingSetBytes ?? null;
  const whose = brief(podName(pod.pod) ?? "the pod");
  const note = peak === null ? whose : `${whose}, whose working set peaked at ${iec(peak)}`;
  return fact("Limit", iec(pod.limitBytes), note, exactBytes(pod.limitBytes));
};

export const usage: Maker = (story, incident) => {
  const kill = story.killsOf(incident).find((k) => k.usageBytes !== null);
  if (kill?.usageBytes == null) return unknown("Use at the kill", "no kernel report in the capture prints it");
  const share =
    kill.limitBytes === null || kill.limitBytes === 0
      ? ""
      : `${percent(kill.usageBytes / kill.limitBytes)} of the limit`;
  return fact("Use at the kill", iec(kill.usageBytes), share, exactBytes(kill.usageBytes));
};

export const interval: Maker = (story, incident) => {
  const label = "Between kills";
  const times = story
    .killsOf(incident)
    .map((k) => k.at.unixMs ?? (k.at.bootSec === null ? null : k.at.bootSec * 1000))
    .filter((t) => t !== null);
  const rounds = roundsOf(times);
  if (rounds.length < 2) return fact(label, "–", "one round of kills in this incident");
  const steps = rounds.slice(1).map((t, i) => t - (rounds[i] ?? t));
  const middle = median(steps) ?? 0;
  return fact(label, duration(middle), `median of ${plural(rounds.length, "round")} of kills`, `${grouped(middle)} ms`);
};

/** Kills of one moment (a group kill, a retry) are one round. */
function roundsOf(times: readonly number[]): number[] {
  const rounds: number[] = [];
  let last = -Infinity;
  for (const t of times.toSorted((a, b) => a - b)) {
    if (t - last > 2000) rounds.push(t);
    last = t;
  }
  return rounds;
}
