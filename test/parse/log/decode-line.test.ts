import { describe, expect, it } from "vitest";
import type { Stamp } from "../../../src/model/instant.ts";
import { decodeLine } from "../../../src/parse/log/decode-line.ts";
import { decodeJsonLine } from "../../../src/parse/log/forms/json-line.ts";

const printk = (ms: number): Stamp => ({ clock: "printk", ms, resolutionMs: 0.001, zoned: true });
const utc = (...at: Parameters<typeof Date.UTC>): number => Date.UTC(...at);
const yearless = (month: number, day: number, h: number, m: number, s: number): number =>
  utc(2000, month - 1, day, h, m, s) - utc(2000, 0, 1);

/** A line, and what its decoration says: form, stamps, host, ident, pid, caller, message. */
const forms: readonly (readonly [string, object])[] = [
  [
    "[  598.593873] java invoked",
    { form: "dmesg", stamps: [printk(598_593.873)], ident: "kernel", message: "java invoked" },
  ],
  [
    "[   49.921978][ T6736]  frame+0x1",
    { form: "dmesg", stamps: [printk(49_921.978)], caller: "T6736", message: " frame+0x1" },
  ],
  ["[  183.000001] [T13546] text", { stamps: [printk(183_000.001)], caller: "T13546", message: "text" }],
  ["<4>[76541.325574] text", { form: "dmesg", stamps: [printk(76_541_325.574)], message: "text" }],
  ["[  244.945440][ T3106]", { stamps: [printk(244_945.44)], caller: "T3106", message: "" }],
  ["[  598.593873 <    0.000012>] text", { stamps: [printk(598_593.873)], message: "text" }],
  [
    "kern  :warn  : [  598.593873] text",
    { form: "dmesg-x", stamps: [printk(598_593.873)], ident: "kernel", message: "text" },
  ],
  [
    "[  715.832190] systemd-journald[181]: Under memory pressure",
    { ident: "systemd-journald", pid: 181, stamps: [printk(715_832.19)], message: "Under memory pressure" },
  ],
  [
    "[Tue Nov 24 01:18:22 2026] text",
    {
      form: "dmesg-T",
      stamps: [{ clock: "dmesg-wall", ms: utc(2026, 10, 24, 1, 18, 22), resolutionMs: 1000, zoned: false }],
      ident: "kernel",
      message: "text",
    },
  ],
  [
    "[四 3月 18 18:47:12 2021] text",
    { stamps: [{ clock: "dmesg-wall", ms: utc(2021, 2, 18, 18, 47, 12), resolutionMs: 1000, zoned: false }] },
  ],
  [
    "[月  1月 26 01:49:41 2026] text",
    { stamps: [{ clock: "dmesg-wall", ms: utc(2026, 0, 26, 1, 49, 41), resolutionMs: 1000, zoned: false }] },
  ],
  [
    "[So Mär  9 01:49:41 2025] text",
    { stamps: [{ clock: "dmesg-wall", ms: utc(2025, 2, 9, 1, 49, 41), resolutionMs: 1000, zoned: false }] },
  ],
  [
    "[jeu. juil. 3 01:49:41 2025] text",
    { stamps: [{ clock: "dmesg-wall", ms: utc(2025, 6, 3, 1, 49, 41), resolutionMs: 1000, zoned: false }] },
  ],
  [
    "[jeu. juin 3 01:49:41 2025] text",
    { stamps: [{ clock: "dmesg-wall", ms: utc(2025, 5, 3, 1, 49, 41), resolutionMs: 1000, zoned: false }] },
  ],
  [
    "[Nov24 01:18] text",
    {
      form: "dmesg-H",
      stamps: [{ clock: "rfc3164", ms: yearless(11, 24, 1, 18, 0), resolutionMs: 60_000, zoned: false }],
      message: "text",
    },
  ],
  ["[  +0.000012] text", { form: "dmesg-H", stamps: [], ident: "kernel", message: "text" }],
  [
    "2026-11-24T01:18:22,776961+00:00 text",
    {
      form: "dmesg-iso",
      stamps: [{ clock: "dmesg-wall", ms: utc(2026, 10, 24, 1, 18, 22) + 776.961, resolutionMs: 0.001, zoned: true }],
      ident: "kernel",
      message: "text",
    },
  ],
  [
    "4,511,598593873,-;java invoked",
    { form: "kmsg", stamps: [printk(598_593.873)], sequence: 511, ident: "kernel", message: "java invoked" },
  ],
  ["6,339,5140900,-,caller=T1,more;NET: x\\x0ay", { caller: "T1", sequence: 339, message: "NET: x\ny" }],
  [
    "Nov 24 01:18:22 worker-1 kernel: text",
    {
      form: "rfc3164",
      stamps: [{ clock: "rfc3164", ms: yearless(11, 24, 1, 18, 22), resolutionMs: 1000, zoned: false }],
      host: "worker-1",
      ident: "kernel",
      message: "text",
    },
  ],
  [
    "Feb 29 01:18:22 worker-1 kernel: text",
    { stamps: [{ clock: "rfc3164", ms: yearless(2, 29, 1, 18, 22), resolutionMs: 1000, zoned: false }] },
  ],
  [
    "11月 24 01:08:52 host kernel: text",
    {
      stamps: [{ clock: "rfc3164", ms: yearless(11, 24, 1, 8, 52), resolutionMs: 1000, zoned: false }],
      host: "host",
      ident: "kernel",
    },
  ],
  [
    "Nov 24 01:18:22.867906 worker-1 kubelet[404]: I1124 x",
    {
      form: "journal-short-precise",
      stamps: [{ clock: "rfc3164", ms: yearless(11, 24, 1, 18, 22) + 867.906, resolutionMs: 0.001, zoned: false }],
      ident: "kubelet",
      pid: 404,
      message: "I1124 x",
    },
  ],
  ["Nov 24 01:18:22 worker-1 (kubelet)[404]: x", { ident: "(kubelet)", pid: 404 }],
  ["Nov 24 01:18:22 kernel: x", { host: null, ident: "kernel", message: "x" }],
  [
    "Jun 24 18:49:43 n1 kernel: [ 8341.856856] oom-kill:x",
    {
      stamps: [
        printk(8_341_856.856),
        { clock: "rfc3164", ms: yearless(6, 24, 18, 49, 43), resolutionMs: 1000, zoned: false },
      ],
      ident: "kernel",
      message: "oom-kill:x",
    },
  ],
  ["Nov 24 01:18:22 worker-1 kern.warn kernel: x", { host: "worker-1", ident: "kernel", message: "x" }],
  [
    "2026-11-24T01:18:22.867906+01:00 worker-1 kernel: text",
    {
      form: "syslog-iso",
      stamps: [{ clock: "receipt", ms: utc(2026, 10, 24, 0, 18, 22) + 867.906, resolutionMs: 0.001, zoned: true }],
      host: "worker-1",
      ident: "kernel",
      message: "text",
    },
  ],
  [
    "2026-11-24T01:18:22-05:30 n kernel: text",
    { stamps: [{ clock: "receipt", ms: utc(2026, 10, 24, 6, 48, 22), resolutionMs: 1000, zoned: true }] },
  ],
  [
    "2026-11-24T01:08:52+0000 worker-1 systemd[1]: text",
    {
      stamps: [{ clock: "receipt", ms: utc(2026, 10, 24, 1, 8, 52), resolutionMs: 1000, zoned: true }],
      ident: "systemd",
      pid: 1,
    },
  ],
  [
    '<4>1 2026-11-24T01:18:22.867906Z worker-1 kernel - - [a b="c"] text',
    {
      form: "rfc5424",
      stamps: [{ clock: "receipt", ms: utc(2026, 10, 24, 1, 18, 22) + 867.906, resolutionMs: 0.001, zoned: true }],
      host: "worker-1",
      ident: "kernel",
      message: "text",
    },
  ],
  [
    "Tue 2026-11-24 01:18:22 UTC worker-1 kubelet.service[404]: text",
    {
      form: "journal-short-full",
      stamps: [{ clock: "receipt", ms: utc(2026, 10, 24, 1, 18, 22), resolutionMs: 1000, zoned: true }],
      ident: "kubelet",
      pid: 404,
    },
  ],
  [
    "Tue 2026-11-24 01:18:22 CET worker-1 kernel: text",
    { stamps: [{ clock: "receipt", ms: utc(2026, 10, 24, 1, 18, 22), resolutionMs: 1000, zoned: false }] },
  ],
  [
    "[  598.684707] worker-1 kernel: text",
    {
      form: "journal-short-monotonic",
      stamps: [{ clock: "receipt-monotonic", ms: 598_684.707, resolutionMs: 0.001, zoned: true }],
      host: "worker-1",
      ident: "kernel",
      message: "text",
    },
  ],
  [
    "[   79.888614] worker-1 systemd[1]: text",
    { form: "journal-short-monotonic", host: "worker-1", ident: "systemd", pid: 1 },
  ],
  [
    "1795483102.867906 worker-1 kernel: text",
    {
      form: "journal-short-unix",
      stamps: [{ clock: "receipt", ms: 1_795_483_102_867.906, resolutionMs: 0.001, zoned: true }],
      ident: "kernel",
    },
  ],
  ["2026-11-24T01:18:22.776961123Z stderr F I1124 x", { form: "cri", ident: null, message: "I1124 x" }],
  [
    "2023-12-04T10:49:30.127Z In(05) vcpu-5 - Guest: <6>[39291577.009360] text",
    { form: "vmx", ident: "kernel", message: "text" },
  ],
  ["> [  598.593873] quoted", { form: "dmesg", stamps: [printk(598_593.873)], message: "quoted" }],
  ["    [  598.593873] indented", { stamps: [printk(598_593.873)], message: "indented" }],
  ["**[  598.593873] bold**", { message: "bold" }],
  ["kern.log.1:12:Nov 24 01:18:22 worker-1 kernel: text", { form: "rfc3164", ident: "kernel", message: "text" }],
  ["[pod/web-0/app] Nov 24 01:18:22 worker-1 kernel: text", { ident: "kernel", message: "text" }],
  [
    "worker-1 login: [  598.593873] text",
    { form: "dmesg", stamps: [printk(598_593.873)], ident: "kernel", message: "text" },
  ],
  ["kernel: oom-kill:x", { form: "kernel-prefix", stamps: [], ident: "kernel", message: "oom-kill:x" }],
  [
    "10:52:29 t14s systemd-oomd[1261]: x",
    { form: "syslog-time-only", stamps: [], host: "t14s", ident: "systemd-oomd", pid: 1261 },
  ],
  [
    "10.5.0.2: kern:     err: [2026-11-24T01:18:22.776Z]: text",
    { form: "talos-dmesg", ident: "kernel", message: "text" },
  ],
];

