// The kubelet's cases, and what a log says in lines that a case can be written in.
import type { KubeletEvent, PodFact, PodKey, SystemEvent } from "../../../src/model/kubelet.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { buildClocks } from "../../../src/timeline/clocks/clocks.ts";
import { assembleEvictions } from "../../../src/timeline/evictions/assemble.ts";
import { kubeletOomTold } from "../../../src/timeline/evictions/oom-told.ts";
import { assembleUserspaceKills } from "../../../src/timeline/evictions/userspace-kills.ts";
import { capturedFile, factsOfFiles } from "../../timeline/evictions/facts-of.ts";
import { casesIn } from "../cases.ts";

/** `recorded`: files of recorded nodes, as they are. */
export const { cases, others: recorded } = casesIn("kubelet", /\.txt$/);

export const readCase = (log: Uint8Array, path = "node.log", chunkSize?: number): Promise<Facts> =>
  factsOfFiles([capturedFile(path, log, chunkSize)]);

const words = (pairs: Readonly<Record<string, string | number | boolean | null | undefined>>): string =>
  Object.entries(pairs)
    .flatMap(([name, value]) => {
      if (value === null || value === undefined || value === false || value === "") return [];
      return [value === true ? name : `${name}=${value}`];
    })
    .join(" ");

const podText = (pod: PodKey | null): string | null =>
  pod === null || (pod.name === null && pod.uid === null)
    ? null
    : `${pod.namespace === null ? "" : `${pod.namespace}/`}${pod.name ?? ""}${pod.uid === null ? "" : `(${pod.uid})`}`;
const podsText = (pods: readonly PodKey[]): string => pods.map(podText).join(",");

const kubeletLine = (event: KubeletEvent): string => {
  switch (event.kind) {
    case "observation":
      return words({
        signal: event.signal,
        available: event.availableBytes,
        capacity: event.capacityBytes,
        threshold: event.thresholdBytes,
        log: event.log,
      });
    case "criteria-not-met":
      return words({
        signal: event.signal,
        threshold: event.thresholdBytes,
        graceMs: event.gracePeriodMs,
        heldMs: event.heldMs,
      });
    case "notifier":
      return `${event.what} ${event.threshold}`;
    case "node-conditions":
      return `${event.what} ${event.conditions.join(",")}`;
    case "sys-oom":
      return words({ pid: event.victimPid, comm: event.victimComm, death: event.timeOfDeath !== null });
    case "pleg":
      return words({
        what: event.what,
        pod: podText(event.pod),
        id: event.containerId?.slice(0, 12),
        exit: event.exitCode,
      });
    case "node-event":
      return event.event;
    case "starving":
      return event.what;
    case "started":
      return event.version ?? "-";
    case "flag":
      return `${event.name}=${event.value}`;
    case "crash-loop":
      return words({ pod: podText(event.pod), container: event.container });
    case "shutdown":
      return event.summary;
    default:
      return "pods" in event
        ? words({
            pods: podsText(event.pods),
            container: event.container,
            graceSec: event.gracePeriodSec,
            error: event.error,
            message: event.message,
          })
        : (event.resource ?? "-");
  }
};

const systemLine = (event: SystemEvent): string => {
  switch (event.kind) {
    case "task-oom":
      return event.containerId.slice(0, 12);
    case "task-exit":
      return words({ id: event.containerId.slice(0, 12), exit: event.exitCode, pid: event.exitedPid });
    case "userspace-kill":
      return words({ daemon: event.daemon, target: event.target, pid: event.victimPid });
    case "journal-lost":
      return words({ count: event.count });
    case "boot":
      return "";
    default:
      return event.unit;
  }
};

const podLine = (pod: PodFact): string =>
  words({
    pod: podText({ namespace: pod.namespace, name: pod.name, uid: pod.uid ?? pod.hash }),
    qos: pod.qosClass,
    reason: pod.reason,
    request: pod.requestBytes,
    limit: pod.limitBytes,
    ended: pod.containers
      .flatMap((c) => [c.lastState, c.state].map((state) => ({ name: c.name, state })))
      .flatMap(({ name, state }) =>
        state?.state === "terminated" ? [`${name}:${state.reason ?? "-"}/${state.exitCode ?? "-"}`] : [],
      )
      .join(","),
  });

/** All that one input says, a fact a line: what was decided and told first, then every line that was kept. */
export const describeCase = (facts: Facts): string[] => {
  const clocks = buildClocks(facts);
  const of = (speaker: "kubelet" | "other") => (stamps: Parameters<typeof clocks.place>[0], boot: string | null) =>
    clocks.place(stamps, boot, speaker);
  const line = (head: string, text: string): string => `${head}: ${text}`.trimEnd();
  return [
    ...facts.logs.map((log) => line("FORMAT", log.format)),
    ...assembleEvictions(facts, of("kubelet")).map((e) =>
      line(
        "EVICTION",
        words({
          resource: e.resource,
          pods: podsText(e.pods),
          threshold: e.thresholdBytes,
          observed: e.observedBytes,
          trigger: e.trigger === "node-pressure" ? null : e.trigger,
          ranked: e.ranked.length || null,
          refused: podsText(e.refused),
          graceSec: e.gracePeriodSec,
          killFailed: e.killFailed,
          completed: e.completedAt !== null,
          timedOut: e.timedOutAt !== null,
          nothing: e.failed,
          rounds: e.rounds === 1 ? null : e.rounds,
          from: e.knownFrom === "log" ? null : e.knownFrom,
        }),
      ),
    ),
    ...kubeletOomTold(facts, of("other")).map((t) =>
      line(
        "TOLD",
        words({
          by: t.source,
          pid: t.pid,
          comm: t.comm,
          scope: t.scope,
          pod: podText(t.pod),
          container: t.pod?.container,
          id: t.pod?.containerId?.slice(0, 12),
          unit: t.pod === null ? t.unit : null,
          count: t.count === 1 ? null : t.count,
        }),
      ),
    ),
    ...assembleUserspaceKills(facts, of("other")).map((k) =>
      line("USERSPACE", words({ by: k.daemon, target: k.target, pid: k.victimPid })),
    ),
    ...facts.logs.flatMap((log) => log.kubelet.map((event) => line(event.kind, kubeletLine(event)))),
    ...facts.logs.flatMap((log) => log.system.map((event) => line(event.kind, systemLine(event)))),
    ...facts.events.map((event) =>
      line(
        "event",
        words({
          reason: event.reason,
          kind: event.object.kind,
          of: podText(event.object),
          by: event.component,
          host: event.host,
          count: event.count === 1 ? null : event.count,
          timed: event.first.some(({ clock }) => clock !== "age"),
        }),
      ),
    ),
    ...facts.pods.map((pod) => line("pod", podLine(pod))),
    ...facts.nodes.map((node) =>
      line(
        "node",
        words({
          name: node.name,
          capacity: node.capacityMemoryBytes,
          allocatable: node.allocatableMemoryBytes,
          kubelet: node.kubeletVersion,
          conditions: node.conditions.map((c) => `${c.type}=${c.status}`).join(","),
        }),
      ),
    ),
    ...facts.problems.map((problem) => line("PROBLEM", `${problem.code} ${problem.line ?? "-"}`)),
  ];
};
