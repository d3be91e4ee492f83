// Node-pressure evictions, one a decision, from the kubelet's log, the API's Events and pod statuses. Refused admissions, drains, taints,
// preemption, the descheduler and the VPA use the same words and are none.
import type { SourceRef } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import { isPlaced, type When } from "../../model/instant.ts";
import type { KubeEvent, PodFact, PodKey } from "../../model/kubelet.ts";
import { isPodLimitMessage, parseEvictedMessage } from "../../parse/kube/evicted-message.ts";
import { upToBefore } from "../clocks/when.ts";
import type { AssembledEviction, Place } from "./assembled-eviction.ts";
import { addMessage, addPod, type Draft, draftOfRound, finished } from "./draft.ts";
import { kindOf } from "./kind.ts";
import { kubeletLinesOnce } from "./once.ts";
import { isRoundEvent, roundsOf, samePod } from "./rounds.ts";

/** An event's whole seconds and the way from the decision to its event: the two are one where they lie within this. Heuristic. */
const NEAR_MS = 15_000;

/** Null where one of the two is not on the wall clock. */
const near = (a: When, from: When, to: When): boolean | null =>
  isPlaced(a) && isPlaced(from) && isPlaced(to)
    ? a.latest >= from.earliest - NEAR_MS && a.earliest <= to.latest + NEAR_MS
    : null;

/** The manager tries the same pod again until it is gone: those rounds are one eviction. */
const addRounds = (drafts: Draft[], facts: Facts, place: Place): void => {
  for (const round of roundsOf(kubeletLinesOnce(facts.logs, isRoundEvent, place))) {
    const first = round.events[0];
    if (first === undefined) continue;
    const again = drafts.findLast(
      (draft) =>
        !draft.rounds.some((r) => r.end === "cleaned-up") &&
        round.pods.length > 0 &&
        round.pods.every((pod) => draft.pods.some((known) => samePod(known, pod))),
    );
    if (again === undefined) drafts.push(draftOfRound(round, place(first.stamps, first.bootId)));
    else {
      again.rounds.push(round);
      again.from.push(...round.events.map((event) => event.from[0]));
      for (const pod of round.pods) addPod(again, pod);
    }
  }
};

/** Each event once: the API's lists before and after an incident hold the same ones, and kubectl's tables may. */
const eventsOnce = (events: readonly KubeEvent[]): KubeEvent[] => {
  const once = new Map<string, KubeEvent>();
  for (const event of events) {
    const first = event.first[0];
    const { file, line } = event.from[0];
    // An age is no name of an instant: two tables count it from two.
    const place = first === undefined || first.clock === "age" ? `${file}:${line}` : `${first.clock} ${first.ms}`;
    const key = `${event.reason}|${event.object.kind}|${event.object.name}|${event.message}|${place}`;
    const known = once.get(key);
    if (known === undefined || event.count > known.count) once.set(key, event);
  }
  return [...once.values()];
};

const draftOf = (at: When, knownFrom: Draft["knownFrom"], from: readonly SourceRef[]): Draft => ({
  at,
  resource: null,
  message: null,
  trigger: "node-pressure",
  knownFrom,
  pods: [],
  rounds: [],
  told: 1,
  from: [...from],
});

/** One more witness of a pod's eviction: joins the eviction of that pod, or of no pod yet with the same words, or begins one. */
const witness = (
  drafts: Draft[],
  pod: PodKey,
  message: string,
  at: When,
  knownFrom: Draft["knownFrom"],
  from: readonly SourceRef[],
): Draft => {
  const named = pod.name !== null || pod.uid !== null;
  const fits = (draft: Draft): boolean =>
    named
      ? draft.pods.some((known) => samePod(known, pod)) &&
        (draft.pods.some((known) => known.uid !== null && known.uid === pod.uid) ||
          draft.knownFrom !== "log" ||
          near(at, draft.at, lastOf(draft)) !== false)
      : draft.pods.length === 0 &&
        draft.rounds.length === 0 &&
        draft.message !== null &&
        JSON.stringify(draft.message) === JSON.stringify(parseEvictedMessage(message));
  const known = drafts.find(fits);
  const draft = known ?? draftOf(at, knownFrom, []);
  if (known === undefined) drafts.push(draft);
  if (named) addPod(draft, pod);
  addMessage(draft, message);
  draft.from.push(...from);
  return draft;
};

/** Statuses are written long after the decision under pressure: 15 s in one measured capture, not yet after 90 s in another. Heuristic. */
const STATUS_LAG_MS = 300_000;
const lastOf = (draft: Draft): When => ({ ...draft.at, latest: (draft.at.latest + STATUS_LAG_MS) as When["latest"] });

const isEviction = (message: string): boolean => {
  const parsed = parseEvictedMessage(message);
  return !parsed.admission && (parsed.resource !== null || isPodLimitMessage(message));
};

