// An eviction while it is put together from log rounds, events and pod statuses.
import type { PodRef } from "../../model/analysis.ts";
import type { SourceRef } from "../../model/evidence.ts";
import type { When } from "../../model/instant.ts";
import type { EvictedMessage, KubeletEvent, PodKey } from "../../model/kubelet.ts";
import { isPodLimitMessage, parseEvictedMessage } from "../../parse/kube/evicted-message.ts";
import type { AssembledEviction, Place } from "./assembled-eviction.ts";
import { refsOf } from "./once.ts";
import { type Round, samePod } from "./rounds.ts";

export interface Draft {
  at: When;
  resource: string | null;
  message: EvictedMessage | null;
  trigger: AssembledEviction["trigger"];
  knownFrom: AssembledEviction["knownFrom"];
  pods: PodKey[];
  rounds: Round[];
  /** What the evidence counts, where no log shows each round. */
  told: number;
  readonly from: SourceRef[];
}

/** The evidence of a long retry loop is its beginning and its end. */
const MAX_REFS = 24;

export const draftOfRound = (round: Round, at: When): Draft => {
  const message = round.message === null ? null : parseEvictedMessage(round.message);
  return {
    at,
    resource: round.resource ?? message?.resource ?? null,
    message,
    trigger: round.message !== null && isPodLimitMessage(round.message) ? "pod-limit" : "node-pressure",
    knownFrom: "log",
    pods: [...round.pods],
    rounds: [round],
    told: 1,
    from: refsOf(round.events),
  };
};

export const addPod = (draft: Draft, pod: PodKey): void => {
  const at = draft.pods.findIndex((known) => samePod(known, pod));
  const known = draft.pods[at];
  if (known === undefined) draft.pods.push(pod);
  else
    draft.pods[at] = {
      namespace: known.namespace ?? pod.namespace,
      name: known.name ?? pod.name,
      uid: known.uid ?? pod.uid,
    };
};

export const addMessage = (draft: Draft, text: string): void => {
  const message = parseEvictedMessage(text);
  draft.message ??= message;
  draft.resource ??= message.resource;
  if (isPodLimitMessage(text)) draft.trigger = "pod-limit";
};

/** Resources that name one signal (eviction/helpers.go signalToResource); "memory", "ephemeral-storage" and "inodes" name several. */
const SIGNALS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    nodefs: "nodefs.available",
    imagefs: "imagefs.available",
    containerfs: "containerfs.available",
    nodefsInodes: "nodefs.inodesFree",
    imagefsInodes: "imagefs.inodesFree",
    pids: "pid.available",
    pid: "pid.available",
  }),
);

const signalOf = (resource: string | null): string | null => {
  if (resource === null) return null;
  return /\.(?:available|inodesFree)$/.test(resource) ? resource : (SIGNALS.get(resource) ?? null);
};

/** It said so, or every pod that it ranked was passed over as critical. */
const evictedNothing = ({ end, ranked, refused }: Round): boolean =>
  end === "nothing" || (ranked.length > 0 && ranked.every((pod) => refused.some((other) => samePod(pod, other))));

const refOf = (pod: PodKey): PodRef => ({
  namespace: pod.namespace,
  name: pod.name,
  uid: pod.uid,
  container: null,
  containerId: null,
});

const distinct = (refs: readonly SourceRef[]): SourceRef[] => {
  const seen = new Set<string>();
  const out = refs.filter((ref) => {
    // a one-line document stands on one line: its pieces differ
    const key = `${ref.file}:${ref.line} ${ref.text.slice(0, 40)}`;
    return seen.has(key) ? false : seen.add(key);
  });
  return out.length <= MAX_REFS ? out : [...out.slice(0, MAX_REFS - 4), ...out.slice(-4)];
};

export const finished = (draft: Draft, kind: AssembledEviction["kind"], place: Place): AssembledEviction | null => {
  const [first, ...more] = distinct(draft.from);
  if (first === undefined) return null;
  const when = (event: KubeletEvent | null | undefined): When | null =>
    event === null || event === undefined ? null : place(event.stamps, event.bootId);
  const { rounds } = draft;
  return {
    at: draft.at,
    resource: draft.resource,
    signal: signalOf(draft.resource),
    kind,
    thresholdBytes: draft.message?.thresholdBytes ?? null,
    observedBytes: draft.message?.availableBytes ?? null,
    pods: draft.pods.filter((pod) => pod.name !== null || pod.uid !== null).map(refOf),
    ranked: rounds.find((round) => round.ranked.length > 0)?.ranked ?? [],
    refused: rounds[0]?.refused ?? [],
    rankedAt: when(rounds.find((round) => round.rankedBy !== null)?.rankedBy),
    killReturnedAt: when(rounds.find((round) => round.killReturned !== null)?.killReturned),
    killFailed: rounds.some((round) => round.killFailed),
    completedAt: when(rounds.find((round) => round.end === "cleaned-up")?.ended),
    timedOutAt: when(rounds.findLast((round) => round.end === "timed-out")?.ended),
    gracePeriodSec: rounds.find((round) => round.gracePeriodSec !== null)?.gracePeriodSec ?? null,
    failed: rounds.length > 0 && draft.pods.length === 0 && rounds.every(evictedNothing),
    trigger: draft.trigger,
    knownFrom: draft.knownFrom,
    rounds: Math.max(draft.told, rounds.length),
    message: draft.message,
    events: rounds.flatMap((round) => round.events),
    from: [first, ...more],
  };
};
