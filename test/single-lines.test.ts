// Short logs, written by hand: what the outputs say of them is what their lines say, and no more.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { summaryText } from "../src/cli/summary.ts";
import type { Analysis } from "../src/model/analysis.ts";
import { renderHtml, renderMarkdown, renderText } from "../src/report/index.ts";
import { analysed } from "./analysed.ts";

const folder = mkdtempSync(join(tmpdir(), "memforensics-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let written = 0;
const of = (lines: readonly string[], name = "messages.log"): Promise<Analysis> => {
  const path = join(folder, `${(written += 1)}-${name}`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return analysed(path);
};
const headOf = (a: Analysis): string => summaryText(a, (_style, text) => text, 200).split("\n")[0] ?? "";

describe("a kill whose limit no line names", () => {
  const lines = [
    `2026-04-13T21:21:05.000000+00:00 n1 kernel: oom-kill: task=java,pid=585588,uid=0`,
    `2026-04-13T21:21:05.100000+00:00 n1 kernel: Memory cgroup out of memory: Killed process 585588 (java) total-vm:100kB, anon-rss:100kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:12kB oom_score_adj:0`,
  ];
  it("has no scope in any head, nor in its facts", async () => {
    const a = await of(lines);
    expect(a.oomKills.map((k) => k.scope)).toEqual([null]);
    expect(a.incidents.map((i) => i.scope)).toEqual(["container"]);
    expect(headOf(a)).toBe("WHO ACTED FIRST CANNOT BE TOLD (scope not known)  confidence low");
    expect(renderText(a)).toMatch(/^WHO ACTED FIRST CANNOT BE TOLD \(scope not known\)/);
    const text = renderMarkdown(a);
    expect(text).toContain("- Killed by the kernel: **1 process** (in 1 kill, scope not known)");
    expect(text).toContain("- Short of memory: **not known** (no line says whose limit was reached)");
    expect(renderHtml(a)).not.toContain("one container's limit");
  });
});

describe("a report that ends without a victim", () => {
  const invoked = [
    "[  102.000000] nfsd invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
    "[  102.100000] CPU: 1 PID: 537 Comm: nfsd Not tainted 6.8.1 #1",
    "[  102.200000] Out of memory and no killable processes...",
  ];
  const panic = "[  102.300000] Kernel panic - not syncing: System is deadlocked on memory";

  it("of no killable process: nobody was killed, and no further log is asked for to say whom", async () => {
    const a = await of(invoked, "dmesg.txt");
    expect(a.verdict.outcome).toBe("undetermined");
    expect(a.verdict.sentence).toBe(
      "The kernel's OOM killer was invoked by nfsd at 102.0 s after boot. The OOM killer found no process that it may kill, so the kernel killed nobody.",
    );
    const cut = await of(invoked.slice(0, 2), "dmesg.txt");
    expect(cut.verdict.sentence).toContain("no line says whom it killed");
  });

  it("of a panic: the verdict tells of it, counts no kill for it, and would protect nobody by 141 KiB", async () => {
    const kill =
      "[  100.000000] Out of memory: Killed process 454 (dbus-daemon) total-vm:6196kB, anon-rss:128kB, file-rss:1408kB, shmem-rss:0kB, UID:101 pgtables:12kB oom_score_adj:-900";
    const a = await of([kill, ...invoked, panic], "dmesg.txt");
    expect(a.verdict.sentence).toMatch(/^The kernel killed dbus-daemon \(pid 454\) at 100\.0 s after boot;/);
    expect(a.verdict.sentence).toMatch(/ The kernel panicked \("System is deadlocked on memory"\)\.$/);
    expect(renderMarkdown(a)).toContain("- Killed by the kernel: **1 process** (in 1 kill,");
    const remedies = ({ findings }: Analysis) => findings.flatMap((f) => f.remediation.map((r) => r.action));
    expect(a.findings.find((f) => f.id === "node-agent-killed")?.verdict).toBe("holds");
    expect(remedies(a).filter((action) => /dbus-daemon/.test(action))).toEqual([]);
    const large = await of([kill.replace("anon-rss:128kB", "anon-rss:20480kB")], "dmesg.txt");
    expect(remedies(large)).toContain("Protect dbus-daemon: OOMScoreAdjust=-999 and MemoryMin of 22.0 MiB");
    const plain = await of([kill.replace("adj:-900", "adj:0")], "dmesg.txt");
    expect(remedies(plain)).toContain("Protect dbus-daemon: OOMScoreAdjust=-999");
  });
});

describe("one side alone", () => {
  it("a daemon's kill without the others' logs claims no order in its head", async () => {
    const a = await of([
      '2026-08-10T07:28:03.000000+00:00 dl earlyoom[1479]: sending SIGTERM to process 2614312 uid 1000 "simple": badness 966, VmRSS 61 MiB',
    ]);
    expect([a.verdict.outcome, a.verdict.confidence]).toEqual(["userspace-won", "low"]);
    const head = "A USERSPACE DAEMON KILLED, WHETHER FIRST IS NOT KNOWN";
    expect(headOf(a)).toBe(`${head} (the whole node)  confidence low`);
    expect(renderText(a).startsWith(head)).toBe(true);
    expect(renderMarkdown(a)).toMatch(
      /^## Memory incident[^\n]*: a userspace daemon killed, whether first is not known/,
    );
    expect(renderHtml(a)).not.toContain("a userspace daemon killed first");
  });

  it("events of the kubelet without a kernel's log: how many the kernel killed is not known, not none", async () => {
    const a = await of([
      "LAST SEEN   TYPE      REASON                 OBJECT     MESSAGE",
      "85s         Warning   EvictionThresholdMet   node/n1    Attempting to reclaim memory",
    ]);
    expect(a.verdict.outcome).toBe("undetermined");
    expect(renderMarkdown(a)).toContain("- Killed by the kernel: **not known** (the capture holds no kernel log)");
    expect(a.verdict.sentence).not.toMatch(/The kubelet evicted/);
  });
});

describe("the same log in two forms", () => {
  const banner = `systemd 257 (257.13-1) running in system mode (${"+PAM ".repeat(80)})`;
  const started = "Started containerd.service - containerd container runtime.";
  const two = async (): Promise<Analysis> => {
    const path = join(folder, `${(written += 1)}-bundle`);
    mkdirSync(path);
    const iso = (at: string, said: string): string => `2026-11-24T01:${at}+00:00 n1 ${said}`;
    const lines = ["31:29.100000", "31:40.200000", "31:50.300000"];
    const said = [`systemd[1]: ${banner}`, `systemd[1]: ${started}`, `systemd[1]: ${started}`];
    const plain = said.map((text, i) => `Nov 24 01:${lines[i]?.slice(0, 5)} n1 ${text}`);
    writeFileSync(join(path, "messages"), `${said.map((text, i) => iso(lines[i] ?? "", text)).join("\n")}\n`);
    writeFileSync(join(path, "syslog"), `${plain.join("\n")}\n`);
    return analysed(path);
  };

  it("tells each line once, and what happened twice in one of them twice", async () => {
    const { timeline } = await two();
    // A receipt by syslog stands for the minute before it: its middle, half a minute earlier.
    expect(timeline.map((e) => [e.at.utc, e.lane, e.kind, e.evidence?.file])).toEqual([
      ["2026-11-24T01:30:59Z", "runtime", "system.boot", "messages"],
      ["2026-11-24T01:31:10Z", "runtime", "system.unit-started", "messages"],
      ["2026-11-24T01:31:20Z", "runtime", "system.unit-started", "messages"],
    ]);
    expect(timeline[0]?.summary).toMatch(/^systemd 257 \(257\.13-1\) running in system mode \(\+PAM .{200,300}…$/);
    expect(timeline[0]?.summary.length).toBe(300);
  });

  it("of two boots a minute apart holds two beginnings, by the boots that journald names", async () => {
    const booted = async (...boots: readonly string[]): Promise<number> => {
      const path = join(folder, `${(written += 1)}-boots`);
      mkdirSync(path);
      for (const [i, boot] of boots.entries()) {
        const us = String(Date.UTC(2026, 10, 24, 1, 31, 10 + 40 * i) * 1000);
        const entry = { MESSAGE: banner, SYSLOG_IDENTIFIER: "systemd", _PID: "1", _HOSTNAME: "n1" };
        const stamps = { _BOOT_ID: boot.repeat(32), __REALTIME_TIMESTAMP: us };
        writeFileSync(join(path, `journal-${i}.json`), `${JSON.stringify({ ...entry, ...stamps })}\n`);
      }
      return (await analysed(path)).timeline.filter(({ kind }) => kind === "system.boot").length;
    };
    expect(await booted("a", "b")).toBe(2);
    expect(await booted("a", "a")).toBe(1);
  });
});
