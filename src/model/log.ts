// A log line with its decoration taken off: what src/parse/log hands to the readers of kernel, kubelet and other messages.
import type { SourceRef } from "./evidence.ts";
import type { Stamp } from "./instant.ts";

export interface LogLine {
  /** Every clock reading that the decoration carries (never the klog header inside the message: that is the kubelet reader's). */
  readonly stamps: readonly Stamp[];
  readonly bootId: string | null;
  readonly host: string | null;
  /** Syslog identifier: "kernel", "kubelet", "containerd", "systemd" …; "kernel" for dmesg and kmsg; null where the form has none. */
  readonly ident: string | null;
  readonly pid: number | null;
  /** Kernel caller of CONFIG_PRINTK_CALLER: "T123", "C0". */
  readonly caller: string | null;
  /** /dev/kmsg sequence number. */
  readonly sequence: number | null;
  readonly message: string;
  readonly ref: SourceRef;
}

/** What one ident's lines in one file reach over: proves that a log covered an instant. */
export interface LogCoverage {
  readonly ident: string;
  readonly lines: number;
  readonly first: readonly Stamp[];
  readonly last: readonly Stamp[];
  readonly firstRef: SourceRef;
  readonly lastRef: SourceRef;
}

/** `logs/kmsg.000002` is the second of the files that one reader after another wrote, `logs/kmsg` what they have in common. */
export const pieceOf = (path: string): { readonly series: string; readonly number: number } | null => {
  const match = /^(.{0,4096})\.(\d{6})(?:\.gz)?$/.exec(path);
  return match ? { series: match[1] ?? "", number: Number(match[2]) } : null;
};

/** Several clocks read for one line: a bound between them. `upperBound`: the second was read when the line was received, so it is later. */
export interface ClockBinding {
  readonly stamps: readonly Stamp[];
  readonly bootId: string | null;
  readonly ref: SourceRef;
}

/** A line of the kubelet by its instant. */
export interface KubeletBeat {
  /** klog's own first. */
  readonly stamps: readonly Stamp[];
  readonly line: number;
}

/** Beats are as many as lines: they are not held as objects, but given out as such. */
export interface Beats extends Iterable<KubeletBeat> {
  readonly length: number;
}
