// Kernel OOM kills as others tell of them: the kubelet's OOM watcher, Events, container statuses, the runtime, systemd. Candidates with what
// identity they have; where the kernel's own line is there too, it is the same kill and these are its witnesses.
import type { PodRef } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import { isPlaced, type When } from "../../model/instant.ts";
import type { KubeEvent, KubeletEvent, PodFact, SystemEvent } from "../../model/kubelet.ts";
import { placeOfCgroup } from "../cgroups/cgroup-level.ts";
import { upToBefore } from "../clocks/when.ts";
import { buildPodIndex, type PodIndex } from "../pods/pod-index.ts";
import type { Place, ToldOomKill } from "./assembled-eviction.ts";
import { kubeletLinesOnce } from "./once.ts";

type Told = Omit<ToldOomKill, "from"> & { readonly from: readonly SourceRef[] };

/** A pid is not used again this soon; a SystemOOM event is made up to tens of seconds after the kill. Heuristic. */
const SAME_PID_MS = 600_000;
/** Runtime, systemd and status tell of one container's kill within this. Heuristic. */
const SAME_CONTAINER_MS = 60_000;
/**
 * An event, a container's end or the runtime's line is made after the kill: 10 to 15 s in measured captures, and under a stall as late as
 * journald receives a line. Heuristic.
 */
const TOLD_LAG_MS = 60_000;
const MAX_REFS = 12;

/** A receipt is that much wider already, and the kubelet's TimeOfDeath is the kill's own stamp. */
const ofTheKill = ({ at }: Told): When =>
  at.clock === "time-of-death" || at.clock.startsWith("receipt")
    ? at
    : upToBefore(at, TOLD_LAG_MS, `told of after the kill, by up to ${TOLD_LAG_MS / 1000} s`);

const apart = (a: When, b: When): number =>
  isPlaced(a) && isPlaced(b) ? Math.max(0, Math.max(a.earliest, b.earliest) - Math.min(a.latest, b.latest)) : 0;

const sysOom = (event: Extract<KubeletEvent, { readonly kind: "sys-oom" }>, place: Place): Told => ({
  source: "sys-oom",
  knownFrom: "event",
  // The kubelet tells late, and tells again at its start what the ring still holds: the time of death is the kill's.
  at: place(event.timeOfDeath === null ? event.stamps : [event.timeOfDeath], event.bootId),
  pid: event.victimPid,
  comm: event.victimComm,
  scope: "node",
  pod: null,
  unit: null,
  count: 1,
  from: event.from,
});

/** "System OOM encountered, victim process: stress, pid: 3103923"   kubelet oom_watcher_linux.go */
const SYSTEM_OOM = /System OOM encountered(?:, victim process: (.{0,64}?), pid: (\d{1,10}))?/;
/** The kernel's line as node-problem-detector's event repeats it; older kernels' two lines are joined, the second names the process killed. */
const KILLED = /Killed process (\d{1,10})(?:,UID \d{1,10},)? \((.{1,64}?)\)(?=,? (?:total-vm|UID|vm-)|,|$)/;
const KILL = /Kill process (\d{1,10}) \((.{1,64}?)\) score/;

const systemOom = (event: KubeEvent, place: Place): Told | null => {
  const at = place(event.last.length > 0 && event.count > 1 ? event.last : event.first, event.from[0].file);
  const base = { at, pod: null, unit: null, count: event.count, from: event.from, knownFrom: "event" as const };
  if (event.reason === "SystemOOM") {
    const match = SYSTEM_OOM.exec(event.message);
    if (match === null) return null;
    return {
      ...base,
      source: "SystemOOM",
      scope: "node",
      pid: match[2] === undefined ? null : Number(match[2]),
      comm: match[1] || null,
    };
  }
  if (event.reason !== "OOMKilling") return null;
  const text = event.message.slice(0, 2000);
  const match = KILLED.exec(text) ?? KILL.exec(text);
  if (match === null) return null;
  return {
    ...base,
    source: "OOMKilling",
    scope: /Memory cgroup out of memory/.test(text) ? "memcg" : null,
    pid: Number(match[1]),
    comm: match[2] ?? null,
  };
};

const statusesOf = (pod: PodFact, place: Place): Told[] => {
  const ref = (container: string | null, containerId: string | null): PodRef => ({
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid ?? pod.hash,
    container: container || null,
    containerId,
  });
  const base = {
    source: "OOMKilled",
    knownFrom: "status",
    pid: null,
    comm: null,
    scope: null,
    unit: null,
    count: 1,
  } as const;
  const told: Told[] = pod.containers.flatMap((container) =>
    [container.state, container.lastState].flatMap((state) =>
      state?.state === "terminated" && state.reason === "OOMKilled"
        ? [
            {
              ...base,
              at: place(state.finishedAt === null ? [] : [state.finishedAt], null),
              pod: ref(container.name, state.id ?? container.id),
              from: [state.from],
            },
          ]
        : [],
    ),
  );
  // `kubectl get pods`: the STATUS column does not say which container
  if (pod.reason === "OOMKilled" && pod.containers.length === 0)
    told.push({ ...base, at: place([], null), pod: ref(null, null), from: pod.from });
  return told;
};

/** cri-containerd-25a3….scope, crio-25a3….scope; kubepods-burstable-pod5931aa75_….slice */
const CONTAINER_UNIT = /^(?:cri-containerd|crio|docker|libpod)-([0-9a-f]{64})\.scope$/;

