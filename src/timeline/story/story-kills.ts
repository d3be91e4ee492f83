// OOM kills of the document: the kernel's own (an event counts once, however many files tell it), then those that only the kubelet,
// the API or the runtime tells of and that none of the kernel's can be.
import type { PodRef, QosClass } from "../../model/analysis.ts";
import type { Problem } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import { isPlaced } from "../../model/instant.ts";
import type { StoryKill } from "../../model/timeline.ts";
import { qosOfCgroup } from "../cgroups/cgroup-level.ts";
import type { Clocks } from "../clocks/clocks.ts";
import { toEvidence, toInstant } from "../document/instant.ts";
import type { ToldOomKill } from "../evictions/assembled-eviction.ts";
import { canBe, kubeletOomTold } from "../evictions/oom-told.ts";
import { assembleKills } from "../kills/assemble.ts";
import { type AssembledKill, victimNamed } from "../kills/assembled-kill.ts";
import type { PodIndex } from "../pods/pod-index.ts";
import { counterKills } from "./counter-kills.ts";
import { placedBySamples } from "./kills-by-samples.ts";
import { sampledSpan } from "./sampled-span.ts";
import { badnessOf } from "../victims/badness.ts";

const ownerOf = (cgroup: string | null, index: PodIndex): { pod: PodRef | null; qosClass: QosClass | null } => {
  if (cgroup === null) return { pod: null, qosClass: null };
  const owner = index.ofCgroup(cgroup);
  if (owner !== null) return { pod: owner.pod, qosClass: owner.qosClass };
  return { pod: null, qosClass: qosOfCgroup(cgroup) ?? "system" };
};

const fromKernel = (kill: AssembledKill, id: string, index: PodIndex): StoryKill => {
  const owner = ownerOf(kill.victimCgroup ?? kill.limitedCgroup, index);
  const report = kill.reports[0] ?? null;
  const {
    at,
    constraint,
    scope,
    trigger,
    limitedCgroup,
    victimCgroup,
    usageBytes,
    limitBytes,
    knownFrom,
    count,
    complete,
  } = kill;
  return {
    at,
    invokedAt: kill.invokedAt,
    reapedAt: kill.reapedAt,
    report,
    doc: {
      id,
      at: toInstant(at),
      constraint,
      scope,
      trigger,
      victims: [...kill.victims],
      limitedCgroup,
      victimCgroup,
      usageBytes,
      limitBytes,
      pod: owner.pod,
      qosClass: owner.qosClass,
      badness: report === null ? null : badnessOf(report),
      knownFrom,
      count,
      complete,
      evidence: [...kill.evidence],
    },
  };
};

/** A name for what only others tell: by container id, uid or name. */
const podOf = (told: ToldOomKill, index: PodIndex): { pod: PodRef | null; qosClass: QosClass | null } => {
  const { pod } = told;
  if (pod === null) return { pod: null, qosClass: null };
  const byContainer = pod.containerId === null ? null : index.ofContainerId(pod.containerId);
  const known =
    pod.uid !== null
      ? index.ofUid(pod.uid)
      : pod.name !== null
        ? index.ofName(pod.namespace, pod.name)
        : byContainer?.uid
          ? index.ofUid(byContainer.uid)
          : null;
  const ref = {
    ...pod,
    namespace: pod.namespace ?? byContainer?.namespace ?? known?.pod.namespace ?? null,
    name: pod.name ?? byContainer?.name ?? known?.pod.name ?? null,
    uid: pod.uid ?? byContainer?.uid ?? known?.pod.uid ?? null,
    container: pod.container ?? byContainer?.container ?? null,
  };
  return { pod: ref, qosClass: known?.qosClass ?? null };
};