const addEvents = (drafts: Draft[], events: readonly KubeEvent[], place: Place): void => {
  for (const event of events) {
    // kind "" where a table does not name the object; other controllers evict with messages of their own
    if (event.reason !== "Evicted" || event.object.kind === "Node" || !isEviction(event.message)) continue;
    witness(drafts, event.object, event.message, place(event.first, event.from[0].file), "event", event.from);
  }
};

const addThresholdEvents = (drafts: Draft[], events: readonly KubeEvent[], place: Place): void => {
  for (const event of events) {
    // "Attempting to reclaim memory", on the node, once a round (x119 over 21m)
    const resource =
      event.reason === "EvictionThresholdMet"
        ? (/Attempting to reclaim ([\w.-]{1,60})/.exec(event.message)?.[1] ?? null)
        : null;
    if (event.reason !== "EvictionThresholdMet") continue;
    const first = place(event.first, event.from[0].file);
    const last = place(event.last, event.from[0].file);
    const own = drafts.filter(
      (draft) =>
        (draft.resource === resource || draft.resource === null) &&
        draft.trigger === "node-pressure" &&
        near(draft.at, first, last) !== false,
    );
    for (const draft of own) draft.resource ??= resource;
    const [known] = own;
    if (known !== undefined) {
      known.from.push(...event.from);
      if (known.pods.length === 0 && known.rounds.length === 0) known.told = Math.max(known.told, event.count);
      continue;
    }
    drafts.push({ ...draftOf(first, "event", event.from), resource, told: event.count });
  }
};

/** phase Failed, reason Evicted; or the DisruptionTarget condition while the pod still runs. TerminationByKubelet is preemption and node shutdown as well: the message tells. */
const statusOf = (pod: PodFact): { readonly message: string; readonly stamps: Parameters<Place>[0] } | null => {
  const { disruption } = pod;
  if (disruption?.reason === "TerminationByKubelet" && disruption.message !== null && isEviction(disruption.message))
    return { message: disruption.message, stamps: [disruption.at] };
  // startTime is the pod's start, not its eviction
  return pod.reason === "Evicted" && pod.message !== null && isEviction(pod.message)
    ? { message: pod.message, stamps: [] }
    : null;
};

const addStatuses = (drafts: Draft[], pods: readonly PodFact[], place: Place): void => {
  for (const pod of pods) {
    const status = statusOf(pod);
    if (status === null) continue;
    witness(
      drafts,
      { namespace: pod.namespace, name: pod.name, uid: pod.uid },
      status.message,
      upToBefore(place(status.stamps, null), STATUS_LAG_MS, "the pod's condition, set after the decision"),
      "status",
      pod.from,
    );
  }
};

/** "Container runtime did not kill the pod within specified grace period.": the event of "pod failed to evict". */
const addGraceEvents = (drafts: readonly Draft[], events: readonly KubeEvent[]): void => {
  for (const event of events) {
    if (event.reason !== "ExceededGracePeriod") continue;
    drafts.find((draft) => draft.pods.some((pod) => samePod(pod, event.object)))?.from.push(...event.from);
  }
};

const beganAfter = (pod: PodFact, at: When): boolean =>
  pod.startTime !== null && isPlaced(at) && pod.startTime.ms > at.latest;

/** Where no line of the round names the uid, the API's objects do. */
const addUids = (drafts: readonly Draft[], facts: Facts): void => {
  for (const draft of drafts) {
    draft.pods = draft.pods.map((pod) => {
      if (pod.uid !== null || pod.name === null) return pod;
      const uids = new Set(
        facts.pods
          .filter((fact) => fact.uid !== null && samePod(fact, pod) && !beganAfter(fact, draft.at))
          .map((fact) => fact.uid),
      );
      const [uid] = uids;
      // a StatefulSet's pod has a new uid with each incarnation: then the name decides nothing
      return uids.size === 1 && uid !== undefined ? { ...pod, uid } : pod;
    });
  }
};

export const assembleEvictions = (facts: Facts, place: Place): AssembledEviction[] => {
  const drafts: Draft[] = [];
  const events = eventsOnce(facts.events);
  addRounds(drafts, facts, place);
  addEvents(drafts, events, place);
  addStatuses(drafts, facts.pods, place);
  addThresholdEvents(drafts, events, place);
  addGraceEvents(drafts, events);
  addUids(drafts, facts);
  return drafts
    .map((draft) => finished(draft, kindOf(draft, facts.configs), place))
    .filter((eviction) => eviction !== null)
    .toSorted((a, b) => sortKey(a.at) - sortKey(b.at));
};

/** For display: what cannot be placed stands last, in the order in which it was read. */
const sortKey = (when: When): number => (isPlaced(when) ? when.best : Number.MAX_VALUE);
