// The container runtime, systemd, userspace killers and journald's own losses, as events.
import type { Report } from "../../model/evidence.ts";
import type { SystemEvent } from "../../model/kubelet.ts";
import type { LogLine } from "../../model/log.ts";
import { WORDS_OF } from "../log/glance.ts";
import { Repeats } from "../log/repeat.ts";
import type { LineReader } from "../parser.ts";
import { type RuntimeFact, runtimeFact, runtimeStamp } from "./runtime-lines.ts";
import { type SystemdFact, systemdFact } from "./systemd-lines.ts";
import { isMark, NohangVictim, userspaceKill, type UserspaceKillLine } from "./userspace-lines.ts";
import { HEARD, SYSTEMD_STARTS } from "./words.ts";

const RUNTIMES = /containerd|dockerd|docker|k3s|rke2|crio|cri-o|conmon/;

type SystemFact = RuntimeFact | SystemdFact | ({ readonly kind: "userspace-kill" } & UserspaceKillLine);

/** Long lines of other programs are not searched: every line read here stands within this. */
const MAX_LINE = 65_536;
const MAX_MARKED = 1000;

export const createSystemReader = (_report: Report): LineReader<SystemEvent[]> => {
  const events: SystemEvent[] = [];
  const nohang = new NohangVictim();
  const repeats = new Repeats();
  /** Cgroups that systemd-oomd said it will kill: that it then says it did is the same kill. */
  const marked = new Set<string>();

  const isTold = ({ daemon, target }: UserspaceKillLine, message: string): boolean => {
    if (daemon !== "systemd-oomd" || !target.startsWith("/")) return false;
    if (!isMark(message)) return marked.delete(target);
    if (marked.size < MAX_MARKED) marked.add(target);
    return false;
  };

  const factOf = ({ ident, message }: LogLine): SystemFact | null => {
    const kill = userspaceKill(ident, message) ?? (ident === "nohang" ? nohang.read(message) : null);
    if (kill !== null) return { kind: "userspace-kill", ...kill };
    if (ident === "kernel") return null;
    return (ident === null || RUNTIMES.test(ident) ? runtimeFact(message) : null) ?? systemdFact(ident, message);
  };

  return {
    line(line) {
      if (repeats.has(line) || line.message.length > MAX_LINE) return;
      const fact = factOf(line);
      if (fact === null || (fact.kind === "userspace-kill" && isTold(fact, line.message))) return;
      const own = fact.kind === "task-oom" || fact.kind === "task-exit" ? runtimeStamp(line.message) : null;
      events.push({
        ...fact,
        stamps: own === null ? line.stamps : [own, ...line.stamps],
        bootId: line.bootId,
        host: line.host,
        pid: line.pid,
        from: [line.ref],
      });
    },
    glancer(ident) {
      if (HEARD.test(ident)) return () => false;
      if (ident !== "systemd") return (at) => (at.words & WORDS_OF.system) === 0;
      return (at) => (at.words & WORDS_OF.system) === 0 && !SYSTEMD_STARTS.begin(at.bytes, at.from, at.to);
    },
    settle: () => {},
    end: () => events,
  };
};