const fromTold = (told: ToldOomKill, id: string, index: PodIndex): StoryKill => {
  const owner = podOf(told, index);
  const victim = told.pid === null ? [] : [victimNamed(told.pid, told.comm ?? "")];
  return {
    at: told.at,
    invokedAt: null,
    reapedAt: null,
    report: null,
    doc: {
      id,
      at: toInstant(told.at),
      constraint: null,
      // The kubelet's OOM watcher speaks only of kills outside memory cgroups; what a status or a runtime tells proves no scope.
      scope: told.scope === "node" ? "node" : null,
      trigger: { comm: null, pid: null, gfpMask: null, order: null, oomScoreAdj: null },
      victims: victim,
      limitedCgroup: null,
      victimCgroup: null,
      usageBytes: null,
      limitBytes: null,
      pod: owner.pod,
      qosClass: owner.qosClass,
      badness: null,
      knownFrom: told.knownFrom,
      count: told.count,
      complete: false,
      evidence: told.from.map(toEvidence),
    },
  };
};

/** The machine's serial console is written down outside of it, and goes on after the capture was taken. */
const isConsole = (file: string): boolean => /(?:^|\/)[^/]{0,100}console[^/]{0,100}$/.test(file);

/** A stamp without a zone says nothing of a log's end. */
const TOO_WIDE_MS = 3_600_000;

/** The last line that any log but the console's holds; infinite where it is the only one. */
const logsEnd = (facts: Facts, clocks: Clocks): number => {
  const ends = facts.logs
    .filter(({ path }) => !isConsole(path))
    .flatMap((log) => log.coverage.map(({ last }) => clocks.place(last, log.kernel[0]?.bootId ?? null, "other")))
    .filter((at) => at.latest - at.earliest < TOO_WIDE_MS)
    .map(({ latest }) => latest as number);
  return ends.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...ends);
};

/** Last sample of the capture, or last line of its logs; kills that only the console tells after it are no part of what was captured. */
const captureEnd = (facts: Facts, clocks: Clocks): number =>
  sampledSpan(facts.samples, clocks.tick)?.to ?? logsEnd(facts, clocks);

export interface StoryKills {
  readonly kills: readonly StoryKill[];
  readonly problems: readonly Problem[];
}

export const storyKills = (facts: Facts, clocks: Clocks, index: PodIndex): StoryKills => {
  const end = captureEnd(facts, clocks);
  const all = assembleKills(facts.logs, (stamps, bootId) => clocks.place(stamps, bootId, "kernel"));
  const outside = all.filter((kill) => kill.files.every(isConsole) && isPlaced(kill.at) && kill.at.earliest > end);
  const inside = all.filter((kill) => !outside.includes(kill));
  const kernel = inside.map((kill, i) => fromKernel(kill, `kill-${i + 1}`, index));
  const told = kubeletOomTold(facts, (stamps, bootId) => clocks.place(stamps, bootId, "kubelet")).filter(
    (candidate) =>
      !inside.some((kill, i) =>
        canBe(candidate, { at: kill.at, pids: kill.victims.map((v) => v.pid), pod: kernel[i]?.doc.pod ?? null }),
      ),
  );
  const known = placedBySamples(
    [...kernel, ...told.map((candidate, i) => fromTold(candidate, `kill-${kernel.length + i + 1}`, index))],
    { samples: facts.samples, tickAt: clocks.tick, index },
  );
  const counted = counterKills(facts.samples, clocks.tick, known, index);
  return { kills: [...known, ...counted], problems: [...afterCapture(outside), ...reportsLost(counted)] };
};

const afterCapture = (outside: readonly AssembledKill[]): Problem[] => {
  const [first] = outside;
  if (first === undefined) return [];
  return [
    {
      severity: "info",
      code: "kills-after-capture",
      file: first.evidence[0]?.file ?? null,
      line: first.evidence[0]?.line ?? null,
      message: `${outside.length} ${outside.length === 1 ? "kill" : "kills"} that only the serial console tells of lie after the last sample; they are not counted`,
      costs: "what happened after the capture ended is not judged",
    },
  ];
};

const reportsLost = (counted: readonly StoryKill[]): Problem[] =>
  counted.map(({ doc }) => ({
    severity: "warning",
    code: "kill-reports-lost",
    file: doc.evidence[1]?.file ?? null,
    line: doc.evidence[1]?.line ?? null,
    message: `oom_kill rose and no line tells of it: at least ${doc.count} ${doc.count === 1 ? "process was" : "processes were"} killed, reports lost`,
    costs: "who was killed is not known; a kernel log that reaches back to it would tell",
  }));
