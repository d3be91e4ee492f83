// Killers in user space: systemd-oomd, oomd, earlyoom, nohang, Talos' OOM controller.

export interface UserspaceKillLine {
  readonly daemon: string;
  readonly target: string;
  readonly victimPid: number | null;
  readonly reason: string | null;
}

/** A cheap test that all of these lines pass. */
const WORTH = /killed|killing process|killing due|sigterm|sigkill|oomd kill/i;

/**
 * systemd-oomd[854]: Killed /user.slice/…scope due to memory pressure for /user.slice/… being 50.53% > 50.00% for > 20s with reclaim activity
 * systemd-oomd[854]: Killed /system.slice/a.service due to memory used (6G) / total (7G) and swap used (…) / total (…) being more than 90.00%
 * systemd-oomd[854]: Marked /user.slice/…scope for killing due to memory pressure for …      (258+: systemd tells of the kill itself)
 * oomd-manager.c monitor_memory_pressure_contexts_handler(), monitor_swap_contexts_handler(); the end may be cut by a pager.
 */
const SYSTEMD_OOMD = /(?:^|\s)(?:Killed (\/\S{0,4096})|Marked (\/\S{0,4096}) for killing) due to (memory .{1,400})/;

/** Whether systemd-oomd's line tells of what it is about to do. */
export const isMark = (message: string): boolean => /(?:^|\s)Marked \//.test(message.slice(0, 400));

/** systemd[1]: a.service: systemd-oomd killed 12 process(es) in this unit.   core/unit.c unit_check_oomd_kill() */
const UNIT_OOMD = /^(\S{1,300}): systemd-oomd killed (?:some process\(es\)|\d{1,9} process\(es\)) in this unit/;

/**
 * earlyoom[454]: sending SIGTERM to process 9994 uid 1000 "termshark": badness 1181, VmRSS 4568 MiB   (up to 1.7; then "oom_score 156")
 * kill.c kill_process(). The start-up line "sending SIGTERM when mem <= 10.00%" names no process.
 */
const EARLYOOM =
  /(?:^|\s)sending (SIGTERM|SIGKILL) to process (?:group )?(\d{1,10})(?: uid \d{1,10})? "((?:[^"\\]|\\.){0,64})"(?:: (.{1,200}))?/i;

/** earlyoom[454]: Killing process 9994 chrome   (up to 0.11; only under its own name, for the words are anyone's) */
const EARLYOOM_FIRST = /^(?:earlyoom(?:\[\d{1,10}\])?: )?Killing process (\d{1,10}) (\S{1,64})\s{0,8}$/;

/** oomd kill: 6.88 1.49 0.38 system.slice/a.service 123456 ruleset:[…] detectorgroup:[…] killer:kill_by_memory v2   oomd BaseKillPlugin.cpp logKill(), in the kernel log */
const OOMD = /(?:^|\s)oomd kill: (?:[\d.]{1,12} ){3}(\S{1,4096}) \d{1,20} (ruleset:.{1,300})/;

/** [talos] Sending SIGKILL to cgroup {"component": "controller-runtime", "controller": "runtime.OOMController", "cgroup": "/sys/fs/cgroup/kubepods/…"} */
const TALOS = /Sending SIGKILL to cgroup\b.{0,300}?"cgroup": ?"([^"]{1,4096})"/;

const earlyoom = (ident: string | null, text: string): UserspaceKillLine | null => {
  const first = ident !== null || text.startsWith("earlyoom") ? EARLYOOM_FIRST.exec(text) : null;
  if (first?.[2] !== undefined)
    return { daemon: "earlyoom", target: first[2], victimPid: Number(first[1]), reason: null };
  const match = EARLYOOM.exec(text);
  // under no name the words are anyone's: earlyoom's own tell why it chose
  if (match === null || (ident === null && !/earlyoom|badness \d|oom_score \d/.test(text))) return null;
  const [, signal = "", pid = "", comm = "", why] = match;
  return {
    daemon: "earlyoom",
    target: comm,
    victimPid: Number(pid),
    reason: why === undefined ? signal : `${signal}: ${why}`,
  };
};

const pathKill = (daemon: string, pattern: RegExp, text: string): UserspaceKillLine | null => {
  const match = pattern.exec(text);
  return match?.[1] === undefined
    ? null
    : { daemon, target: match[1], victimPid: null, reason: match[2]?.trim() ?? null };
};

/** `ident` is the syslog identifier, null where the form has none: then the text must name its killer itself. */
export const userspaceKill = (ident: string | null, message: string): UserspaceKillLine | null => {
  if (!WORTH.test(message)) return null;
  const text = message.slice(0, 8192);
  if (ident === null || ident === "systemd-oomd") {
    const kill = SYSTEMD_OOMD.exec(text);
    const target = kill?.[1] ?? kill?.[2];
    if (target !== undefined)
      return { daemon: "systemd-oomd", target, victimPid: null, reason: kill?.[3]?.trim() ?? null };
  }
  if (ident === null || ident === "systemd") {
    const kill = pathKill("systemd-oomd", UNIT_OOMD, text);
    if (kill !== null) return kill;
  }
  if (ident === null || /earlyoom/.test(ident)) {
    const kill = earlyoom(ident, text);
    if (kill !== null) return kill;
  }
  if (ident === null || ident === "kernel" || ident === "oomd") {
    const kill = pathKill("oomd", OOMD, text);
    if (kill !== null) return kill;
  }
  if (text.includes("OOMController") || text.includes("[talos]")) {
    const kill = pathKill("Talos OOM controller", TALOS, text);
    if (kill !== null) return kill;
  }
  return null;
};

/**
 * nohang tells of one kill over several lines, the victim first (src/nohang implement_corrective_action()):
 * "  Name:      Web Content", "  PID:       1234" … "Implementing a corrective action:", "  Sending SIGTERM to the victim".
 * Its statistics ("[ OK ] Sending SIGTERM to tail: 3") are no kills.
 */
export class NohangVictim {
  #name: string | null = null;
  #pid: number | null = null;

  read(message: string): UserspaceKillLine | null {
    const name = /(?:^|\s)Name: {1,20}(\S.{0,63}?)(?:, |,?\s{0,8}$)/.exec(message.slice(0, 400));
    if (name?.[1] !== undefined) this.#name = name[1];
    const pid = /(?:^|\s)PID: {1,20}(\d{1,10})\b/.exec(message.slice(0, 400));
    if (pid?.[1] !== undefined) this.#pid = Number(pid[1]);
    const sent = /^\s{0,16}Sending (SIGTERM|SIGKILL) to the victim\s{0,8}$/.exec(message);
    if (sent === null) return null;
    return { daemon: "nohang", target: this.#name ?? "", victimPid: this.#pid, reason: sent[1] ?? null };
  }
}
