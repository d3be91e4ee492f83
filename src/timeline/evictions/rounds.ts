// Rounds of the eviction manager as its log tells them. One goroutine: attempting → must evict → ranked → killed | failed → waiting →
// cleaned up | timed out (pkg/kubelet/eviction/eviction_manager.go synchronize(), waitForPodsCleanup()). Any part may be missing.
import type { KubeletEvent, PodKey } from "../../model/kubelet.ts";
import type { OnceEvent } from "./once.ts";

export interface Round {
  resource: string | null;
  pods: PodKey[];
  ranked: readonly PodKey[];
  readonly refused: PodKey[];
  /** "begun": nothing says yet that it is over. */
  end: "begun" | "cleaned-up" | "timed-out" | "nothing";
  killFailed: boolean;
  killReturned: KubeletEvent | null;
  rankedBy: KubeletEvent | null;
  ended: KubeletEvent | null;
  gracePeriodSec: number | null;
  message: string | null;
  readonly events: KubeletEvent[];
}

const KINDS: ReadonlySet<KubeletEvent["kind"]> = new Set([
  "attempting-to-reclaim",
  "must-evict",
  "unable-to-evict",
  "no-pods-to-evict",
  "reduced-without-evicting",
  "ranked",
  "evicting",
  "evicted",
  "failed-to-evict",
  "critical-not-evicted",
  "waiting-for-cleanup",
  "cleaned-up",
  "cleanup-timed-out",
  "killing-container",
  "started",
]);

export const isRoundEvent = (event: KubeletEvent): boolean => KINDS.has(event.kind);

export const samePod = (a: PodKey, b: PodKey): boolean => {
  if (a.uid !== null && b.uid !== null) return a.uid === b.uid;
  return (
    a.name !== null &&
    a.name === b.name &&
    (a.namespace === b.namespace || a.namespace === null || b.namespace === null)
  );
};

const newRound = (resource: string | null): Round => ({
  resource,
  pods: [],
  ranked: [],
  refused: [],
  end: "begun",
  killFailed: false,
  killReturned: null,
  rankedBy: null,
  ended: null,
  gracePeriodSec: null,
  message: null,
  events: [],
});

/** The uid joins the name where any line of the round tells it. */
const addPods = (round: Round, pods: readonly PodKey[]): void => {
  for (const pod of pods) {
    const at = round.pods.findIndex((known) => samePod(known, pod));
    const known = round.pods[at];
    if (known === undefined) round.pods.push(pod);
    else
      round.pods[at] = {
        namespace: known.namespace ?? pod.namespace,
        name: known.name ?? pod.name,
        uid: known.uid ?? pod.uid,
      };
  }
};

class Manager {
  readonly rounds: Round[] = [];
  #open: Round | null = null;

  /** Lines of an unfinished round; without a head (the log began later) they make a round of their own. */
  #current(): Round {
    if (this.#open === null) this.#begin(null);
    return this.#open ?? newRound(null);
  }

  #begin(resource: string | null): void {
    this.#open = newRound(resource);
    this.rounds.push(this.#open);
  }

  /** A pod's line belongs to the latest round that can be its own. */
  #roundOf(pods: readonly PodKey[]): Round {
    const open = this.#open;
    if (
      open !== null &&
      (open.pods.length === 0 ||
        pods.length === 0 ||
        pods.some((pod) => open.pods.some((known) => samePod(known, pod))))
    )
      return open;
    const known = this.rounds.findLast(
      (round) => round.end === "begun" && pods.some((pod) => round.pods.some((p) => samePod(p, pod))),
    );
    if (known !== undefined) return known;
    // Local-storage evictions kill several pods in one pass and have no "attempting" line.
    this.#begin(null);
    return this.#current();
  }

  take(event: KubeletEvent): void {
    switch (event.kind) {
      case "started":
        this.#open = null; // its state is lost
        return;
      case "attempting-to-reclaim":
        this.#begin(event.resource);
        break;
      case "must-evict": {
        const open = this.#open;
        const fresh =
          open !== null &&
          open.events.every((e) => e.kind === "attempting-to-reclaim") &&
          (open.resource === event.resource || open.resource === null);
        if (!fresh) this.#begin(event.resource);
        break;
      }
      case "unable-to-evict":
      case "no-pods-to-evict":
      case "reduced-without-evicting":
        this.#nothing(event);
        return;
      default:
        if ("pods" in event) this.#pod(event);
        return;
    }
    this.#current().events.push(event);
  }

  #nothing(event: KubeletEvent): void {
    const round = this.#current();
    round.events.push(event);
    round.end = round.pods.length === 0 ? "nothing" : round.end;
    round.ended = event;
    this.#open = null;
  }

  #pod(event: Extract<KubeletEvent, { readonly pods: readonly PodKey[] }>): void {
    if (event.kind === "killing-container") {
      const round = this.rounds.findLast((r) => r.end === "begun");
      // Only a line on a pod that this round ranked is its doing: pods are deleted for other reasons at all times.
      const pod = event.pods[0];
      if (round === undefined || pod === undefined || !isChosen(round, pod)) return;
      addPods(round, event.pods);
      round.gracePeriodSec ??= event.gracePeriodSec;
      round.events.push(event);
      return;
    }
    if (event.kind === "ranked" || event.kind === "critical-not-evicted") {
      const round = this.#current();
      if (event.kind === "ranked") {
        round.ranked = event.pods;
        round.rankedBy = event;
      } else round.refused.push(...event.pods);
      round.events.push(event);
      return;
    }
    if (event.kind === "admission-refused") return;
    const round = this.#roundOf(event.pods);
    addPods(round, event.pods);
    round.events.push(event);
    if (event.kind === "evicting") round.message ??= event.message;
    else if (event.kind === "failed-to-evict") round.killFailed = true;
    else if (event.kind === "evicted") round.killReturned ??= event;
    else if (event.kind === "cleaned-up" || event.kind === "cleanup-timed-out") {
      round.end = event.kind === "cleaned-up" ? "cleaned-up" : "timed-out";
      round.ended = event;
      if (this.#open === round) this.#open = null;
    }
  }
}

/** The pod that the ranking put first behind the critical ones, or one that the round already names. */
const isChosen = (round: Round, pod: PodKey): boolean => {
  if (round.pods.length > 0) return round.pods.some((known) => samePod(known, pod));
  const first = round.ranked.find((ranked) => !round.refused.some((refused) => samePod(refused, ranked)));
  return first !== undefined && samePod(first, pod);
};

export const roundsOf = (lines: readonly OnceEvent[]): Round[] => {
  const managers = new Map<string, Manager>();
  // Logs of several nodes may stand in one file (must-gather); lines without a host belong to the one that the others name.
  const hosts = [...new Set(lines.map(({ event }) => event.host).filter((host) => host !== null))];
  const only = hosts.length === 1 ? (hosts[0] ?? "") : "";
  for (const { event } of lines) {
    const host = event.host ?? only;
    const manager = managers.get(host) ?? new Manager();
    managers.set(host, manager);
    manager.take(event);
  }
  return [...managers.values()].flatMap((manager) => manager.rounds);
};