const systemTold = (event: SystemEvent, place: Place): Told | null => {
  const base = {
    knownFrom: "runtime",
    at: place(event.stamps, event.bootId),
    pid: null,
    comm: null,
    scope: null,
    count: 1,
    from: event.from,
  } as const;
  const ofContainer = (containerId: string): PodRef => ({
    namespace: null,
    name: null,
    uid: null,
    container: null,
    containerId,
  });
  if (event.kind === "task-oom") return { ...base, source: "TaskOOM", unit: null, pod: ofContainer(event.containerId) };
  if (event.kind !== "unit-oom" && !(event.kind === "unit-failed" && event.summary.includes("'oom-kill'"))) return null;
  const id = CONTAINER_UNIT.exec(event.unit)?.[1];
  const uid = placeOfCgroup(`/kubepods.slice/${event.unit}`).uid;
  const pod =
    id !== undefined
      ? ofContainer(id)
      : uid === null
        ? null
        : { namespace: null, name: null, uid, container: null, containerId: null };
  return { ...base, source: "unit", unit: event.unit, pod };
};

/** conmon cuts ids at 20 digits, crictl at 13, docker at 12: fewer are none. */
const sameId = (a: string, b: string): boolean => a === b || a.startsWith(b) || b.startsWith(a);

const joinsPod = (a: PodRef | null, b: PodRef | null): boolean => {
  if (a === null || b === null) return false;
  if (a.containerId !== null && b.containerId !== null) return sameId(a.containerId, b.containerId);
  if (a.uid !== null && b.uid !== null)
    return a.uid === b.uid && (a.container === null || b.container === null || a.container === b.container);
  return (
    a.name !== null &&
    a.name === b.name &&
    a.namespace === b.namespace &&
    (a.container === null || b.container === null || a.container === b.container)
  );
};

const isSame = (a: Told, b: Told): boolean => {
  if (a.pid !== null || b.pid !== null)
    return (
      a.pid === b.pid && (a.comm === null || b.comm === null || a.comm === b.comm) && apart(a.at, b.at) <= SAME_PID_MS
    );
  if (a.unit !== null && a.unit === b.unit) return apart(a.at, b.at) <= SAME_CONTAINER_MS;
  // Two ends of one container in one status are two kills, however short its life was.
  if (a.source === "OOMKilled" && b.source === "OOMKilled")
    return (
      joinsPod(a.pod, b.pod) && isPlaced(a.at) === isPlaced(b.at) && (!isPlaced(a.at) || a.at.reading === b.at.reading)
    );
  return joinsPod(a.pod, b.pod) && apart(a.at, b.at) <= SAME_CONTAINER_MS;
};

/** Runtime and systemd know ids only; what names them joins their word to a status. */
const identified = (index: PodIndex, pod: PodRef | null): PodRef | null => {
  if (pod === null) return null;
  const byId = pod.containerId === null ? null : index.ofContainerId(pod.containerId);
  const byUid = pod.uid === null ? null : (index.ofUid(pod.uid)?.pod ?? null);
  return unionOfPods(pod, byId ?? byUid);
};

const unionOfPods = (a: PodRef | null, b: PodRef | null): PodRef | null =>
  a === null || b === null
    ? (a ?? b)
    : {
        namespace: a.namespace ?? b.namespace,
        name: a.name ?? b.name,
        uid: a.uid ?? b.uid,
        container: a.container ?? b.container,
        containerId: a.containerId ?? b.containerId,
      };

/** The kubelet's own line comes first, its event, node-problem-detector's, then statuses, the runtime and systemd: the first of a kill speaks. */
export const kubeletOomTold = (facts: Facts, place: Place): ToldOomKill[] => {
  const all: (Told | null)[] = [
    ...kubeletLinesOnce(facts.logs, (event) => event.kind === "sys-oom", place).flatMap(({ event }) =>
      event.kind === "sys-oom" ? [sysOom(event, place)] : [],
    ),
    ...facts.events.map((event) => systemOom(event, place)),
    ...facts.pods.flatMap((pod) => statusesOf(pod, place)),
    ...facts.logs.flatMap((log) => log.system.map((event) => systemTold(event, place))),
  ];
  const index = buildPodIndex(facts);
  const kills: Told[] = [];
  for (const candidate of all) {
    if (candidate === null) continue;
    const told = { ...candidate, pod: identified(index, candidate.pod) };
    const at = kills.findIndex((kill) => isSame(kill, told));
    const known = kills[at];
    if (known === undefined) kills.push(told);
    else {
      const from = known.from.length < MAX_REFS ? [...known.from, ...told.from] : known.from;
      kills[at] = {
        ...known,
        comm: known.comm ?? told.comm,
        scope: known.scope ?? told.scope,
        pod: unionOfPods(known.pod, told.pod),
        unit: known.unit ?? told.unit,
        count: Math.max(known.count, told.count),
        from,
      };
    }
  }
  return kills.flatMap((kill) => {
    const [first, ...more] = kill.from;
    return first === undefined ? [] : [{ ...kill, at: ofTheKill(kill), from: [first, ...more] as const }];
  });
};

/** Whether a candidate can be the kill that the kernel's log tells of: it then adds nothing but evidence. */
export const canBe = (
  told: ToldOomKill,
  kill: { readonly at: When; readonly pids: readonly number[]; readonly pod: PodRef | null },
): boolean => {
  if (told.pid !== null) return kill.pids.includes(told.pid) && apart(told.at, kill.at) <= SAME_PID_MS;
  if (told.pod !== null && kill.pod !== null && !joinsPod(told.pod, kill.pod)) return false;
  return apart(told.at, kill.at) <= SAME_PID_MS;
};
