// systemd (pid 1) on its units and journald on what it lost.

export type SystemdFact =
  | {
      readonly kind: "unit-oom" | "unit-failed" | "unit-started" | "unit-stopped";
      readonly unit: string;
      readonly summary: string;
    }
  | { readonly kind: "journal-lost"; readonly count: number | null; readonly summary: string }
  | { readonly kind: "boot"; readonly summary: string };

/** cri-containerd-25a3….scope: A process of this unit has been killed by the OOM killer.   core/unit.c unit_log_oom */
const UNIT_OOM =
  /(?:^|\s)(\S{1,300}\.(?:scope|service|slice|socket|mount)): A process of this unit has been killed by the OOM killer/;

/** kubelet.service: Failed with result 'oom-kill'. / Main process exited, code=killed, status=9/KILL   core/service.c */
const UNIT_FAILED =
  /(?:^|\s)(\S{1,300}\.(?:scope|service|slice)): (?:Failed with result '[\w-]{1,40}'|Main process exited, code=(?:killed|dumped|exited), status=\S{1,40}|Unit entered failed state)/;

/** Units whose start and end change what the evidence means. */
const WATCHED =
  /^(?:kubelet|containerd|crio|docker|k3s|k3s-agent|rke2-server|rke2-agent|snap\.\S{1,60}kubel\S{1,20}|systemd-oomd|earlyoom|nohang)\.service$/;
/** "Started kubelet.service - kubelet: The Kubernetes Node Agent." (systemd 249+); before, only the description: "Started kubelet: The Kubernetes Node Agent." */
const STARTED = /^(Started|Stopped|Stopping) (\S{1,300}\.service)\b/;
const STARTED_OLD =
  /^(Started|Stopped|Stopping) (?:(kubelet)\b|(containerd) container runtime|(?:Container Runtime Interface for OCI \((CRI-O)\)))/;
/** kubelet.service: Scheduled restart job, restart counter is at 3.   core/service.c */
const RESTART = /^(\S{1,300}\.service): Scheduled restart job/;

/** systemd-journald[300]: Suppressed 1520 messages from kubelet.service; Missed 12 kernel messages; imjournal: 300 messages lost due to rate-limiting */
const LOST =
  /(?:^|\s)(?:Suppressed (\d{1,12}) messages from |Missed (\d{1,12}) kernel messages|(\d{1,12}) messages lost due to rate-limiting|Forwarding to syslog missed (\d{1,12}) messages|File \S{1,400} corrupted or uncleanly shut down|imuxsock\S{0,40} lost (\d{1,12}) messages)/;

/** systemd 257 (257.13-1~deb13u1) running in system mode (+PAM …   core/main.c */
const BOOT = /^systemd \d{2,4}\S{0,40}(?: \([^)]{1,80}\))? running in system mode/;

const MAX_SUMMARY = 300;

const summaryOf = (text: string): string => (text.length <= MAX_SUMMARY ? text : `${text.slice(0, MAX_SUMMARY - 1)}…`);

const losses = (text: string): SystemdFact | null => {
  const match = LOST.exec(text);
  if (match === null) return null;
  const count = match.slice(1).find((n) => n !== undefined);
  return {
    kind: "journal-lost",
    count: count === undefined ? null : Number(count),
    summary: summaryOf(text),
  };
};

const starts = (text: string): SystemdFact | null => {
  const restart = RESTART.exec(text);
  if (restart?.[1] !== undefined && WATCHED.test(restart[1]))
    return { kind: "unit-started", unit: restart[1], summary: summaryOf(text) };
  const named = STARTED.exec(text);
  const old = named === null ? STARTED_OLD.exec(text) : null;
  const unit =
    named?.[2] ?? (old?.[2] ?? old?.[3] ?? (old?.[4] === undefined ? undefined : "crio"))?.concat(".service");
  if (unit === undefined || !WATCHED.test(unit)) return null;
  return {
    kind: (named?.[1] ?? old?.[1]) === "Started" ? "unit-started" : "unit-stopped",
    unit,
    summary: summaryOf(text),
  };
};

/** `ident`: "systemd" and "systemd-journald" speak; null where the form has no identifier, and the text must do. */
export const systemdFact = (ident: string | null, message: string): SystemdFact | null => {
  const text = message.slice(0, 4096);
  if (ident === null || ident === "systemd") {
    const oom = UNIT_OOM.exec(text);
    if (oom?.[1] !== undefined) return { kind: "unit-oom", unit: oom[1], summary: summaryOf(text) };
    const failed = UNIT_FAILED.exec(text);
    if (failed?.[1] !== undefined) return { kind: "unit-failed", unit: failed[1], summary: summaryOf(text) };
    if (ident === "systemd" && BOOT.test(text)) return { kind: "boot", summary: summaryOf(text) };
    const start = starts(text);
    if (start !== null) return start;
  }
  return ident === null || /^systemd-journal|^rsyslog/.test(ident) ? losses(text) : null;
};
