// Logs of several nodes in one input: what one node's kernel did and what another's kubelet did is no race. Told by the names that
// kernel and kubelet lines carry, and by boots that ran at the same time.
import type { Problem, SourceRef } from "../../model/evidence.ts";
import type { Facts, LogFacts } from "../../model/facts.ts";
import type { Stamp } from "../../model/instant.ts";
import { realBootId } from "../kills/telling.ts";

export interface SeveralNodes {
  /** Names where the lines carry them, else boot ids. */
  readonly names: readonly string[];
  readonly refs: readonly SourceRef[];
}

/** "worker-1.example.org" and "worker-1" are one; until it gets its name a machine calls itself localhost. */
const hostKey = (host: string | null): string | null => {
  const short = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host ?? "") ? host : (host?.split(".", 1)[0]?.toLowerCase() ?? null);
  return short === null || short === "" || short === "localhost" ? null : short;
};

const namedHosts = (logs: readonly LogFacts[]): Map<string, SourceRef> => {
  const hosts = new Map<string, SourceRef>();
  for (const log of logs)
    for (const { host, from } of [...log.kernel, ...log.kubelet]) {
      const key = hostKey(host);
      if (key !== null && !hosts.has(key)) hosts.set(key, from[0]);
    }
  return hosts;
};

interface Life {
  from: number;
  to: number;
  readonly ref: SourceRef;
}

const wallOf = (stamps: readonly Stamp[]): number | null =>
  stamps.find((stamp) => stamp.zoned && (stamp.clock === "receipt" || stamp.clock === "realtime"))?.ms ?? null;

const livesOf = (logs: readonly LogFacts[]): Map<string, Life> => {
  const lives = new Map<string, Life>();
  const see = (bootId: string | null, stamps: readonly Stamp[], ref: SourceRef): void => {
    const id = realBootId(bootId);
    const at = wallOf(stamps);
    if (id === null || at === null) return;
    const key = id.replaceAll("-", "").toLowerCase();
    const life = lives.get(key);
    if (life === undefined) lives.set(key, { from: at, to: at, ref });
    else [life.from, life.to] = [Math.min(life.from, at), Math.max(life.to, at)];
  };
  for (const log of logs) {
    for (const { bootId, stamps, from } of [...log.kernel, ...log.kubelet]) see(bootId, stamps, from[0]);
    for (const { bootId, stamps, ref } of log.bindings) see(bootId, stamps, ref);
  }
  return lives;
};

/** A clock that is set at boot may step back over the end of the boot before; more than this is no step of one machine's. Heuristic. */
const STEPPED_BACK_MS = 60_000;

const atOnce = (lives: Map<string, Life>): [string, Life][] => {
  const ordered = [...lives].toSorted(([, a], [, b]) => a.from - b.from);
  for (let i = 1; i < ordered.length; i++) {
    const [before, after] = [ordered[i - 1], ordered[i]];
    if (before && after && after[1].from < before[1].to - STEPPED_BACK_MS) return [before, after];
  }
  return [];
};

/** Null where everything can be of one node. */
export const severalNodes = ({ logs }: Facts): SeveralNodes | null => {
  const hosts = [...namedHosts(logs)];
  if (hosts.length > 1) return { names: hosts.map(([name]) => name), refs: hosts.map(([, ref]) => ref) };
  const boots = atOnce(livesOf(logs));
  return boots.length === 0
    ? null
    : { names: boots.map(([id]) => `boot ${id}`), refs: boots.map(([, { ref }]) => ref) };
};

export const severalNodesProblem = ({ names, refs }: SeveralNodes): Problem => ({
  severity: "error",
  code: "several-nodes",
  file: refs[1]?.file ?? null,
  line: refs[1]?.line ?? null,
  message: `kernel and kubelet lines of several nodes stand in this input: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`,
  costs:
    "what one node's kernel did and another's kubelet did is no race, so none is judged: give the logs of one node at a time",
});
