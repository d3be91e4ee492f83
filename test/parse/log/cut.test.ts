// A last line that breaks off amid a number: what is known to be cut is left out, never taken for the number.
import { describe, expect, it } from "vitest";
import { structFields } from "../../../src/parse/kubelet/go-values.ts";
import { cases, describeCase, readCase } from "../kubelet/cases.ts";
import { cases as kernelCases } from "../kernel/cases.ts";
import { killsOf, readBytes, readText, reportsOf } from "../kernel/read-log.ts";

const encoder = new TextEncoder();

/** Every beginning of the text that ends within its last line. */
const cutLast = (text: string): string[] => {
  const from = text.lastIndexOf("\n") + 1;
  return Array.from({ length: text.length - from }, (_, i) => text.slice(0, from + i + 1));
};

describe("a kill line that breaks off", () => {
  const whole =
    "[    1.000000] Memory cgroup out of memory: Killed process 1028 (java) total-vm:158696kB, anon-rss:155904kB, file-rss:444kB, shmem-rss:12kB, UID:1000 pgtables:340kB oom_score_adj:958";

  it("gives no size but the whole one", async () => {
    for (const text of cutLast(whole)) {
      for (const kill of killsOf((await readText(text)).facts)) {
        expect([1028, "java"]).toEqual([kill.pid, kill.comm]);
        expect([null, 158_696 * 1024]).toContain(kill.totalVmBytes);
        expect([null, 155_904 * 1024]).toContain(kill.anonRssBytes);
        expect([null, 444 * 1024]).toContain(kill.fileRssBytes);
        expect([null, 12 * 1024]).toContain(kill.shmemRssBytes);
        expect([null, 340 * 1024]).toContain(kill.pageTablesBytes);
      }
    }
  });

  it("of an older kernel gives no score but the whole one", async () => {
    for (const text of cutLast(
      "[    1.000000] Out of memory: Kill process 1028 (java) score 1955 or sacrifice child",
    )) {
      const { facts } = await readText(
        `${text}\n[    1.000100] Killed process 1028 (java) total-vm:158696kB, anon-rss:155904kB, file-rss:444kB`,
      );
      for (const kill of killsOf(facts)) expect([null, 1955]).toContain(kill.score);
    }
  });

  it("of an older kernel tells of a kill where it ends with the score", async () => {
    for (const text of ["Out of memory: Kill process 1028 (java) score 1955", "Kill process 1028 (java) score 19"])
      expect(reportsOf((await readText(`[    1.000000] ${text}`)).facts)).toHaveLength(1);
  });
});

describe("a report's head that breaks off", () => {
  it("gives no mask, order, kernel or constraint but the whole one", async () => {
    const head =
      "[    1.000000] java invoked oom-killer: gfp_mask=0x6200ca(GFP_HIGHUSER_MOVABLE), order=10, oom_score_adj=958";
    const ident = `${head}\n[    1.000100] CPU: 0 PID: 1028 Comm: java Not tainted 4.18.0-553.el8_10.x86_64 #1`;
    const summary =
      "[    1.000000] oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=0,cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=java,pid=1028,uid=1000";
    for (const text of [...cutLast(head), ...cutLast(ident), ...cutLast(summary)]) {
      for (const { invoked, kernelRelease, constraint, summary: told } of reportsOf((await readText(text)).facts)) {
        expect([null, undefined, "0x6200ca"]).toContain(invoked?.gfpMask);
        expect([null, undefined, 10]).toContain(invoked?.order);
        expect([null, "4.18.0-553.el8_10.x86_64"]).toContain(kernelRelease);
        expect([null, "CONSTRAINT_MEMORY_POLICY"]).toContain(constraint);
        expect([null, undefined, 1028]).toContain(told?.pid);
      }
    }
  });

  it("and a mark of the collector's no time but the whole seconds", async () => {
    for (const text of cutLast("[    1.000000] memforensics: mark 3 uptime 812.44 real 1795483102.867")) {
      const { kernel } = (await readText(text)).facts;
      const told = kernel.flatMap((event) =>
        event.kind === "mark" ? [Math.floor(event.realSec ?? 1_795_483_102)] : [],
      );
      expect(told.every((second) => second === 1_795_483_102)).toBe(true);
    }
  });
});

/** Sizes, names and codes of a line that is read; free text may be shorter. */
const exactOf = (facts: readonly string[]): string[] =>
  facts
    .flatMap(
      (fact) => fact.match(/(?<= )(?:available|capacity|threshold|observed|signal|pid|comm|pods?|id)=\S+/g) ?? [],
    )
    .map((pair) => pair.replace(/[,;]$/, ""));

const factsOf = async (text: string): Promise<string[]> => exactOf(describeCase(await readCase(encoder.encode(text))));

describe("a line of the kubelet that breaks off", () => {
  it.each(cases.filter(({ name }) => /^(?:1\.|distro|evicted|syslog)/.test(name)))(
    "$name: in none of its lines is half a quantity or name another one",
    async ({ log }) => {
      for (const line of new TextDecoder().decode(log).trimEnd().split("\n")) {
        const whole = await factsOf(line);
        const known = whole.join(" ");
        // up to 1.20 names stand bare, and who pastes one shortens it to a name without a uid
        const names = line.includes('="') ? /^$/ : /^pods?=/;
        for (let at = Math.max(1, line.length - 400); at < line.length; at++) {
          const cut = await factsOf(line.slice(0, at));
          const odd = cut.filter(
            (pair) =>
              !names.test(pair) && !whole.includes(pair) && !known.includes(`${pair},`) && !known.includes(`${pair}(`),
          );
          expect(odd).toEqual([]);
        }
      }
    },
  );
});

describe("a struct of Go's that breaks off", () => {
  it("has the fields that stand before the one that is cut", () => {
    expect([...structFields("&{Pid:1031 ProcessName:memh")]).toEqual([["Pid", "1031"]]);
    expect([...structFields("&{Pid:10")]).toEqual([]);
  });
});

describe("a listing of the machine's memory that breaks off", () => {
  it.each(kernelCases.filter(({ name }) => /^(?:v7|v4.4|capture-global)/.test(name)))(
    "$name: within any line, it gives no size in kB but a whole one",
    async ({ log }) => {
      const sizesIn = async (bytes: Uint8Array): Promise<number[]> =>
        reportsOf((await readBytes(bytes)).facts).flatMap(
          ({ memInfo }) => memInfo?.zones.flatMap(({ values }) => Object.values(values)) ?? [],
        );
      const whole = new Set(await sizesIn(log));
      for (let at = 7; at < log.length; at += 7)
        expect((await sizesIn(log.subarray(0, at))).filter((size) => !whole.has(size))).toEqual([]);
    },
  );
});
