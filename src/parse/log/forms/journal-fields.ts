// One entry of the journal, from whichever form printed its fields (systemd.journal-fields(7)).
import type { ClockKind, Stamp } from "../../../model/instant.ts";
import { type Decoded, decoded } from "../decoded.ts";
import { microsStamp } from "../stamps.ts";

export type FieldOf = (name: string) => string | null;

const microsOf = (value: string | null): number | null =>
  value !== null && /^\d{1,17}$/.test(value) ? Number(value) : null;

const stampOf = (field: FieldOf, name: string, clock: ClockKind): Stamp[] => {
  const micros = microsOf(field(name));
  return micros === null ? [] : [microsStamp(clock, micros)];
};

/**
 * A kernel line's _SOURCE_MONOTONIC_TIMESTAMP is the stamp in /dev/kmsg (journald-kmsg.c), which is printk's clock and not
 * CLOCK_MONOTONIC; a process' line has _SOURCE_REALTIME_TIMESTAMP, read by its sender.
 */
const stampsOf = (field: FieldOf, kernel: boolean): Stamp[] => [
  ...(kernel
    ? stampOf(field, "_SOURCE_MONOTONIC_TIMESTAMP", "printk")
    : stampOf(field, "_SOURCE_REALTIME_TIMESTAMP", "realtime")),
  ...(kernel ? [] : stampOf(field, "_SOURCE_BOOTTIME_TIMESTAMP", "boot")),
  ...stampOf(field, "__REALTIME_TIMESTAMP", "receipt"),
  ...stampOf(field, "__MONOTONIC_TIMESTAMP", "receipt-monotonic"),
];

export const decodeJournalFields = (form: string, field: FieldOf, message: string): Decoded => {
  const kernel = field("_TRANSPORT") === "kernel";
  const pid = field("SYSLOG_PID") ?? field("_PID");
  return decoded(form, message, {
    stamps: stampsOf(field, kernel),
    bootId: field("_BOOT_ID"),
    host: field("_HOSTNAME"),
    ident: field("SYSLOG_IDENTIFIER") ?? (kernel ? "kernel" : field("_COMM")),
    pid: pid !== null && /^\d{1,10}$/.test(pid) ? Number(pid) : null,
  });
};
