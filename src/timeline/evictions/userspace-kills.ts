// Kills by userspace daemons, one a kill: SIGTERM then SIGKILL at one process, systemd's line beside systemd-oomd's, Talos' SIGKILL each
// half second, and the same line in several forms of a journal are one.
import type { SourceRef } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import { isPlaced, type When } from "../../model/instant.ts";
import type { SystemEvent } from "../../model/kubelet.ts";
import type { AssembledUserspaceKill, Place } from "./assembled-eviction.ts";

type KillLine = Extract<SystemEvent, { readonly kind: "userspace-kill" }>;

interface Kill {
  readonly at: When;
  readonly line: KillLine;
  readonly from: SourceRef[];
  readonly files: Set<string>;
}

/** earlyoom escalates within 10 s, nohang within seconds; a pid lives again much later. Heuristic. */
const SAME_PROCESS_MS = 60_000;
/** Receipt times of one line in two forms of a journal, and systemd's line beside its daemon's. Heuristic. */
const SAME_LINE_MS = 10_000;

const apart = (a: When, b: When): number =>
  isPlaced(a) && isPlaced(b) ? Math.max(0, Math.max(a.earliest, b.earliest) - Math.min(a.latest, b.latest)) : 0;

/** A path and the unit that it ends in are one target. */
const sameTarget = (a: string, b: string): boolean => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);

const isUnitLine = (line: KillLine): boolean => !line.target.startsWith("/") && line.victimPid === null;

/** A text that was pasted twice tells a line word for word and stamp for stamp once more. Without a stamp it may be another kill's. */
const isPasted = (kill: Kill, { stamps, from: [{ text }] }: KillLine): boolean =>
  stamps.length > 0 && kill.from.some((known) => known.text === text);

const isSame = (kill: Kill, line: KillLine, at: When): boolean => {
  if (kill.line.daemon !== line.daemon || !sameTarget(kill.line.target, line.target)) return false;
  const distance = apart(kill.at, at);
  if (line.victimPid !== null || kill.line.victimPid !== null)
    return line.victimPid === kill.line.victimPid && distance <= SAME_PROCESS_MS;
  if (distance > SAME_LINE_MS) return false;
  if (isPasted(kill, line)) return true;
  // One daemon's two lines in one file are two kills; Talos repeats itself until the cgroup is empty.
  return (
    line.daemon.startsWith("Talos") || !kill.files.has(line.from[0].file) || isUnitLine(line) !== isUnitLine(kill.line)
  );
};

export const assembleUserspaceKills = (facts: Facts, place: Place): AssembledUserspaceKill[] => {
  const kills: Kill[] = [];
  for (const log of facts.logs) {
    for (const line of log.system) {
      if (line.kind !== "userspace-kill") continue;
      const at = place(line.stamps, line.bootId);
      const known = kills.findIndex((kill) => isSame(kill, line, at));
      const kill = kills[known];
      if (kill === undefined) {
        kills.push({ at, line, from: [...line.from], files: new Set([line.from[0].file]) });
        continue;
      }
      // The daemon's own line speaks before systemd's, the first signal before the second.
      const better = isUnitLine(kill.line) && !isUnitLine(line);
      const from = better ? [...line.from, ...kill.from] : [...kill.from, ...(kill.from.length < 8 ? line.from : [])];
      kills[known] = {
        at: better ? at : kill.at,
        line: better ? line : kill.line,
        from,
        files: kill.files.add(line.from[0].file),
      };
    }
  }
  return kills.map(({ at, line, from }) => ({
    at,
    daemon: line.daemon,
    target: line.target,
    victimPid: line.victimPid,
    reason: line.reason,
    from: [from[0] ?? line.from[0], ...from.slice(1)],
  }));
};
