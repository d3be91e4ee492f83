// The container runtime, systemd, userspace killers and journald's own losses, as events.
import type { Report } from "../../model/evidence.ts";
import type { SystemEvent } from "../../model/kubelet.ts";
import type { LogLine } from "../../model/log.ts";
import type { LineReader } from "../parser.ts";
import { type RuntimeFact, runtimeFact, runtimeStamp } from "./runtime-lines.ts";
import { type SystemdFact, systemdFact } from "./systemd-lines.ts";
import { NohangVictim, userspaceKill, type UserspaceKillLine } from "./userspace-lines.ts";

const RUNTIMES = /containerd|dockerd|docker|k3s|rke2|crio|cri-o/;

type SystemFact = RuntimeFact | SystemdFact | ({ readonly kind: "userspace-kill" } & UserspaceKillLine);

/** Long lines of other programs are not searched: every line read here stands within this. */
const MAX_LINE = 65_536;

export const createSystemReader = (_report: Report): LineReader<SystemEvent[]> => {
  const events: SystemEvent[] = [];
  const nohang = new NohangVictim();

  const factOf = ({ ident, message }: LogLine): SystemFact | null => {
    const kill = userspaceKill(ident, message) ?? (ident === "nohang" ? nohang.read(message) : null);
    if (kill !== null) return { kind: "userspace-kill", ...kill };
    if (ident === "kernel") return null;
    return (ident === null || RUNTIMES.test(ident) ? runtimeFact(message) : null) ?? systemdFact(ident, message);
  };

  return {
    line(line) {
      if (line.message.length > MAX_LINE) return;
      const fact = factOf(line);
      if (fact === null) return;
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
    end: () => events,
  };
};