describe("decorations", () => {
  it.each(forms)("%s", (line, wanted) => {
    expect(decodeLine(line)).toMatchObject(wanted);
  });

  it.each([
    "2m          Warning   OOMKilling   node/n   Memory cgroup out of memory: Killed process 1 (x)",
    "2026-11-24T01:18:22Z   Warning   Evicted   pod/x   The node was low on resource: memory.",
    "2026-11-24T01:18:22Z ERROR foo: bar",
    'I1124 01:16:10.106764     410 oom_watcher_linux.go:84] "Got sys oom event"',
    'time="2026-11-24T01:18:23Z" level=info msg="TaskOOM"',
    "  Normal   Killing  2m   kubelet  Stopping container app",
    "[stage 1/3] RUN x",
    "[not a date at all 2026] x",
    "Nov 24 01:18:22",
    "Nov 99 01:18:22 host kernel: x",
    "Foo 24 01:18:22 host kernel: x",
    "",
  ])("none: %s", (line) => {
    expect(decodeLine(line)).toBeNull();
  });
});

describe("journal as JSON", () => {
  it("a kernel line has the kernel's stamp, and both clocks of its receipt", () => {
    const line =
      '{"PRIORITY":"4","_SOURCE_BOOTTIME_TIMESTAMP":"598593873","SYSLOG_IDENTIFIER":"kernel","__REALTIME_TIMESTAMP":"1795483102867906","__MONOTONIC_TIMESTAMP":"598684707","_HOSTNAME":"worker-1","_SOURCE_MONOTONIC_TIMESTAMP":"598593873","_BOOT_ID":"e200160902ad4e6cb1e8c041f88d16c4","MESSAGE":"java invoked","_TRANSPORT":"kernel"}';
    const wanted = {
      form: "journal-json",
      stamps: [
        printk(598_593.873),
        { clock: "receipt", ms: 1_795_483_102_867.906, resolutionMs: 0.001, zoned: true },
        { clock: "receipt-monotonic", ms: 598_684.707, resolutionMs: 0.001, zoned: true },
      ],
      bootId: "e200160902ad4e6cb1e8c041f88d16c4",
      host: "worker-1",
      ident: "kernel",
      message: "java invoked",
    };
    expect(decodeJsonLine(line)).toMatchObject(wanted);
    expect(decodeJsonLine(`data: ${line}`)).toMatchObject(wanted);
  });

  it("a process' line has its sender's clock, never the kernel's", () => {
    const line =
      '{"_SOURCE_REALTIME_TIMESTAMP":"1795482585186481","_SOURCE_BOOTTIME_TIMESTAMP":"80000000","_SOURCE_MONOTONIC_TIMESTAMP":"80000000","__REALTIME_TIMESTAMP":"1795482585190000","_TRANSPORT":"journal","SYSLOG_IDENTIFIER":"kubelet","_PID":"404","_BOOT_ID":"e200160902ad4e6cb1e8c041f88d16c4","MESSAGE":"x"}';
    const decoded = decodeJsonLine(line);
    expect(decoded).toMatchObject({ ident: "kubelet", pid: 404 });
    expect(typeof decoded === "object" && decoded?.stamps.map(({ clock, ms }) => [clock, ms])).toEqual([
      ["realtime", 1_795_482_585_186.481],
      ["boot", 80_000],
      ["receipt", 1_795_482_585_190],
    ]);
  });

  it("other JSON is left to others", () => {
    expect(decodeJsonLine('{"ts":1795483102867.9,"caller":"eviction/eviction_manager.go:1","msg":"x"}')).toBeNull();
    expect(decodeJsonLine('{"kind":"Event","message":"MESSAGE"}')).toBeNull();
  });
});
