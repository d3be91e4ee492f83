// Reboots inside one file: where lines carry no boot id, journalctl's own boundary or the kernel's clock that falls back tells.
import type { ClockKind } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";

/** Lines of several CPUs change places by microseconds, a console's and a buffer's by little more. */
const FALLS_BACK_MS = 100;

/** While the kernel starts, its clock is set anew (from jiffies to the TSC), and a console repeats what was printed before it. */
const STARTING_MS = 5000;

/** `Linux version 6.12.117+deb13-cloud-amd64 (…) …`: the first line of a boot (init/main.c linux_banner) */
const BANNER = /^Linux version \d{1,3}\.\S/;

/** `-- Reboot --`, since systemd 248 `-- Boot e200160902ad4e6cb1e8c041f88d16c4 --`: what journalctl puts between two boots (output-mode show_journal()) */
const BOUNDARY = /^-- (?:Reboot|Boot ([0-9a-f]{32})) --$/;
const BOUNDARY_MAX = 64;

const sinceBoot = (clock: ClockKind): boolean => clock === "printk" || clock === "receipt-monotonic";

/** Names boots "boot#2 of <path>"; the first keeps null, so that a file of one boot needs no name. */
export const createBootNamer = (path: string) => {
  /** By host: a collected file may hold several machines' lines. */
  const hosts = new Map<string, { boot: number; last: number; lines: number }>();

  const isNewBoot = (state: { last: number; lines: number }, ms: number | null, message: string): boolean => {
    if (ms !== null && Number.isFinite(state.last)) return state.last > STARTING_MS && ms < state.last - FALLS_BACK_MS;
    return ms === null && state.lines > 0 && BANNER.test(message);
  };
  /** Since the last boundary that tells it. */
  let told: string | null = null;

  const boundary = ({ ident, message }: LogLine): void => {
    const match = ident === null && message.length < BOUNDARY_MAX ? BOUNDARY.exec(message) : null;
    if (!match) return;
    told = match[1] ?? null;
    if (told !== null) return;
    for (const state of hosts.values()) {
      if (state.lines > 0) state.boot++;
      state.last = Number.NaN;
      state.lines = 0;
    }
  };
  const name = (line: LogLine): LogLine => {
    boundary(line);
    if (told !== null) return line.bootId === null && line.ident !== null ? { ...line, bootId: told } : line;
    if (line.ident !== "kernel" || line.bootId !== null) {
      const known = line.bootId === null ? hosts.get(line.host ?? "") : undefined;
      return known && known.boot > 1 ? { ...line, bootId: `boot#${known.boot} of ${path}` } : line;
    }
    const host = line.host ?? "";
    let state = hosts.get(host);
    if (!state) {
      state = { boot: 1, last: Number.NaN, lines: 0 };
      hosts.set(host, state);
    }
    const stamp = line.stamps[0];
    const ms = stamp !== undefined && sinceBoot(stamp.clock) ? stamp.ms : null;
    if (isNewBoot(state, ms, line.message)) {
      state.boot++;
      state.last = Number.NaN;
    }
    if (ms !== null) state.last = ms;
    state.lines++;
    return state.boot > 1 ? { ...line, bootId: `boot#${state.boot} of ${path}` } : line;
  };
  /** Whether a kernel line of this host says nothing new of its boot: it need not be named then. The banner is not known by its clock. */
  const passes = (host: string | null, clock: ClockKind, ms: number): boolean => {
    const state = hosts.get(host ?? "");
    if (!state || isNewBoot(state, sinceBoot(clock) ? ms : Number.NaN, "")) return false;
    if (sinceBoot(clock)) state.last = ms;
    return true;
  };
  return { name, passes };
};
